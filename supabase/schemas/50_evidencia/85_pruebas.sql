-- That a chain is under a signed root, in as many hashes as the tree has levels: what goes into an expediente.

-- Of leaves [desde, hasta), where a proof of RFC 6962 splits: desde is a multiple of the power of two that holds them.
create function privado.subarbol(desde bigint, hasta bigint) returns bytea
language plpgsql stable security definer set search_path = '' as $$
declare
  resto bigint := hasta - desde;
  fin bigint := hasta;
  v_nivel int := 0;
  nodo bytea;
  v_hash bytea;
begin
  -- From the right, where the smallest whole subtrees are.
  while resto > 0 loop
    if resto & 1 = 1 then
      select x.hash into strict v_hash from privado.evidencias_nodos x where x.nivel = v_nivel and x.j = (fin >> v_nivel) - 1;
      nodo := case when nodo is null then v_hash else sha256('\x01'::bytea || v_hash || nodo) end;
      fin := fin - (1::bigint << v_nivel);
    end if;
    resto := resto >> 1;
    v_nivel := v_nivel + 1;
  end loop;
  return coalesce(nodo, sha256(''));
end
$$;
comment on function privado.subarbol(bigint, bigint) is 'Raíz de unas hojas seguidas.';

create function privado.prueba_de_inclusion(v_i bigint, tamano bigint) returns bytea[]
language plpgsql stable security definer set search_path = '' as $$
declare
  desde bigint := 0;
  hasta bigint := tamano;
  medio bigint;
  camino bytea[] := '{}';
begin
  while hasta - desde > 1 loop
    medio := 1;
    while medio * 2 < hasta - desde loop
      medio := medio * 2;
    end loop;
    medio := desde + medio;
    if v_i < medio then
      camino := privado.subarbol(medio, hasta) || camino;
      hasta := medio;
    else
      camino := privado.subarbol(desde, medio) || camino;
      desde := medio;
    end if;
  end loop;
  return camino;
end
$$;
comment on function privado.prueba_de_inclusion(bigint, bigint) is
  'Hashes que llevan de una hoja a la raíz de las primeras tantas (RFC 6962).';

create function privado.prueba_de_consistencia(viejo bigint, tamano bigint) returns bytea[]
language plpgsql stable security definer set search_path = '' as $$
declare
  desde bigint := 0;
  hasta bigint := tamano;
  medio bigint;
  camino bytea[] := '{}';
begin
  if viejo = 0 or viejo = tamano then
    return camino;
  end if;
  while hasta <> viejo loop
    medio := 1;
    while medio * 2 < hasta - desde loop
      medio := medio * 2;
    end loop;
    medio := desde + medio;
    if viejo <= medio then
      camino := privado.subarbol(medio, hasta) || camino;
      hasta := medio;
    else
      camino := privado.subarbol(desde, medio) || camino;
      desde := medio;
    end if;
  end loop;
  return case when desde = 0 then camino else privado.subarbol(desde, hasta) || camino end;
end
$$;
comment on function privado.prueba_de_consistencia(bigint, bigint) is
  'Hashes que prueban que el árbol de ahora continúa al de antes (RFC 6962).';

revoke all on function privado.subarbol(bigint, bigint), privado.prueba_de_inclusion(bigint, bigint),
  privado.prueba_de_consistencia(bigint, bigint) from public;
grant execute on function privado.prueba_de_consistencia(bigint, bigint) to service_role;
