-- Why: a notice reaches the phone as well. What has to be sent is written in the transaction of the notice itself, one
-- row per device, so that it is neither lost nor sent for what never happened; whoever sends takes batches of it.
-- Touches: creates public.dispositivos and privado.push_cola. Only the service role takes from the queue.
-- Destructive: no.
create table public.dispositivos (
  id bigint generated always as identity primary key,
  usuario_id uuid not null references public.usuarios (id) on delete cascade,
  token text not null unique,
  plataforma text not null,
  creado_en timestamptz not null default now(),
  visto_en timestamptz not null default now(),
  constraint dispositivos_token_valido check (length(token) <= 4096 and token ~ '^[[:graph:]]+$'),
  constraint dispositivos_plataforma_valida check (plataforma in ('android', 'ios', 'web'))
);
comment on table public.dispositivos is 'Dónde recibe cada usuario sus avisos fuera de la aplicación.';
comment on column public.dispositivos.token is 'El que da Firebase; es de quien lo registró por última vez.';
create index dispositivos_usuario_idx on public.dispositivos (usuario_id);

alter table public.dispositivos enable row level security;
create policy select_propio on public.dispositivos for select to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy delete_propio on public.dispositivos for delete to authenticated
  using (usuario_id = (select auth.uid()));
revoke all on public.dispositivos from anon, authenticated, service_role;
revoke all on sequence public.dispositivos_id_seq from anon, authenticated, service_role;
grant select, delete on public.dispositivos to authenticated;

create table privado.push_cola (
  id bigint generated always as identity primary key,
  notificacion_id bigint not null references public.notificaciones (id) on delete cascade,
  dispositivo_id bigint not null references public.dispositivos (id) on delete cascade,
  contrato_id bigint not null,
  muerta boolean not null default false,
  intentos int not null default 0,
  desde timestamptz not null default now(),
  tomada_hasta timestamptz,
  motivo text,
  creado_en timestamptz not null default now(),
  constraint push_cola_notificacion_key unique (notificacion_id, dispositivo_id)
);
comment on table privado.push_cola is 'Avisos por enviar a cada dispositivo, y los que no se pudieron con su motivo.';
comment on column privado.push_cola.desde is 'No antes de esta hora: crece con cada intento.';
comment on column privado.push_cola.tomada_hasta is 'Quien la tomó la envía hasta entonces; después, otro.';
revoke all on privado.push_cola from public;
-- Of a contract and a device, only the first that waits may leave: they arrive in order.
create index push_cola_turno_idx on privado.push_cola (dispositivo_id, contrato_id, id) where not muerta;
create index push_cola_espera_idx on privado.push_cola (id) where not muerta;

create function privado.registrar_dispositivo(v_token text, v_plataforma text) returns public.dispositivos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.dispositivos;
begin
  perform privado.exigir_cuenta();
  -- Another person's device: what waits for it was not for who holds it now.
  delete from public.dispositivos d where d.token = v_token and d.usuario_id <> auth.uid();
  insert into public.dispositivos as d (usuario_id, token, plataforma) values (auth.uid(), v_token, v_plataforma)
  on conflict (token) do update set visto_en = now(), plataforma = excluded.plataforma
    where d.usuario_id = excluded.usuario_id
  returning * into fila;
  if fila.id is null then
    raise exception 'dispositivo_en_disputa' using errcode = 'PT409',
      detail = 'Otra cuenta registró ese dispositivo a la vez: vuelva a intentarlo.', hint = 'token';
  end if;
  -- The oldest leave: nobody carries more than twenty.
  delete from public.dispositivos d where d.id in (
    select x.id from public.dispositivos x where x.usuario_id = auth.uid() order by x.visto_en desc, x.id desc offset 20);
  return fila;
end
$$;
comment on function privado.registrar_dispositivo(text, text) is 'El dispositivo es de quien llama, y de nadie más.';

create function public.registrar_dispositivo(token text, plataforma text) returns public.dispositivos
language sql volatile security invoker set search_path = '' as $$
  select privado.registrar_dispositivo(token, plataforma)
$$;
comment on function public.registrar_dispositivo(text, text) is
  'Los avisos de quien llama llegan también a este dispositivo; de otra cuenta, deja de serlo.';

