-- What was done with cocoa, in the order in which it was told (secuencia): the inputs of an operation were made by one
-- told before, so this order is one of the graph. The functions of this folder write it, and nobody changes it: what was
-- told wrong is voided by another operation.
create table public.operaciones (
  -- Its own, or that of the client, who can then repeat it.
  id uuid primary key default privado.uuidv7(),
  secuencia bigint generated always as identity,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  tipo text not null,
  en timestamptz not null,
  centro_id bigint references public.centros (id) on delete restrict,
  destino_id bigint references public.centros (id) on delete restrict,
  fase text,
  contrato_id bigint references public.contratos (id) on delete restrict,
  -- Of people no foreign key: an account that is erased stays told.
  usuario_id uuid,
  segundo_usuario_id uuid,
  motivo text,
  anula uuid references public.operaciones (id) on delete restrict,
  esperado_kg numeric(14, 3),
  veredicto text,
  -- Of what was asked, when the client gave the id: a repetition asks the same.
  huella text,
  creado_en timestamptz not null default now(),
  constraint operaciones_secuencia_key unique (empresa_id, secuencia),
  -- What its rows refer to: an operation of that same company.
  constraint operaciones_empresa_id_key unique (empresa_id, id),
  constraint operaciones_anula_key unique (anula),
  constraint operaciones_tipo_valido check (tipo in (
    'recibir', 'mezclar', 'dividir', 'fermentar', 'secar', 'clasificar', 'transformar', 'trasladar', 'embarcar',
    'merma', 'ajuste_inventario', 'anular')),
  constraint operaciones_en_valido check (en >= '1990-01-01' and en < '2101-01-01'),
  constraint operaciones_fase_valida check (
    fase is null or (fase in ('salida', 'llegada') and tipo = 'trasladar')),
  constraint operaciones_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint operaciones_anula_valida check ((tipo = 'anular') = (anula is not null)),
  constraint operaciones_veredicto_valido check (veredicto in ('ok', 'aviso', 'alerta'))
);
comment on table public.operaciones is 'Lo que se hizo con el cacao: cada operación consume lotes y hace otros. Solo se añade.';
comment on column public.operaciones.en is 'Cuándo se hizo; puede contarse después.';
comment on column public.operaciones.secuencia is 'Orden en que se contó: lo que una operación consume lo hizo una anterior.';
comment on column public.operaciones.esperado_kg is 'De secar y fermentar: los kilos que debían salir.';

create index operaciones_en_idx on public.operaciones (empresa_id, en);
create index operaciones_centro_idx on public.operaciones (centro_id);
create index operaciones_destino_idx on public.operaciones (destino_id);
create index operaciones_contrato_idx on public.operaciones (contrato_id);

alter table public.operaciones enable row level security;
create policy select_propio on public.operaciones for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.operaciones from anon, authenticated, service_role;
revoke all on sequence public.operaciones_secuencia_seq from anon, authenticated, service_role;
grant select on public.operaciones to authenticated;

create trigger _100_conservar before update or delete on public.operaciones
  for each row execute function privado.conservar_grafo();
create trigger _110_conservar_todas before truncate on public.operaciones
  for each statement execute function privado.conservar_grafo();
