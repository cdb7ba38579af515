-- The chain of a contract, for those who sign it; and that an expediente of it was made.

-- These are stable, so that they read the same moment as the query that asks them.

-- What an expediente covers ends before the making of others of the same state: made again without anything new, it is
-- the same to the byte. The one that tells of it can never be inside.
create function privado.cabeza_de_expediente(v_contrato bigint)
  returns table (n bigint, hash text, en timestamptz, mensajes_hasta bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return query select e.n, encode(e.hash, 'hex'), e.en::timestamptz, h.mensajes_hasta
    from privado.evidencias e join privado.evidencias_cabezas h on h.cadena = e.cadena
    where e.cadena = v_contrato and e.tipo <> 'expediente.hecho' order by e.n desc limit 1;
end
$$;
comment on function privado.cabeza_de_expediente(bigint) is
  'Hasta qué hecho de su cadena llega el expediente de un contrato.';

-- The first root over the last anchored fact that an expediente covers: it stays the same however many roots follow.
create function privado.ancla_de_expediente(v_contrato bigint, v_n bigint)
  returns table (n bigint, i bigint, nota text, camino text[], sello text)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return query
    select h.n, h.i, r.nota,
      array(select encode(x.paso, 'hex') from unnest(privado.prueba_de_inclusion(h.i, r.tamano)) with ordinality as x (paso, orden)
        order by x.orden),
      (select encode(s.respuesta, 'base64') from privado.evidencias_sellos s where s.tamano = r.tamano)
    from (
      select o.n, o.i from privado.evidencias_hojas o
      where o.cadena = v_contrato and o.n <= v_n
        and o.i < (select max(u.tamano) from privado.evidencias_raices u)
      order by o.n desc limit 1
    ) as h
    cross join lateral (
      select u.tamano, u.nota from privado.evidencias_raices u where u.tamano > h.i order by u.tamano limit 1
    ) as r;
end
$$;
comment on function privado.ancla_de_expediente(bigint, bigint) is
  'La raíz firmada que cubre el expediente de un contrato, y la prueba de que su cadena está en ella.';

-- The two that sign know who the other is, once both have signed. Who was asked and has not said yes is told as that.
create function privado.partes_de(v_contrato bigint) returns json
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return (
    select json_agg(json_build_object('papel', p.papel, 'nombre', e.nombre, 'tipo', e.tipo,
        'ruc', case when p.papel <> 'proveedor' and c.estado <> 'En revisión' and not p.pendiente then e.ruc end,
        'pendiente', p.pendiente)
      order by p.papel = 'proveedor', p.papel = 'contraparte', e.id)
    from public.contratos_participantes p join public.empresas e on e.id = p.empresa_id
    join public.contratos c on c.id = p.contrato_id
    where p.contrato_id = v_contrato
  );
end
$$;
comment on function privado.partes_de(bigint) is 'Quién es parte de un contrato, como lo dice su expediente.';

-- Once for each state and its bytes, however often it is downloaded.
create function privado.anotar_expediente(v_contrato bigint, v_n bigint, v_sha256 text, v_bytes bigint) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato);
begin
  insert into privado.expedientes (contrato_id, sha256, n, bytes, entregado_por)
  values (contrato.id, v_sha256, v_n, v_bytes, auth.uid()) on conflict (contrato_id, sha256) do nothing;
  if found then
    perform privado.anotar_evidencia(contrato.id, 'expediente.hecho', 'expediente/' || v_n,
      jsonb_build_object('bytes', v_bytes, 'n', v_n, 'sha256', v_sha256));
  end if;
  return found;
end
$$;
comment on function privado.anotar_expediente(bigint, bigint, text, bigint) is
  'Anota en la cadena la huella de un expediente que se entregó.';

revoke all on function privado.cabeza_de_expediente(bigint), privado.ancla_de_expediente(bigint, bigint),
  privado.partes_de(bigint), privado.anotar_expediente(bigint, bigint, text, bigint) from public;
grant execute on function privado.cabeza_de_expediente(bigint), privado.ancla_de_expediente(bigint, bigint),
  privado.partes_de(bigint), privado.anotar_expediente(bigint, bigint, text, bigint) to authenticated;
