-- Notices: whoever is party to a contract is told of what the others do on it, and an administrator of what waits for
-- it, in the same transaction: nothing that was written goes untold, and nothing is told that was not written. Texts
-- are for a locked screen too: no price, no volume, nothing that somebody wrote.
create sequence public.notificaciones_orden_seq;
create table public.notificaciones (
  id bigint generated always as identity primary key,
  usuario_id uuid not null references public.usuarios (id) on delete cascade,
  contrato_id bigint references public.contratos (id) on delete restrict,
  tipo text not null,
  texto text not null,
  datos jsonb not null default '{}',
  cantidad int not null default 1,
  en_app boolean not null,
  push boolean not null,
  orden bigint not null default privado.id_con_hora(nextval('public.notificaciones_orden_seq')),
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  leida_en timestamptz,
  -- Not everything that a person is told of happens on a contract.
  constraint notificaciones_contrato_id_valido check ((contrato_id is null) = (tipo in ('precio', 'respaldo', 'relacion'))),
  constraint notificaciones_cantidad_valida check (cantidad > 0)
);
-- The kinds of privado.tipos_de_aviso(), which are written into the check: one that called it would run it anew in every
-- statement, and that was a tenth of what a notice costs.
do $$
begin
  execute format('alter table public.notificaciones add constraint notificaciones_tipo_valido check (tipo = any (%L))',
    privado.tipos_de_aviso());
end
$$;
alter sequence public.notificaciones_orden_seq owned by public.notificaciones.orden;
comment on table public.notificaciones is
  'Avisos a cada usuario de lo que otros hicieron en sus contratos, y a los administradores de lo que los espera.';
comment on column public.notificaciones.cantidad is 'Mensajes de la conversación que junta este aviso.';
comment on column public.notificaciones.orden is 'Crece cada vez que el aviso vuelve a suceder: el último es el mayor.';
create index notificaciones_sin_leer_idx on public.notificaciones (usuario_id, orden desc) where leida_en is null;
create index notificaciones_leidas_idx on public.notificaciones (usuario_id, orden desc) where leida_en is not null;
create index notificaciones_usuario_idx on public.notificaciones (usuario_id);
create index notificaciones_contrato_idx on public.notificaciones (contrato_id);
-- What is said in a contract is one notice until it is read.
create unique index notificaciones_rafaga_key on public.notificaciones (usuario_id, contrato_id)
  where tipo = 'mensaje' and leida_en is null;

alter table public.notificaciones enable row level security;
create policy select_propio on public.notificaciones for select to authenticated
  using (usuario_id = (select auth.uid()) and en_app and (select privado.mi_rol()) is not null);

revoke all on public.notificaciones from anon, authenticated, service_role;
revoke all on sequence public.notificaciones_id_seq, public.notificaciones_orden_seq
  from anon, authenticated, service_role;
grant select on public.notificaciones to authenticated;

-- Its id tells no count.
create trigger _050_poner_id before insert on public.notificaciones
  for each row execute function privado.poner_id();
-- The new ones of a statement reach the channels of their people,
create trigger _500_difundir after insert on public.notificaciones
  referencing new table as nuevas for each statement execute function privado.difundir_notificaciones();
-- and so does a burst that grew by one.
create trigger _510_difundir_rafaga after update of cantidad on public.notificaciones
  for each row when (new.en_app) execute function privado.difundir_notificacion();
-- The new ones of a statement wait for their devices.
create trigger _600_encolar after insert on public.notificaciones
  referencing new table as nuevas for each statement execute function privado.encolar_pushes();
-- A burst rings at 1, 2, 4, 8… messages: the phone shows the last count, and is not worn out.
create trigger _610_encolar_rafaga after update of cantidad on public.notificaciones
  for each row when (new.push and new.cantidad & (new.cantidad - 1) = 0) execute function privado.encolar_push();
