-- How the queue is emptied: the service role takes what is next, keeps it while it sends, and says what became of it.

-- The text is that of the moment of sending: a burst tells how many by then.
create function privado.push_tomar(tope int, plazo interval) returns table (
  id bigint, intentos int, token text, notificacion_id bigint, contrato_id bigint, tipo text, texto text, codigo text)
language plpgsql volatile security definer set search_path = '' as $$
begin
  return query
  with turno as (
    select q.id from privado.push_cola q
    where not q.muerta and q.desde <= clock_timestamp() and coalesce(q.tomada_hasta <= clock_timestamp(), true)
      and not exists (
        select from privado.push_cola antes
        where antes.dispositivo_id = q.dispositivo_id and antes.contrato_id = q.contrato_id
          and not antes.muerta and antes.id < q.id)
    order by q.id limit tope for update skip locked
  ), tomadas as (
    update privado.push_cola q set tomada_hasta = clock_timestamp() + plazo from turno where q.id = turno.id
    returning q.id, q.intentos, q.dispositivo_id, q.notificacion_id
  )
  select t.id, t.intentos, d.token, n.id, n.contrato_id, n.tipo, n.texto, n.datos ->> 'codigo'
  from tomadas t join public.dispositivos d on d.id = t.dispositivo_id
  join public.notificaciones n on n.id = t.notificacion_id order by t.id;
end
$$;
comment on function privado.push_tomar(int, interval) is
  'Toma avisos por enviar, por un plazo; de cada contrato y dispositivo, solo el primero.';
revoke all on function privado.push_tomar(int, interval) from public;
grant execute on function privado.push_tomar(int, interval) to service_role;

create function privado.push_prorrogar(ids bigint[], plazo interval) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.push_cola set tomada_hasta = clock_timestamp() + plazo where id = any (ids)
$$;
comment on function privado.push_prorrogar(bigint[], interval) is 'Quien tomó esos avisos sigue enviándolos.';
revoke all on function privado.push_prorrogar(bigint[], interval) from public;
grant execute on function privado.push_prorrogar(bigint[], interval) to service_role;

create function privado.push_resultado(
  enviadas bigint[], sin_registro bigint[], reintentos bigint[], esperas double precision[], muertas bigint[], motivos jsonb
) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.dispositivos d using privado.push_cola q where q.id = any (sin_registro) and d.id = q.dispositivo_id;
  delete from privado.push_cola q where q.id = any (enviadas);
  update privado.push_cola q
  set intentos = q.intentos + 1, tomada_hasta = null, motivo = motivos ->> q.id::text,
    desde = clock_timestamp() + make_interval(secs => r.espera)
  from unnest(reintentos, esperas) as r (id, espera) where q.id = r.id;
  update privado.push_cola q
  set muerta = true, intentos = q.intentos + 1, tomada_hasta = null, motivo = motivos ->> q.id::text
  where q.id = any (muertas);
end
$$;
comment on function privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb) is
  'Qué fue de los avisos tomados: enviados, sin dispositivo, por repetir tras unos segundos, o muertos con su motivo.';
revoke all on function privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb)
  from public;
grant execute on function privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb)
  to service_role;

-- Yesterday's news is not sent: neither after a long outage nor where nobody sends.
create function privado.push_barrer() returns bigint
language sql volatile security definer set search_path = '' as $$
  with viejas as (
    delete from privado.push_cola q
    where q.creado_en < now() - case when q.muerta then interval '30 days' else interval '1 day' end returning 1
  ) select count(*) from viejas
$$;
comment on function privado.push_barrer() is 'Quita los envíos de hace más de un día, y los muertos de hace un mes.';
revoke all on function privado.push_barrer() from public;
grant execute on function privado.push_barrer() to service_role;
