-- The companies that sign contracts. Every active user sees the directory, to choose a counterparty and to read its
-- name; the RUC of a natural person is its cédula, so that column is not in the directory: public.ficha_empresa()
-- gives it to whom it has accepted (public.relaciones).
create table public.empresas (
  id bigint generated always as identity primary key,
  ruc text not null unique,
  nombre text not null,
  tipo text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  siglas text unique,
  constraint empresas_ruc_valido check (privado.ruc_valido(ruc)),
  constraint empresas_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint empresas_tipo_valido check (tipo in ('exportadora', 'centro_acopio', 'proveedor')),
  -- With a letter: a code of one series must not look like one of the other.
  constraint empresas_siglas_valida check (siglas ~ '^[A-Z0-9]{2,8}$' and siglas ~ '[A-Z]')
);
comment on table public.empresas is 'Empresas que firman contratos: exportadoras, centros de acopio y proveedores.';
comment on column public.empresas.siglas is
  'De una exportadora, lo que llevan los códigos de sus contratos donde cada una tiene su serie: CT-2026-AGRO-00014.';

alter table public.empresas enable row level security;
create policy select_directorio on public.empresas for select to authenticated
  using ((select privado.mi_rol()) is not null);
create policy insert_admin on public.empresas for insert to authenticated
  with check ((select privado.es_admin()));
create policy update_admin on public.empresas for update to authenticated
  using ((select privado.es_admin())) with check ((select privado.es_admin()));

revoke all on public.empresas from anon, authenticated, service_role;
revoke all on sequence public.empresas_id_seq from anon, authenticated, service_role;
grant select (id, nombre, tipo, activo, creado_en, actualizado_en, siglas),
  insert (ruc, nombre, tipo, activo, siglas),
  update (ruc, nombre, activo, siglas) on public.empresas to authenticated;
grant select, insert (ruc, nombre, tipo, activo, siglas), update (ruc, nombre, activo, siglas), delete
  on public.empresas to service_role;

-- What an app writes in one request is bounded.
create trigger _000_limitar_borrados before delete on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Contracts and users were accepted for the kind of company that it is.
create trigger _100_fijar_tipo before update on public.empresas
  for each row when (old.tipo is distinct from new.tipo) execute function privado.fijar_tipo_empresa();
-- An exporter has siglas where the codes of contracts carry them, and keeps those that one carries.
create trigger _150_exigir_siglas before insert on public.empresas
  for each row when (new.siglas is null and new.tipo = 'exportadora') execute function privado.juzgar_siglas();
create trigger _160_fijar_siglas before update on public.empresas
  for each row when (old.siglas is distinct from new.siglas) execute function privado.juzgar_siglas();
-- The version of the row.
create trigger _900_marcar_actualizado before update on public.empresas
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
-- What this transaction knows of its caller may be true no more.
create trigger _910_olvidar_usuario after insert or update or delete on public.empresas
  for each statement execute function privado.olvidar_usuario();
-- The people of a company that is switched off hear nothing more.
create trigger _920_reautorizar_canales after update of activo on public.empresas
  for each statement execute function privado.reautorizar_canales();
-- And last, its chain tells what it is from now on.
create trigger _990_encadenar after insert or delete on public.empresas
  for each row execute function privado.encadenar_empresa();
create trigger _990_encadenar_cambio after update on public.empresas
  for each row when (
    (old.ruc, old.nombre, old.tipo, old.activo, old.creado_en, old.siglas)
      is distinct from (new.ruc, new.nombre, new.tipo, new.activo, new.creado_en, new.siglas))
  execute function privado.encadenar_empresa();
