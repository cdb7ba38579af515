-- Every version of the essential terms of a contract, from its first: who proposed it, who accepted it and when. It
-- says prices, so only who signs the contract reads it.
create table public.contratos_versiones (
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  n integer not null,
  terminos jsonb not null,
  origen text not null,
  enmienda_id bigint,
  propuesta_por uuid references public.usuarios (id) on delete restrict,
  propuesta_empresa bigint,
  propuesta_en timestamptz not null,
  aceptada_por uuid references public.usuarios (id) on delete restrict,
  aceptada_empresa bigint,
  aceptada_en timestamptz,
  primary key (contrato_id, n),
  constraint contratos_versiones_n_valido check (n > 0),
  constraint contratos_versiones_origen_valido check (
    origen in ('creacion', 'edicion', 'enmienda', 'sistema', 'migracion')),
  constraint contratos_versiones_enmienda_coherente check ((origen = 'enmienda') = (enmienda_id is not null))
);
comment on table public.contratos_versiones is
  'Cada versión de los términos de un contrato; no se modifica ni se borra.';
comment on column public.contratos_versiones.n is 'De 1 en adelante, sin huecos: la mayor es la vigente.';
comment on column public.contratos_versiones.terminos is 'Los términos enteros, con sus decimales como texto.';
comment on column public.contratos_versiones.propuesta_por is 'Null: el sistema, o no consta quién.';
comment on column public.contratos_versiones.propuesta_empresa is 'La parte por la que lo hizo; null si por ninguna.';
comment on column public.contratos_versiones.aceptada_por is
  'Quien dijo que sí por la otra parte; null si lo dijo de antemano, al aceptar la relación.';

create index contratos_versiones_propuesta_por_idx on public.contratos_versiones (propuesta_por);
create index contratos_versiones_aceptada_por_idx on public.contratos_versiones (aceptada_por);
create index contratos_versiones_enmienda_idx on public.contratos_versiones (enmienda_id, contrato_id);

alter table public.contratos_versiones enable row level security;
create policy select_firmante on public.contratos_versiones for select to authenticated
  using (
    exists (select from privado.mis_firmas m where m.contrato_id = contratos_versiones.contrato_id)
    or (select privado.es_admin())
  );

revoke all on public.contratos_versiones from anon, authenticated, service_role;
grant select on public.contratos_versiones to authenticated;

-- Before each row.
-- A version is evidence: that it was accepted is noted once, and nothing else changes.
create trigger _100_conservar before update or delete on public.contratos_versiones
  for each row execute function privado.conservar_version();

-- After each row.
-- The chain of the contract tells it, and that it was accepted.
create trigger _990_encadenar after insert or update on public.contratos_versiones
  for each row execute function privado.encadenar_version();

-- Before the statement.
-- Nor are all of them emptied out at once.
create trigger _110_conservar_todas before truncate on public.contratos_versiones
  for each statement execute function privado.conservar_version();
