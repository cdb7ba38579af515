-- Why: the companies that sign contracts. Every active user sees the directory, to choose a counterparty and
-- to read its name; the RUC of a natural person is its cédula, so that column is not in the directory:
-- public.ficha_empresa() gives it to who shares a contract.
-- Touches: creates public.empresas and the check of a RUC. Destructive: no.
create function privado.cedula_valida(cedula text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select cedula ~ '^(0[1-9]|1[0-9]|2[0-4]|30|50)[0-9]{8}$' and (
    select (10 - sum(case when producto > 9 then producto - 9 else producto end) % 10) % 10
    from (
      select substr(cedula, i, 1)::int * (1 + i % 2) as producto from generate_series(1, 9) as i
    ) as productos
  ) = right(cedula, 1)::int
$$;
comment on function privado.cedula_valida(text) is
  'Cédula ecuatoriana: provincia y dígito verificador (módulo 10).';

-- Módulo 11 of companies (third digit 6 or 9) is not asked: the SRI issues active RUCs that fail it.
create function privado.ruc_valido(ruc text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select ruc ~ '^(0[1-9]|1[0-9]|2[0-4]|30|50)[0-69][0-9]{7}001$'
    and (substr(ruc, 3, 1) in ('6', '9') or privado.cedula_valida(left(ruc, 10)))
$$;
comment on function privado.ruc_valido(text) is
  'RUC: 13 dígitos, provincia, terminado en 001; el de una persona natural lleva su cédula.';

revoke all on function privado.cedula_valida(text), privado.ruc_valido(text) from public;
grant execute on function privado.cedula_valida(text), privado.ruc_valido(text) to authenticated, service_role;

create table public.empresas (
  id bigint generated always as identity primary key,
  ruc text not null unique,
  nombre text not null,
  tipo text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  constraint empresas_ruc_valido check (privado.ruc_valido(ruc)),
  constraint empresas_nombre_valido check (nombre = btrim(nombre) and length(nombre) between 1 and 200),
  constraint empresas_tipo_valido check (tipo in ('exportadora', 'centro_acopio', 'proveedor'))
);
comment on table public.empresas is 'Empresas que firman contratos: exportadoras, centros de acopio y proveedores.';

alter table public.empresas enable row level security;
create policy select_directorio on public.empresas for select to authenticated
  using ((select privado.mi_rol()) is not null);
create policy insert_admin on public.empresas for insert to authenticated
  with check ((select privado.es_admin()));
create policy update_admin on public.empresas for update to authenticated
  using ((select privado.es_admin())) with check ((select privado.es_admin()));

revoke all on public.empresas from anon, authenticated, service_role;
revoke all on sequence public.empresas_id_seq from anon, authenticated, service_role;
grant select (id, nombre, tipo, activo, creado_en, actualizado_en),
  insert (ruc, nombre, tipo, activo),
  update (ruc, nombre, activo) on public.empresas to authenticated;
grant select, insert (ruc, nombre, tipo, activo), update (ruc, nombre, activo), delete
  on public.empresas to service_role;

-- Contracts and users were accepted for the kind of company that it is.
create function privado.fijar_tipo_empresa() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'empresa_tipo_fijo' using errcode = 'PT409',
    detail = 'El tipo de una empresa no cambia: sus contratos y usuarios dependen de él.', hint = 'tipo';
end
$$;
comment on function privado.fijar_tipo_empresa() is 'Disparador: el tipo de una empresa no cambia.';
revoke all on function privado.fijar_tipo_empresa() from public;

create trigger _100_fijar_tipo before update on public.empresas
  for each row when (old.tipo is distinct from new.tipo) execute function privado.fijar_tipo_empresa();
create trigger _900_marcar_actualizado before update on public.empresas
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
create trigger _910_olvidar_usuario after insert or update or delete on public.empresas
  for each statement execute function privado.olvidar_usuario();
