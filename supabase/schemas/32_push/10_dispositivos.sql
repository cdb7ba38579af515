-- A notice reaches the phone as well: the devices of each user.
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

-- A device is registered by public.registrar_dispositivo alone.
revoke all on public.dispositivos from anon, authenticated, service_role;
revoke all on sequence public.dispositivos_id_seq from anon, authenticated, service_role;
grant select, delete on public.dispositivos to authenticated;

-- Its id tells no count.
create trigger _050_poner_id before insert on public.dispositivos
  for each row execute function privado.poner_id();
