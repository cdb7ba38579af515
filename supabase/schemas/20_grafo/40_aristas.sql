-- The edges of the graph: what an operation took of each lot, what it gave, and what was lost on the way. Company and id
-- together are the foreign keys (and keys, whose index serves them), so that no edge joins two companies.
create table public.consumos (
  operacion_id uuid not null,
  lote_id uuid not null,
  empresa_id bigint not null,
  kg numeric(14, 3) not null,
  primary key (operacion_id, empresa_id, lote_id),
  constraint consumos_operacion_fkey foreign key (operacion_id, empresa_id)
    references public.operaciones (id, empresa_id) on delete restrict,
  constraint consumos_lote_fkey foreign key (lote_id, empresa_id)
    references public.lotes (id, empresa_id) on delete restrict,
  constraint consumos_kg_valido check (kg > 0)
);
comment on table public.consumos is 'Cuántos kilos de cada lote tomó una operación.';
create index consumos_lote_idx on public.consumos (lote_id, empresa_id) include (operacion_id, kg);

create table public.productos (
  operacion_id uuid not null,
  lote_id uuid primary key references public.lotes (id) on delete restrict,
  empresa_id bigint not null,
  kg numeric(14, 3) not null,
  constraint productos_operacion_fkey foreign key (operacion_id, empresa_id)
    references public.operaciones (id, empresa_id) on delete restrict,
  constraint productos_kg_valido check (kg > 0)
);
comment on table public.productos is 'Qué lotes hizo una operación: cada lote sale de una sola.';
create index productos_operacion_idx on public.productos (operacion_id, empresa_id) include (lote_id, kg);

create table public.perdidas (
  operacion_id uuid not null,
  causa text not null,
  empresa_id bigint not null,
  kg numeric(14, 3) not null,
  primary key (operacion_id, empresa_id, causa),
  constraint perdidas_operacion_fkey foreign key (operacion_id, empresa_id)
    references public.operaciones (id, empresa_id) on delete restrict,
  constraint perdidas_causa_valida check (causa in (
    'agua', 'exudado', 'impurezas', 'muestra', 'derrame', 'robo', 'polvo', 'sin_explicar')),
  constraint perdidas_kg_valido check (kg >= 0)
);
comment on table public.perdidas is 'Los kilos que una operación perdió, por causa.';

alter table public.consumos enable row level security;
create policy select_propio on public.consumos for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
alter table public.productos enable row level security;
create policy select_propio on public.productos for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
alter table public.perdidas enable row level security;
create policy select_propio on public.perdidas for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.consumos, public.productos, public.perdidas from anon, authenticated, service_role;
grant select on public.consumos, public.productos, public.perdidas to authenticated;

create trigger _100_conservar before update or delete on public.consumos
  for each row execute function privado.conservar_grafo();
create trigger _110_conservar_todas before truncate on public.consumos
  for each statement execute function privado.conservar_grafo();
create trigger _100_conservar before update or delete on public.productos
  for each row execute function privado.conservar_grafo();
create trigger _110_conservar_todas before truncate on public.productos
  for each statement execute function privado.conservar_grafo();
create trigger _100_conservar before update or delete on public.perdidas
  for each row execute function privado.conservar_grafo();
create trigger _110_conservar_todas before truncate on public.perdidas
  for each statement execute function privado.conservar_grafo();