-- A lost phone, or one of who was switched off, is told nothing more; entering again registers it again.
create function privado.olvidar_dispositivos() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.dispositivos d where d.usuario_id = new.id;
  return null;
end
$$;
comment on function privado.olvidar_dispositivos() is
  'Disparador: a quien se apaga o cierra sus sesiones no le llegan más avisos al teléfono.';
create trigger _930_olvidar_dispositivos after update on public.usuarios
  for each row when (
    (not new.activo and old.activo) or new.sesiones_cerradas_en is distinct from old.sesiones_cerradas_en)
  execute function privado.olvidar_dispositivos();

create function privado.encolar_push() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.push_cola (notificacion_id, dispositivo_id, contrato_id)
  select new.id, d.id, new.contrato_id from public.dispositivos d where d.usuario_id = new.usuario_id order by d.id
  on conflict do nothing;
  if found then
    perform pg_notify('push', '');
  end if;
  return null;
end
$$;
comment on function privado.encolar_push() is 'Disparador: el aviso espera su envío a los dispositivos de su usuario.';
create trigger _600_encolar after insert on public.notificaciones
  for each row when (new.push) execute function privado.encolar_push();
-- A burst rings at 1, 2, 4, 8… messages: the phone shows the last count, and is not worn out.
create trigger _610_encolar_rafaga after update of cantidad on public.notificaciones
  for each row when (new.push and new.cantidad & (new.cantidad - 1) = 0) execute function privado.encolar_push();

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

create function privado.push_prorrogar(ids bigint[], plazo interval) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.push_cola set tomada_hasta = clock_timestamp() + plazo where id = any (ids)
$$;
comment on function privado.push_prorrogar(bigint[], interval) is 'Quien tomó esos avisos sigue enviándolos.';

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

create function privado.push_muertas(tope int) returns table (
  id bigint, notificacion_id bigint, usuario_id uuid, plataforma text, intentos int, motivo text, creado_en timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not privado.es_admin() then
    raise exception 'push_solo_admin' using errcode = 'PT403',
      detail = 'Solo un administrador ve los envíos que fallaron.';
  end if;
  return query
  select q.id, q.notificacion_id, d.usuario_id, d.plataforma, q.intentos, q.motivo, q.creado_en
  from privado.push_cola q join public.dispositivos d on d.id = q.dispositivo_id
  where q.muerta order by q.id desc limit least(tope, 1000);
end
$$;
comment on function privado.push_muertas(int) is 'Los últimos envíos que no se pudieron hacer, con su motivo.';
create function public.push_muertas(tope int default 100) returns table (
  id bigint, notificacion_id bigint, usuario_id uuid, plataforma text, intentos int, motivo text, creado_en timestamptz)
language sql stable security invoker set search_path = '' as $$
  select * from privado.push_muertas(tope)
$$;
comment on function public.push_muertas(int) is 'Los últimos envíos que no se pudieron hacer, con su motivo; administradores.';

-- Yesterday's news is not sent: neither after a long outage nor where nobody sends.
create function privado.push_barrer() returns bigint
language sql volatile security definer set search_path = '' as $$
  with viejas as (
    delete from privado.push_cola q
    where q.creado_en < now() - case when q.muerta then interval '30 days' else interval '1 day' end returning 1
  ) select count(*) from viejas
$$;
comment on function privado.push_barrer() is 'Quita los envíos de hace más de un día, y los muertos de hace un mes.';

revoke all on function privado.push_barrer(), privado.olvidar_dispositivos(),
  privado.registrar_dispositivo(text, text), privado.encolar_push(),
  privado.push_tomar(int, interval), privado.push_prorrogar(bigint[], interval),
  privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb), privado.push_muertas(int)
  from public;
revoke all on function public.registrar_dispositivo(text, text), public.push_muertas(int)
  from public, anon, service_role;
grant execute on function privado.registrar_dispositivo(text, text), public.registrar_dispositivo(text, text),
  privado.push_muertas(int), public.push_muertas(int) to authenticated;
grant execute on function privado.push_barrer(), privado.push_tomar(int, interval),
  privado.push_prorrogar(bigint[], interval),
  privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb) to service_role;
