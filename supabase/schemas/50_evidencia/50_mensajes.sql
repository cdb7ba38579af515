-- The conversation, in the chain of its contract: a digest of each minute's, made by a job, so that nobody who writes
-- waits for a head. It holds the salted hash of each message, and their Merkle root. In one contract messages are
-- committed in the order of their ids (see privado.firmar_mensaje), so that what follows the last one told is all there
-- is.

-- From which message on the next look begins. A contract is looked at when it has a message after that: those of the
-- last hour, since a transaction may be that late; older ones, once a day. One whose chain moved in the last minute waits,
-- ten at most: who writes on it now, under repeatable read, would find its head moved and have to begin again.
create table privado.evidencias_lecturas (
  que text primary key,
  hasta bigint not null
);
comment on table privado.evidencias_lecturas is 'Hasta dónde leyeron los trabajos de las evidencias.';
revoke all on privado.evidencias_lecturas from public, anon, authenticated, service_role;
insert into privado.evidencias_lecturas (que, hasta) values ('mensajes', 0);

create function privado.por_resumir(todos boolean default false) returns setof bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_desde constant bigint := case when todos then 0 else (
    select l.hasta from privado.evidencias_lecturas l where l.que = 'mensajes') end;
  v_hasta bigint;
begin
  return query
    select m.contrato_id from public.mensajes m
    left join privado.evidencias_cabezas h on h.cadena = m.contrato_id
    where m.id > v_desde and m.id > coalesce(h.mensajes_hasta, 0)
    group by m.contrato_id
    having min(m.creado_en) < least(
      date_trunc('minute', clock_timestamp() - interval '1 minute'),
      case when max(h.en) > clock_timestamp() - interval '1 minute' then clock_timestamp() - interval '10 minutes' end)
    order by m.contrato_id;
  select max(m.id) into v_hasta from public.mensajes m
  where m.id > v_desde and m.creado_en < clock_timestamp() - interval '1 hour';
  update privado.evidencias_lecturas l set hasta = v_hasta where l.que = 'mensajes' and l.hasta < v_hasta;
end
$$;
comment on function privado.por_resumir(boolean) is
  'Contratos con mensajes, de minutos que terminaron hace otro, que no están en su cadena.';

-- Those before an hour. Called twice it does nothing the second time. A digest has 200 messages at most: a burst makes
-- several.
create function privado.resumir_hasta(v_contrato bigint, v_hasta timestamptz) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  cabeza privado.evidencias_cabezas;
  resumen record;
  v_sal bytea;
  v_objeto text;
  hechos integer := 0;
begin
  if not exists (select from public.contratos c where c.id = v_contrato) then
    return 0;
  end if;
  cabeza := privado.tomar_cabeza(v_contrato);
  for resumen in
    select t.minuto, min(t.id) as desde, max(t.id) as hasta, array_agg(t.m order by t.id) as mensajes
    from (
      select m, m.id, date_trunc('minute', m.creado_en, 'UTC') as minuto,
        (row_number() over (partition by date_trunc('minute', m.creado_en, 'UTC') order by m.id) - 1) / 200 as tanda
      from public.mensajes m
      where m.contrato_id = v_contrato and m.id > cabeza.mensajes_hasta
        and m.creado_en < v_hasta
    ) as t
    group by t.minuto, t.tanda order by min(t.id)
    limit 100
  loop
    v_objeto := 'mensajes/' || resumen.hasta;
    v_sal := privado.sal_de(v_objeto);
    perform privado.encadenar(array[(
      v_contrato, 'mensajes.resumen', v_objeto,
      (
        select '{"desde":' || resumen.desde || ',"hasta":' || resumen.hasta
          || ',"mensajes":[' || string_agg('[' || s.id || ',"' || encode(s.hoja, 'hex') || '"]', ',' order by s.id)
          || '],"minuto":' || privado.json_de(resumen.minuto)
          || ',"raiz":"' || encode(privado.merkle(array_agg(s.hoja order by s.id)), 'hex') || '"}'
        from (
          select m.id, sha256(v_sal || convert_to(privado.fila_mensaje(m), 'UTF8')) as hoja
          from unnest(resumen.mensajes) as m
        ) as s
      ))::privado.evidencia_nueva]);
    update privado.evidencias_cabezas h set mensajes_hasta = resumen.hasta where h.cadena = v_contrato;
    hechos := hechos + cardinality(resumen.mensajes);
  end loop;
  return hechos;
end
$$;
comment on function privado.resumir_hasta(bigint, timestamptz) is
  'Añade a la cadena de un contrato los mensajes de antes de una hora; devuelve cuántos.';

-- A minute is left alone for another: who works on a contract now, under repeatable read, would find its head moved.
-- One contract a call, and so a transaction: no head is held while another is waited for.
create function privado.resumir_mensajes(v_contrato bigint) returns integer
language plpgsql volatile security definer set search_path = '' as $$
begin
  return privado.resumir_hasta(v_contrato, date_trunc('minute', clock_timestamp() - interval '1 minute'));
end
$$;
comment on function privado.resumir_mensajes(bigint) is
  'Añade a la cadena de un contrato los mensajes de los minutos que terminaron; devuelve cuántos.';

-- What is taken to a court holds what was said up to that moment.
create function privado.cerrar_conversacion(v_contrato bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  -- Without the head, which others write on: mostly there is nothing to be added.
  while exists (
    select from public.mensajes m join privado.evidencias_cabezas h on h.cadena = m.contrato_id
    where m.contrato_id = v_contrato and m.id > h.mensajes_hasta) loop
    exit when privado.resumir_hasta(v_contrato, 'infinity') = 0;
  end loop;
end
$$;
comment on function privado.cerrar_conversacion(bigint) is
  'Añade a la cadena de un contrato lo último que se dijo, para su expediente.';

-- What each message is hashed from, and the salts of the digests: whoever has both verifies the conversation without us.
create function privado.mensajes_de_expediente(v_contrato bigint, despues_de bigint, hasta bigint, tope integer)
  returns table (id bigint, canonico text)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return query select m.id, privado.fila_mensaje(m) from public.mensajes m
    where m.contrato_id = v_contrato and m.id > despues_de and m.id <= hasta order by m.id limit tope;
end
$$;
comment on function privado.mensajes_de_expediente(bigint, bigint, bigint, integer) is
  'Los mensajes de un contrato como entran en sus huellas, por páginas.';

create function privado.sales_de_mensajes(v_contrato bigint) returns table (objeto text, sal text)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return query select e.objeto, encode(s.sal, 'hex') from privado.evidencias e
    join privado.evidencias_sales s on s.objeto = e.objeto
    where e.cadena = v_contrato and e.tipo = 'mensajes.resumen' order by e.n;
end
$$;
comment on function privado.sales_de_mensajes(bigint) is
  'Las sales de los resúmenes de la conversación de un contrato, para quien lo firma.';

revoke all on function privado.por_resumir(boolean), privado.resumir_mensajes(bigint),
  privado.resumir_hasta(bigint, timestamptz), privado.cerrar_conversacion(bigint),
  privado.mensajes_de_expediente(bigint, bigint, bigint, integer), privado.sales_de_mensajes(bigint) from public;
grant execute on function privado.por_resumir(boolean), privado.resumir_mensajes(bigint) to service_role;
grant execute on function privado.cerrar_conversacion(bigint),
  privado.mensajes_de_expediente(bigint, bigint, bigint, integer), privado.sales_de_mensajes(bigint) to authenticated;
