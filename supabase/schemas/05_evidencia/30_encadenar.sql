-- How a chain grows. Triggers of other tables call these, as the last of what their statement does; nobody else may.

create type privado.evidencia_nueva as (cadena bigint, tipo text, objeto text, datos text);
comment on type privado.evidencia_nueva is 'Lo que se añade a una cadena; datos es JSON canónico.';

-- The salt of an object, made when first asked for.
create function privado.sal_de(v_objeto text) returns bytea
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_sal bytea;
begin
  select s.sal into v_sal from privado.evidencias_sales s where s.objeto = v_objeto;
  if not found then
    insert into privado.evidencias_sales (objeto, sal) values (v_objeto, extensions.gen_random_bytes(16))
    on conflict (objeto) do nothing returning sal into v_sal;
    if v_sal is null then
      select s.sal into v_sal from privado.evidencias_sales s where s.objeto = v_objeto;
    end if;
  end if;
  return v_sal;
end
$$;
comment on function privado.sal_de(text) is 'Sal de un objeto; la crea si no la tiene.';

create function privado.tomar_cabeza(v_cadena bigint) returns privado.evidencias_cabezas
language plpgsql volatile security definer set search_path = '' as $$
declare
  cabeza privado.evidencias_cabezas;
begin
  select * into cabeza from privado.evidencias_cabezas h where h.cadena = v_cadena for no key update;
  if not found then
    insert into privado.evidencias_cabezas (cadena, nombre, n, en, hash) values (
      v_cadena, (select c.codigo from public.contratos c where c.id = v_cadena), 0, '-infinity',
      decode(repeat('00', 32), 'hex'))
    on conflict (cadena) do nothing;
    select * into cabeza from privado.evidencias_cabezas h where h.cadena = v_cadena for no key update;
  end if;
  return cabeza;
end
$$;
comment on function privado.tomar_cabeza(bigint) is 'Toma la cabeza de una cadena hasta el fin de la transacción.';

-- Those of one chain come one after another and chains in the order of their numbers: then two statements of many
-- chains wait for each other in one order.
create function privado.encadenar(nuevas privado.evidencia_nueva[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_actor constant uuid := auth.uid();
  nueva privado.evidencia_nueva;
  cabeza privado.evidencias_cabezas;
  previo bytea;
  texto text;
begin
  if nuevas is null then
    return;
  end if;
  foreach nueva in array nuevas loop
    if cabeza.cadena is distinct from nueva.cadena then
      if cabeza.cadena is not null then
        update privado.evidencias_cabezas h set n = cabeza.n, en = cabeza.en, hash = cabeza.hash
        where h.cadena = cabeza.cadena;
      end if;
      cabeza := privado.tomar_cabeza(nueva.cadena);
      -- Under the head, so that hours never go back along a chain.
      cabeza.en := greatest(cabeza.en, date_trunc('milliseconds', clock_timestamp()));
    end if;
    previo := cabeza.hash;
    cabeza.n := cabeza.n + 1;
    texto := privado.canonico(
      cabeza.cadena, cabeza.nombre, cabeza.n, cabeza.en, nueva.tipo, v_actor, nueva.objeto, nueva.datos);
    cabeza.hash := sha256(previo || convert_to(texto, 'UTF8'));
    insert into privado.evidencias (cadena, n, en, tipo, actor, objeto, canonico, previo, hash) values (
      cabeza.cadena, cabeza.n, cabeza.en, nueva.tipo, v_actor, nueva.objeto, texto, previo, cabeza.hash);
  end loop;
  if cabeza.cadena is not null then
    update privado.evidencias_cabezas h set n = cabeza.n, en = cabeza.en, hash = cabeza.hash
    where h.cadena = cabeza.cadena;
  end if;
end
$$;
comment on function privado.encadenar(privado.evidencia_nueva[]) is
  'Añade evidencias a sus cadenas; las de una cadena vienen seguidas, y las cadenas en orden.';

-- The chain of a contract that is being created: nobody else can have taken its head.
create function privado.abrir_cadena(nombre text, nueva privado.evidencia_nueva) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_actor constant uuid := auth.uid();
  ahora constant timestamptz(3) := date_trunc('milliseconds', clock_timestamp());
  cero constant bytea := decode(repeat('00', 32), 'hex');
  texto constant text := privado.canonico(nueva.cadena, nombre, 1, ahora, nueva.tipo, v_actor, nueva.objeto, nueva.datos);
  v_hash constant bytea := sha256(cero || convert_to(texto, 'UTF8'));
begin
  insert into privado.evidencias_cabezas (cadena, nombre, n, en, hash)
  values (nueva.cadena, nombre, 1, ahora, v_hash);
  insert into privado.evidencias (cadena, n, en, tipo, actor, objeto, canonico, previo, hash)
  values (nueva.cadena, 1, ahora, nueva.tipo, v_actor, nueva.objeto, texto, cero, v_hash);
end
$$;
comment on function privado.abrir_cadena(text, privado.evidencia_nueva) is
  'Empieza la cadena de un contrato que nace.';

create function privado.anotar_evidencia(contrato bigint, tipo text, objeto text, datos jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(contrato, tipo, objeto, privado.jcs(datos))::privado.evidencia_nueva]);
end
$$;
comment on function privado.anotar_evidencia(bigint, text, text, jsonb) is
  'Añade a la cadena de un contrato lo que pasó, sin nombres ni cédulas; un decimal va como texto.';

revoke all on function privado.sal_de(text), privado.tomar_cabeza(bigint),
  privado.encadenar(privado.evidencia_nueva[]), privado.abrir_cadena(text, privado.evidencia_nueva),
  privado.anotar_evidencia(bigint, text, text, jsonb) from public;
