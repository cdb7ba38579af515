-- The outbox of push: what has to be sent is written in the transaction of the notice itself, one row per device, so
-- that it is neither lost nor sent for what never happened; whoever sends takes batches of it. It has no triggers: its
-- rows come from those of public.notificaciones.
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
comment on column privado.push_cola.contrato_id is '0 es un aviso sin contrato.';
comment on column privado.push_cola.desde is 'No antes de esta hora: crece con cada intento.';
comment on column privado.push_cola.tomada_hasta is 'Quien la tomó la envía hasta entonces; después, otro.';
-- Of a contract and a device, only the first that waits may leave: they arrive in order.
create index push_cola_turno_idx on privado.push_cola (dispositivo_id, contrato_id, id) where not muerta;
create index push_cola_espera_idx on privado.push_cola (id) where not muerta;

-- Nobody touches it but the functions of 40_envio.sql and 50_estado.sql, which the service role calls.
revoke all on privado.push_cola from public;
