-- Nobody gives itself a company: people come by invitation. Who was invited proves two things: the token of the link,
-- of which only the hash is kept, and that the e-mail is its own.
create table public.invitaciones (
  id bigint generated always as identity primary key,
  email text not null,
  empresa_id bigint references public.empresas (id) on delete restrict,
  rol text not null,
  testigo_sha256 bytea not null,
  invitado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  vence_en timestamptz not null default now() + interval '7 days',
  aceptada_en timestamptz,
  aceptada_por uuid references public.usuarios (id) on delete set null,
  anulada_en timestamptz,
  constraint invitaciones_testigo_key unique (testigo_sha256),
  constraint invitaciones_email_valido check (
    email = lower(email) and length(email) <= 254 and email ~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'),
  constraint invitaciones_rol_valido check (rol in ('exportadora', 'centro_acopio', 'proveedor', 'admin')),
  constraint invitaciones_empresa_id_valida check (rol = 'admin' or empresa_id is not null)
);
comment on table public.invitaciones is 'Invitaciones a una empresa: de un solo uso, por 7 días.';
comment on column public.invitaciones.testigo_sha256 is 'Huella del testigo del enlace; el testigo no se guarda.';
create index invitaciones_invitado_por_idx on public.invitaciones (invitado_por, id desc);
create index invitaciones_empresa_id_idx on public.invitaciones (empresa_id);
create index invitaciones_aceptada_por_idx on public.invitaciones (aceptada_por);
-- Of an address, one invitation to a company is open at a time; the next one voids it.
create unique index invitaciones_abierta_key on public.invitaciones (email, coalesce(empresa_id, 0))
  where aceptada_en is null and anulada_en is null;

alter table public.invitaciones enable row level security;
create policy select_propia on public.invitaciones for select to authenticated
  using ((invitado_por = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()));
create policy update_propia on public.invitaciones for update to authenticated
  using ((invitado_por = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()));

revoke all on public.invitaciones from anon, authenticated, service_role;
revoke all on sequence public.invitaciones_id_seq from anon, authenticated, service_role;
grant select (id, email, empresa_id, rol, invitado_por, creado_en, vence_en, aceptada_en, aceptada_por, anulada_en),
  update (anulada_en) on public.invitaciones to authenticated;

-- What an app writes in one request is bounded; new rows come by public.invitar() alone.
create trigger _000_limitar_cambios before update on public.invitaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.invitaciones
  for each row execute function privado.poner_id();
-- An open invitation is voided, at the hour of the server, and stays so.
create trigger _100_anular before update of anulada_en on public.invitaciones
  for each row execute function privado.anular_invitacion();
