-- A lot is what came out of one operation, as it came out. What is left of it is in privado.saldos.
create table public.lotes (
  id uuid primary key default privado.uuidv7(),
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  codigo text not null,
  operacion_id uuid not null,
  centro_id bigint references public.centros (id) on delete restrict,
  producto text not null default 'cacao',
  condicion text not null,
  variedad text,
  grado text,
  certificaciones text[] not null default '{}',
  origen_conocido boolean not null,
  kg numeric(14, 3) not null,
  humedad_pct numeric(5, 2),
  productor_id bigint,
  lote_externo text,
  embarcado boolean not null default false,
  creado_en timestamptz not null default now(),
  constraint lotes_codigo_key unique (empresa_id, codigo),
  -- What the edges refer to: a lot of that same company. And the order of its lists.
  constraint lotes_empresa_id_key unique (empresa_id, id),
  constraint lotes_operacion_fkey foreign key (empresa_id, operacion_id)
    references public.operaciones (empresa_id, id) on delete restrict,
  constraint lotes_productor_fkey foreign key (empresa_id, productor_id)
    references public.productores (empresa_id, id) on delete restrict,
  constraint lotes_codigo_valido check (codigo ~ '^LO-[0-9]{4}-[0-9]{6,}$'),
  constraint lotes_producto_valido check (privado.nombre_valido(producto, 40)),
  constraint lotes_condicion_valida check (condicion in ('baba', 'escurrido', 'semiseco', 'seco', 'transformado')),
  constraint lotes_variedad_valida check (privado.nombre_valido(variedad, 40)),
  constraint lotes_grado_valido check (privado.nombre_valido(grado, 20)),
  constraint lotes_certificaciones_valida check (
    cardinality(certificaciones) <= 20 and array_position(certificaciones, null) is null),
  constraint lotes_kg_valido check (kg > 0 and kg <= 1000000000),
  constraint lotes_humedad_pct_valida check (humedad_pct > 0 and humedad_pct < 100),
  constraint lotes_lote_externo_valido check (privado.nombre_valido(lote_externo, 80)),
  constraint lotes_embarcado_valido check (not embarcado or centro_id is null)
);
comment on table public.lotes is 'Cacao que salió de una operación, como salió. No cambia: lo que queda de él es su saldo.';
comment on column public.lotes.centro_id is 'Dónde está; null si va en camino o ya se embarcó.';
comment on column public.lotes.certificaciones is 'Las que tienen todos los lotes de que se hizo.';
comment on column public.lotes.origen_conocido is 'Si se sabe de dónde viene cada kilo: un origen desconocido alcanza al todo.';
comment on column public.lotes.lote_externo is 'Cómo llama a este lote quien lo entregó.';

create index lotes_operacion_idx on public.lotes (empresa_id, operacion_id);
create index lotes_centro_idx on public.lotes (centro_id);
create index lotes_productor_idx on public.lotes (empresa_id, productor_id);

alter table public.lotes enable row level security;
create policy select_propio on public.lotes for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.lotes from anon, authenticated, service_role;
grant select on public.lotes to authenticated;

create trigger _100_conservar before update or delete on public.lotes
  for each row execute function privado.conservar_grafo();
create trigger _110_conservar_todas before truncate on public.lotes
  for each statement execute function privado.conservar_grafo();
