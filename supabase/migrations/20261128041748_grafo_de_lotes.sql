-- Why: cocoa is received before it is sold, and mixed, dried, divided and shipped: a graph of lots with its balances, in
--   places and from producers of each company. Nothing of contracts and their lots changes.
-- Touches: public.centros, public.productores, public.operaciones, public.lotes, public.consumos, public.productos,
--   public.perdidas, public.retenciones, public.ajustes, privado.saldos, their functions, and
--   privado.filas_de_empresa, which also tells of them.
-- Destructive: no. Locks no table that holds rows for longer than a foreign key takes.

-- Who keeps the graph of lots, its places and its producers: the people of an exporter or of a collection centre, each
-- for their own company. An administrator reads what is no personal data, and writes nothing.

create function privado.exigir_grafo() returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  perform privado.exigir_cuenta();
  if empresa is null or privado.mi_rol() not in ('exportadora', 'centro_acopio') then
    raise exception 'grafo_sin_permiso' using errcode = 'PT403',
      detail = 'Lotes, centros y productores los lleva cada exportadora o centro de acopio, los suyos.';
  end if;
  return empresa;
end
$$;
comment on function privado.exigir_grafo() is 'La empresa de quien lleva lotes; si no los lleva, el error que dice por qué.';

create function privado.fijar_dueno_grafo() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if auth.uid() is not null then
    new.empresa_id := privado.exigir_grafo();
  end if;
  return new;
end
$$;
comment on function privado.fijar_dueno_grafo() is 'Disparador: un centro o un productor es de la empresa de quien lo escribe.';

revoke all on function privado.exigir_grafo(), privado.fijar_dueno_grafo() from public;

-- Centres and producers in the chain of their company (see 05_evidencia). What is personal of a producer is told by a
-- salted hash.
create function privado.encadenar_centro() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(-new.empresa_id,
    case tg_op when 'INSERT' then 'centro.creado' else 'centro.cambiado' end, 'centro/' || new.id,
    '{"fila":' || privado.fila_centro(new) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_centro() is 'Disparador: un centro, en la cadena de su empresa.';

create function privado.encadenar_productor() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(-new.empresa_id,
    case tg_op when 'INSERT' then 'productor.creado' else 'productor.cambiado' end, 'productor/' || new.id,
    '{"fila":' || privado.fila_productor(new, privado.sal_de('productor/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_productor() is 'Disparador: un productor, en la cadena de su empresa.';

revoke all on function privado.encadenar_centro(), privado.encadenar_productor() from public;

-- The places of a company where cocoa is: what is nowhere is on its way, or has left.
create table public.centros (
  id bigint generated always as identity primary key,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  codigo text not null,
  nombre text not null,
  tipo text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  constraint centros_codigo_key unique (empresa_id, codigo),
  constraint centros_codigo_valido check (codigo ~ '^[A-Z0-9]{1,6}$'),
  constraint centros_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint centros_tipo_valido check (tipo in ('acopio', 'secadero', 'bodega', 'planta', 'puerto'))
);
comment on table public.centros is 'Lugares de una empresa donde hay cacao: acopios, secaderos, bodegas, plantas y puertos.';

alter table public.centros enable row level security;
create policy select_propio on public.centros for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
create policy insert_propio on public.centros for insert to authenticated
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));
create policy update_propio on public.centros for update to authenticated
  using (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'))
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));

revoke all on public.centros from anon, authenticated, service_role;
revoke all on sequence public.centros_id_seq from anon, authenticated, service_role;
grant select, insert (codigo, nombre, tipo), update (nombre, tipo, activo) on public.centros to authenticated;

-- A request of an app changes and adds so many rows at most.
create trigger _000_limitar_cambios before update on public.centros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.centros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Whose it is.
create trigger _100_fijar_dueno before insert on public.centros
  for each row execute function privado.fijar_dueno_grafo();
-- Last, the chain of its company.
create trigger _990_encadenar after insert on public.centros
  for each row execute function privado.encadenar_centro();
create trigger _990_encadenar_cambio after update on public.centros
  for each row when (old.* is distinct from new.*) execute function privado.encadenar_centro();

-- The farmers whose cocoa a company receives. They are its suppliers, and persons: nobody else reads them, not even an
-- administrator.
create table public.productores (
  id bigint generated always as identity primary key,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  identificacion text not null,
  nombre text not null,
  telefono text,
  correo text,
  hectareas numeric(10, 2),
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  constraint productores_identificacion_key unique (empresa_id, identificacion),
  -- What public.lotes refers to: a producer of that same company.
  constraint productores_empresa_id_key unique (empresa_id, id),
  constraint productores_identificacion_valida check (
    privado.cedula_valida(identificacion) or privado.ruc_valido(identificacion)),
  constraint productores_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint productores_telefono_valido check (telefono ~ '^[+][1-9][0-9]{6,14}$'),
  constraint productores_correo_valido check (
    correo = lower(correo) and length(correo) <= 254 and correo ~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'),
  constraint productores_hectareas_valida check (hectareas > 0 and hectareas <= 100000)
);
comment on table public.productores is 'Productores a quienes una empresa compra cacao; solo ella los ve.';
comment on column public.productores.identificacion is 'Cédula o RUC.';
comment on column public.productores.hectareas is 'Superficie de cacao, para juzgar si lo que entrega es verosímil.';

alter table public.productores enable row level security;
create policy select_propio on public.productores for select to authenticated
  using (empresa_id = (select privado.mi_empresa()));
create policy insert_propio on public.productores for insert to authenticated
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));
create policy update_propio on public.productores for update to authenticated
  using (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'))
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));

revoke all on public.productores from anon, authenticated, service_role;
revoke all on sequence public.productores_id_seq from anon, authenticated, service_role;
grant select, insert (identificacion, nombre, telefono, correo, hectareas),
  update (nombre, telefono, correo, hectareas, activo) on public.productores to authenticated;

-- A request of an app changes and adds so many rows at most.
create trigger _000_limitar_cambios before update on public.productores
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.productores
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Whose it is.
create trigger _100_fijar_dueno before insert on public.productores
  for each row execute function privado.fijar_dueno_grafo();
-- Last, the chain of its company.
create trigger _990_encadenar after insert on public.productores
  for each row execute function privado.encadenar_productor();
create trigger _990_encadenar_cambio after update on public.productores
  for each row when (old.* is distinct from new.*) execute function privado.encadenar_productor();

-- What holds of every row of the graph: it stays as it was written, and its ids go up with time.

create function privado.conservar_grafo() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'grafo_inmutable' using errcode = 'PT409',
    detail = 'Lo registrado de un lote no se modifica ni se borra: se anula la operación.';
end
$$;
comment on function privado.conservar_grafo() is 'Disparador: lotes y operaciones solo se añaden, también para su dueño.';
revoke all on function privado.conservar_grafo() from public;

-- Postgres 17 has none of its own: milliseconds in front of what is random.
create function privado.uuidv7() returns uuid
language sql volatile parallel safe set search_path = '' as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
    52, 1), 53, 1), 'hex')::uuid
$$;
comment on function privado.uuidv7() is 'Identificador UUIDv7: sube con el tiempo.';
revoke all on function privado.uuidv7() from public;

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

-- The edges of the graph: what an operation took of each lot, what it gave, and what was lost on the way. Company and id
-- together are the foreign keys (and keys, whose index serves them), so that no edge joins two companies.
create table public.consumos (
  operacion_id uuid not null,
  lote_id uuid not null,
  empresa_id bigint not null,
  kg numeric(14, 3) not null,
  primary key (operacion_id, empresa_id, lote_id),
  constraint consumos_operacion_fkey foreign key (empresa_id, operacion_id)
    references public.operaciones (empresa_id, id) on delete restrict,
  constraint consumos_lote_fkey foreign key (empresa_id, lote_id)
    references public.lotes (empresa_id, id) on delete restrict,
  constraint consumos_kg_valido check (kg > 0)
);
comment on table public.consumos is 'Cuántos kilos de cada lote tomó una operación.';
create index consumos_lote_idx on public.consumos (lote_id, empresa_id) include (operacion_id, kg);

create table public.productos (
  operacion_id uuid not null,
  lote_id uuid primary key references public.lotes (id) on delete restrict,
  empresa_id bigint not null,
  kg numeric(14, 3) not null,
  constraint productos_operacion_fkey foreign key (empresa_id, operacion_id)
    references public.operaciones (empresa_id, id) on delete restrict,
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
  constraint perdidas_operacion_fkey foreign key (empresa_id, operacion_id)
    references public.operaciones (empresa_id, id) on delete restrict,
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

-- What is left of each lot: its kilos less what operations that were not voided took. It is kept, for it is the row that
-- whoever takes of a lot waits for, in the order of ids.
create table privado.saldos (
  lote_id uuid primary key references public.lotes (id) on delete restrict,
  empresa_id bigint not null,
  centro_id bigint,
  condicion text not null,
  kg numeric(14, 3) not null,
  anulado boolean not null default false,
  retenido boolean not null default false,
  constraint saldos_kg_valido check (kg >= 0)
)
-- Written again each time something is taken.
with (fillfactor = 80);
comment on table privado.saldos is 'Kilos que quedan de cada lote; quien toma de él toma su fila.';
create index saldos_lugar_idx on privado.saldos (empresa_id, centro_id, condicion) where kg > 0;
revoke all on privado.saldos from public, anon, authenticated, service_role;

-- Asked by the id alone, of whoever may read the lot: a made-up row that names another company's gives nothing.
create function privado.saldo_de(lote uuid) returns numeric
language plpgsql volatile security definer set search_path = '' as $$
begin
  return (
    select s.kg from privado.saldos s
    where s.lote_id = lote and (s.empresa_id = privado.mi_empresa() or privado.es_admin()));
end
$$;
comment on function privado.saldo_de(uuid) is 'Kilos que quedan de un lote de la empresa de quien pregunta.';

create function public.saldo_kg(lote public.lotes) returns numeric
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.saldo_de(lote.id);
end
$$;
comment on function public.saldo_kg(public.lotes) is 'Kilos que quedan del lote.';

revoke all on function privado.saldo_de(uuid) from public;
revoke all on function public.saldo_kg(public.lotes) from public, anon, service_role;
grant execute on function privado.saldo_de(uuid), public.saldo_kg(public.lotes) to authenticated;

-- A lot that is held is consumed by nobody until somebody lifts it, with a reason. It stays told.
create table public.retenciones (
  id bigint generated always as identity primary key,
  lote_id uuid not null,
  empresa_id bigint not null,
  motivo text not null,
  -- The recall that holds it.
  retiro_id uuid,
  creada_por uuid,
  creada_en timestamptz not null default now(),
  levantada_por uuid,
  levantada_en timestamptz,
  levantada_motivo text,
  constraint retenciones_lote_fkey foreign key (empresa_id, lote_id)
    references public.lotes (empresa_id, id) on delete restrict,
  constraint retenciones_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint retenciones_levantada_motivo_valido check (
    levantada_motivo = btrim(levantada_motivo, E' \t\r\n') and length(levantada_motivo) between 1 and 500
    and privado.es_texto_limpio(levantada_motivo, false)),
  constraint retenciones_levantada_en_valida check ((levantada_en is null) = (levantada_motivo is null))
);
comment on table public.retenciones is 'Lotes que nadie consume hasta que se levante su retención.';
-- One at a time of each lot for each reason there is to hold it: its own, or a recall.
create unique index retenciones_vigente_key on public.retenciones (lote_id, retiro_id) nulls not distinct
  where levantada_en is null;
create index retenciones_lote_idx on public.retenciones (empresa_id, lote_id);
create index retenciones_retiro_idx on public.retenciones (retiro_id);

alter table public.retenciones enable row level security;
create policy select_propio on public.retenciones for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.retenciones from anon, authenticated, service_role;
revoke all on sequence public.retenciones_id_seq from anon, authenticated, service_role;
grant select on public.retenciones to authenticated;

-- A count that differs from the books is proposed by one person and confirmed by another: then it is an operation.
create table public.ajustes (
  id bigint generated always as identity primary key,
  empresa_id bigint not null,
  lote_id uuid not null,
  kg_contado numeric(14, 3) not null,
  -- What the books said when it was counted: if it is no longer so, the count is of another time.
  saldo_kg numeric(14, 3) not null,
  motivo text not null,
  estado text not null default 'propuesto',
  propuesto_por uuid,
  propuesto_en timestamptz not null default now(),
  resuelto_por uuid,
  resuelto_en timestamptz,
  operacion_id uuid,
  constraint ajustes_lote_fkey foreign key (empresa_id, lote_id)
    references public.lotes (empresa_id, id) on delete restrict,
  constraint ajustes_operacion_fkey foreign key (empresa_id, operacion_id)
    references public.operaciones (empresa_id, id) on delete restrict,
  constraint ajustes_kg_contado_valido check (kg_contado >= 0 and kg_contado <= 1000000000),
  constraint ajustes_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint ajustes_estado_valido check (estado in ('propuesto', 'confirmado', 'rechazado')),
  constraint ajustes_operacion_valida check ((estado = 'confirmado') = (operacion_id is not null)),
  constraint ajustes_resuelto_en_valido check ((estado = 'propuesto') = (resuelto_en is null))
);
comment on table public.ajustes is 'Conteos que no coinciden con el saldo: los propone una persona y los confirma otra.';
create index ajustes_lote_idx on public.ajustes (empresa_id, lote_id);
create index ajustes_operacion_idx on public.ajustes (empresa_id, operacion_id);

alter table public.ajustes enable row level security;
create policy select_propio on public.ajustes for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.ajustes from anon, authenticated, service_role;
revoke all on sequence public.ajustes_id_seq from anon, authenticated, service_role;
grant select on public.ajustes to authenticated;

-- What a client sent, read: an amount, a text, a list. What is not well said is told by its field ('entradas[0].kg').

-- As a number or as text, which no program rounds.
create function privado.leer_kg(valor jsonb, campo text) returns numeric
language plpgsql immutable set search_path = '' as $$
declare
  kg numeric;
begin
  if jsonb_typeof(valor) = 'number' then
    kg := valor::numeric;
  elsif jsonb_typeof(valor) = 'string' and valor #>> '{}' ~ '^[0-9]{1,10}([.][0-9]{1,3})?$' then
    kg := (valor #>> '{}')::numeric;
  end if;
  if coalesce(kg <= 0 or kg > 1000000000 or min_scale(kg) > 3, true) then
    raise exception 'kg_invalidos' using errcode = 'PT422',
      detail = 'Los kilos son un número mayor que cero, con 3 decimales como máximo.', hint = campo;
  end if;
  return kg;
end
$$;
comment on function privado.leer_kg(jsonb, text) is 'Kilos de un JSON, o el error que nombra su campo.';

create function privado.leer_nombre(valor jsonb, maximo int, campo text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  if valor is null or valor = 'null' then
    return null;
  elsif jsonb_typeof(valor) <> 'string' or not privado.nombre_valido(valor #>> '{}', maximo) then
    raise exception 'nombre_invalido' using errcode = 'PT422',
      detail = 'Es un nombre corto, sin espacios en los extremos ni caracteres invisibles.', hint = campo;
  end if;
  return valor #>> '{}';
end
$$;
comment on function privado.leer_nombre(jsonb, int, text) is 'Un nombre corto de un JSON, o el error que nombra su campo.';

create function privado.leer_motivo(motivo text, hace_falta boolean) returns text
language plpgsql immutable set search_path = '' as $$
declare
  limpio constant text := nullif(btrim(motivo, E' \t\r\n'), '');
begin
  if limpio is null and hace_falta then
    raise exception 'operacion_sin_motivo' using errcode = 'PT422',
      detail = 'Diga por qué, en 500 caracteres como máximo.', hint = 'motivo';
  elsif length(limpio) > 500 or not privado.es_texto_limpio(limpio, false) then
    raise exception 'motivo_invalido' using errcode = 'PT422',
      detail = 'El motivo lleva 500 caracteres como máximo, sin caracteres de control.', hint = 'motivo';
  end if;
  return limpio;
end
$$;
comment on function privado.leer_motivo(text, boolean) is 'El motivo sin espacios en los extremos, o el error que dice qué le falta.';

-- A list of objects that hold these keys and no other.
create function privado.exigir_lista(lista jsonb, claves text[], campo text) returns void
language plpgsql immutable set search_path = '' as $$
declare
  i int := 0;
  cosa jsonb;
begin
  if lista is null or jsonb_typeof(lista) <> 'array' or jsonb_array_length(lista) > 1000 then
    raise exception 'lista_invalida' using errcode = 'PT422', detail = 'Es una lista de 1000 cosas como máximo.',
      hint = campo;
  end if;
  for cosa in select e from jsonb_array_elements(lista) as e loop
    if jsonb_typeof(cosa) <> 'object' or cosa - claves <> '{}' then
      raise exception 'elemento_invalido' using errcode = 'PT422',
        detail = 'Cada cosa de la lista es un objeto con los datos que se admiten, y ninguno más.',
        hint = campo || '[' || i || ']';
    end if;
    i := i + 1;
  end loop;
end
$$;
comment on function privado.exigir_lista(jsonb, text[], text) is 'Nada, si es una lista de objetos con esas claves.';

create function privado.leer_certificaciones(valor jsonb, campo text) returns text[]
language plpgsql immutable set search_path = '' as $$
begin
  if valor is null or valor = 'null' then
    return null;
  elsif jsonb_typeof(valor) <> 'array' or jsonb_array_length(valor) > 20 then
    raise exception 'lista_invalida' using errcode = 'PT422', detail = 'Es una lista de 1000 cosas como máximo.',
      hint = campo;
  end if;
  if exists (select from jsonb_array_elements(valor) as e where privado.leer_nombre(e, 40, campo) is null) then
    raise exception 'nombre_invalido' using errcode = 'PT422',
      detail = 'Es un nombre corto, sin espacios en los extremos ni caracteres invisibles.', hint = campo;
  end if;
  return array(select distinct e collate "C" from jsonb_array_elements_text(valor) as e order by 1);
end
$$;
comment on function privado.leer_certificaciones(jsonb, text) is 'Certificaciones de un JSON, en orden y sin repetir.';

revoke all on function privado.leer_kg(jsonb, text), privado.leer_nombre(jsonb, int, text),
  privado.leer_motivo(text, boolean), privado.exigir_lista(jsonb, text[], text),
  privado.leer_certificaciones(jsonb, text) from public;

-- What an operation takes: each lot of its own company, with enough left, that nobody holds.

create type privado.entrada as (
  lote_id uuid, kg numeric, centro_id bigint, condicion text, humedad_pct numeric, producto text, variedad text, grado text,
  certificaciones text[], origen_conocido boolean, en timestamptz, destino_id bigint);
comment on type privado.entrada is 'Lo que una operación toma de un lote, y cómo es ese lote.';

-- By id or by code; of another company's the answer is that of one that does not exist.
create function privado.lote_llamado(empresa bigint, nombre jsonb, campo text) returns uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  texto constant text := case when jsonb_typeof(nombre) = 'string' then nombre #>> '{}' end;
  v_lote uuid;
begin
  if texto ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select l.id into v_lote from public.lotes l where l.id = texto::uuid and l.empresa_id = empresa;
  else
    select l.id into v_lote from public.lotes l where l.empresa_id = empresa and l.codigo = texto;
  end if;
  if v_lote is null then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.', hint = campo;
  end if;
  return v_lote;
end
$$;
comment on function privado.lote_llamado(bigint, jsonb, text) is 'El lote de una empresa, por su id o su código.';

-- The balances of some lots, taken in the order of their ids: whoever takes several waits for others in one order.
create function privado.tomar_saldos(v_lotes uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from privado.saldos s where s.lote_id = any (v_lotes) order by s.lote_id for update;
end
$$;
comment on function privado.tomar_saldos(uuid[]) is 'Toma los saldos de unos lotes hasta el fin de la transacción.';

create function privado.tomar_entradas(empresa bigint, entradas jsonb) returns privado.entrada[]
language plpgsql volatile security definer set search_path = '' as $$
declare
  ids uuid[];
  pedidos numeric[];
  fila record;
  tomadas privado.entrada[] := '{}';
begin
  perform privado.exigir_lista(entradas, '{lote,kg}', 'entradas');
  if entradas = '[]' then
    return tomadas;
  end if;
  select array_agg(privado.lote_llamado(empresa, e.v -> 'lote', 'entradas[' || e.n - 1 || '].lote') order by e.n),
    array_agg(case when e.v -> 'kg' <> 'null' then privado.leer_kg(e.v -> 'kg', 'entradas[' || e.n - 1 || '].kg') end order by e.n)
  into ids, pedidos
  from jsonb_array_elements(entradas) with ordinality as e (v, n);
  perform privado.tomar_saldos(ids);
  for fila in
    select t.n - 1 as i, l, s.kg as queda, s.anulado, s.retenido, o.en, o.destino_id,
      count(*) over (partition by t.id) as veces, coalesce(t.kg, s.kg) as kg
    from unnest(ids, pedidos) with ordinality as t (id, kg, n)
    join public.lotes l on l.id = t.id
    join privado.saldos s on s.lote_id = t.id
    join public.operaciones o on o.id = l.operacion_id
    order by t.n
  loop
    if fila.veces > 1 then
      raise exception 'entrada_repetida' using errcode = 'PT422', detail = 'Un lote entra una sola vez en una operación.',
        hint = format('entradas[%s].lote', fila.i);
    elsif fila.anulado then
      raise exception 'lote_anulado' using errcode = 'PT409', detail = 'La operación que hizo ese lote fue anulada.',
        hint = format('entradas[%s].lote', fila.i);
    elsif (fila.l).embarcado then
      raise exception 'lote_embarcado' using errcode = 'PT409', detail = 'Ese lote ya se embarcó.',
        hint = format('entradas[%s].lote', fila.i);
    elsif fila.retenido then
      raise exception 'lote_retenido' using errcode = 'PT409',
        detail = 'Ese lote está retenido: nadie lo consume hasta que se levante la retención.',
        hint = format('entradas[%s].lote', fila.i);
    elsif fila.queda <= 0 or fila.kg > fila.queda then
      raise exception 'saldo_insuficiente' using errcode = 'PT409', detail = 'De ese lote no quedan tantos kilos.',
        hint = format('entradas[%s].kg', fila.i);
    end if;
    tomadas := tomadas || ((fila.l).id, fila.kg, (fila.l).centro_id, (fila.l).condicion, (fila.l).humedad_pct, (fila.l).producto,
      (fila.l).variedad, (fila.l).grado, (fila.l).certificaciones, (fila.l).origen_conocido, fila.en, fila.destino_id)::privado.entrada;
  end loop;
  return tomadas;
end
$$;
comment on function privado.tomar_entradas(bigint, jsonb) is
  'Lo que una operación toma de cada lote, con sus saldos tomados; o el error que dice por qué no puede.';

revoke all on function privado.lote_llamado(bigint, jsonb, text), privado.tomar_saldos(uuid[]),
  privado.tomar_entradas(bigint, jsonb) from public;

-- What an operation gives: what the client says of each lot, and what it has of those it was made of.

create type privado.salida as (
  kg numeric, centro_id bigint, condicion text, humedad_pct numeric, producto text, variedad text, grado text,
  certificaciones text[], origen_conocido boolean, productor_id bigint, lote_externo text, embarcado boolean);
comment on type privado.salida is 'Un lote que una operación hace.';

create function privado.leer_salidas(salidas jsonb) returns privado.salida[]
language plpgsql immutable set search_path = '' as $$
declare
  leidas privado.salida[] := '{}';
  una privado.salida;
  v jsonb;
  campo text;
begin
  perform privado.exigir_lista(salidas,
    '{kg,condicion,humedad_pct,producto,variedad,grado,certificaciones,productor_id,lote_externo}', 'salidas');
  for v in select e from jsonb_array_elements(salidas) as e loop
    campo := 'salidas[' || cardinality(leidas) || '].';
    una := null;
    -- Where there is one, what remains is its own.
    una.kg := case when v -> 'kg' <> 'null' then privado.leer_kg(v -> 'kg', campo || 'kg') end;
    una.condicion := v ->> 'condicion';
    if una.condicion not in ('baba', 'escurrido', 'semiseco', 'seco', 'transformado') then
      raise exception 'condicion_invalida' using errcode = 'PT422',
        detail = 'La condición es baba, escurrido, semiseco, seco o transformado.', hint = campo || 'condicion';
    end if;
    if v -> 'humedad_pct' <> 'null' then
      if not privado.numero_valido(v -> 'humedad_pct', 0.01, 99.99, 2) then
        raise exception 'humedad_invalida' using errcode = 'PT422',
          detail = 'La humedad es un porcentaje entre 0 y 100, con 2 decimales como máximo.', hint = campo || 'humedad_pct';
      end if;
      una.humedad_pct := (v -> 'humedad_pct')::numeric;
    end if;
    una.producto := privado.leer_nombre(v -> 'producto', 40, campo || 'producto');
    una.variedad := privado.leer_nombre(v -> 'variedad', 40, campo || 'variedad');
    una.grado := privado.leer_nombre(v -> 'grado', 20, campo || 'grado');
    una.certificaciones := privado.leer_certificaciones(v -> 'certificaciones', campo || 'certificaciones');
    una.lote_externo := privado.leer_nombre(v -> 'lote_externo', 80, campo || 'lote_externo');
    if v -> 'productor_id' <> 'null' then
      if not privado.numero_valido(v -> 'productor_id', 1, 9007199254740991, 0) then
        raise exception 'productor_no_existe' using errcode = 'PT404', detail = 'No existe ese productor.',
          hint = campo || 'productor_id';
      end if;
      una.productor_id := (v -> 'productor_id')::bigint;
    end if;
    una.embarcado := false;
    leidas := leidas || una;
  end loop;
  return leidas;
end
$$;
comment on function privado.leer_salidas(jsonb) is 'Los lotes que un cliente dice que salieron.';

-- The weakest origin: a certificate that one of the inputs lacks is not the product's, and one unknown origin is that of
-- all. What all inputs have in common is what the product is, unless it is said.
create function privado.heredar(entradas privado.entrada[], salidas privado.salida[]) returns privado.salida[]
language plpgsql immutable set search_path = '' as $$
declare
  comun record;
  certificadas text[];
  una privado.salida;
  hechas privado.salida[] := '{}';
begin
  select case when count(distinct e.producto) = 1 then min(e.producto) end as producto,
    case when count(distinct e.variedad) = 1 and count(e.variedad) = count(*) then min(e.variedad) end as variedad,
    case when count(distinct e.grado) = 1 and count(e.grado) = count(*) then min(e.grado) end as grado,
    case when count(distinct e.condicion) = 1 then min(e.condicion) end as condicion,
    -- Of moisture, the mean by weight, where all of it was measured.
    case when count(e.humedad_pct) = count(*) then round(sum(e.humedad_pct * e.kg) / sum(e.kg), 2) end as humedad_pct,
    bool_and(e.origen_conocido) as origen_conocido
  into comun from unnest(entradas) as e;
  certificadas := array(
    select c from unnest(entradas) as e cross join lateral unnest(e.certificaciones) as c
    group by c having count(*) = cardinality(entradas) order by c collate "C");
  foreach una in array salidas loop
    una.producto := coalesce(una.producto, comun.producto);
    if una.producto is null then
      raise exception 'producto_sin_decir' using errcode = 'PT422',
        detail = 'Entran productos distintos: diga cuál sale.', hint = format('salidas[%s].producto', cardinality(hechas));
    elsif not coalesce(una.certificaciones <@ certificadas, true) then
      raise exception 'certificacion_ajena' using errcode = 'PT422',
        detail = 'Un lote solo tiene las certificaciones que tienen todos los lotes de que se hizo.',
        hint = format('salidas[%s].certificaciones', cardinality(hechas));
    end if;
    una.variedad := coalesce(una.variedad, comun.variedad);
    una.grado := coalesce(una.grado, comun.grado);
    una.condicion := coalesce(una.condicion, comun.condicion);
    una.humedad_pct := coalesce(una.humedad_pct, comun.humedad_pct);
    una.certificaciones := coalesce(una.certificaciones, certificadas);
    una.origen_conocido := comun.origen_conocido;
    hechas := hechas || una;
  end loop;
  return hechas;
end
$$;
comment on function privado.heredar(privado.entrada[], privado.salida[]) is
  'Lo que los lotes que salen tienen de los que entran: lo común, y en origen y certificaciones lo más débil.';

revoke all on function privado.leer_salidas(jsonb), privado.heredar(privado.entrada[], privado.salida[]) from public;

-- What an operation lost, by cause.

create type privado.perdida as (causa text, kg numeric);
comment on type privado.perdida is 'Los kilos que se perdieron por una causa.';

-- What drying and fermenting lose as water and juice is computed, and so is what nobody can explain.
create function privado.leer_perdidas(perdidas jsonb, tipo text) returns privado.perdida[]
language plpgsql immutable set search_path = '' as $$
declare
  leidas privado.perdida[] := '{}';
  v jsonb;
  campo text;
begin
  perform privado.exigir_lista(perdidas, '{causa,kg}', 'perdidas');
  for v in select e from jsonb_array_elements(perdidas) as e loop
    campo := 'perdidas[' || cardinality(leidas) || '].';
    if not coalesce(v ->> 'causa' in
        ('agua', 'exudado', 'impurezas', 'muestra', 'derrame', 'robo', 'polvo', 'sin_explicar'), false)
      or exists (select from unnest(leidas) as p where p.causa = v ->> 'causa')
    then
      raise exception 'causa_invalida' using errcode = 'PT422',
        detail = 'La causa es agua, exudado, impurezas, muestra, derrame, robo, polvo o sin_explicar, una vez cada una.',
        hint = campo || 'causa';
    elsif tipo in ('secar', 'fermentar') and v ->> 'causa' in ('agua', 'exudado', 'sin_explicar') then
      raise exception 'causa_calculada' using errcode = 'PT422',
        detail = 'Al secar y fermentar, el agua, el exudado y lo que nadie explica se calculan.', hint = campo || 'causa';
    end if;
    leidas := leidas || (v ->> 'causa', privado.leer_kg(v -> 'kg', campo || 'kg'))::privado.perdida;
  end loop;
  return leidas;
end
$$;
comment on function privado.leer_perdidas(jsonb, text) is 'Las pérdidas que dice un cliente, por causa.';
revoke all on function privado.leer_perdidas(jsonb, text) from public;

-- What each type of operation takes and gives, and where.

-- How many lots go in and come out: of trasladar and dividir one alone, for an operation spreads each input over all
-- that comes out, and two lots on one truck do not mix.
create function privado.exigir_forma(tipo text, entran int, salen int) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if not (case tipo
    when 'recibir' then entran = 0
    when 'mezclar' then entran >= 2
    when 'dividir' then entran = 1
    when 'clasificar' then entran >= 1
    when 'trasladar' then entran = 1
    when 'merma' then entran = 1
    else entran >= 1 end)
  then
    raise exception 'entradas_de_mas_o_de_menos' using errcode = 'PT422',
      detail = 'Recibir no tiene entradas. Mezclar tiene dos o más. Dividir, trasladar y merma tienen una. Lo demás, alguna.',
      hint = 'entradas';
  elsif not (case tipo
    when 'merma' then salen = 0
    when 'dividir' then salen >= 2
    when 'clasificar' then salen >= 1
    when 'transformar' then salen >= 1
    else salen = 1 end)
  then
    raise exception 'salidas_de_mas_o_de_menos' using errcode = 'PT422',
      detail = 'Merma no tiene salidas. Dividir tiene dos o más. Clasificar y transformar tienen alguna. Lo demás, una.',
      hint = 'salidas';
  end if;
end
$$;
comment on function privado.exigir_forma(text, int, int) is 'Nada, si un tipo de operación tiene tantas entradas y salidas.';

create function privado.exigir_centro(empresa bigint, centro bigint, campo text) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  v_activo boolean;
begin
  select c.activo into v_activo from public.centros c where c.id = centro and c.empresa_id = empresa;
  if not found then
    raise exception 'centro_no_existe' using errcode = 'PT404', detail = 'No existe ese centro.', hint = campo;
  elsif not v_activo then
    raise exception 'centro_apagado' using errcode = 'PT409', detail = 'Ese centro ya no está en uso.', hint = campo;
  end if;
end
$$;
comment on function privado.exigir_centro(bigint, bigint, text) is 'Nada, si es un centro de la empresa y está en uso.';

-- Where it happens: where its inputs are, all of them in one place.
create function privado.lugar_de(op public.operaciones, entradas privado.entrada[]) returns public.operaciones
language plpgsql stable security definer set search_path = '' as $$
declare
  i int;
begin
  if op.tipo = 'recibir' then
    if op.centro_id is null then
      raise exception 'centro_sin_decir' using errcode = 'PT422', detail = 'Diga en qué centro.', hint = 'centro_id';
    end if;
  else
    for i in 1 .. cardinality(entradas) loop
      if entradas[i].centro_id is distinct from entradas[1].centro_id then
        raise exception 'lotes_en_otro_centro' using errcode = 'PT409',
          detail = 'Los lotes de una operación están en un mismo centro, que es el suyo.',
          hint = format('entradas[%s].lote', i - 1);
      end if;
    end loop;
    if op.centro_id is not null and op.centro_id is distinct from entradas[1].centro_id then
      raise exception 'lotes_en_otro_centro' using errcode = 'PT409',
        detail = 'Los lotes de una operación están en un mismo centro, que es el suyo.', hint = 'centro_id';
    end if;
    op.centro_id := entradas[1].centro_id;
    if (op.centro_id is null) <> (op.tipo = 'trasladar' and op.fase is not distinct from 'llegada')
      and not (op.centro_id is null and op.tipo in ('merma', 'ajuste_inventario'))
    then
      raise exception 'lote_en_camino' using errcode = 'PT409',
        detail = 'Lo que va en camino llega primero a un centro, y solo llega lo que salió.', hint = 'entradas[0].lote';
    end if;
  end if;
  if op.tipo <> 'trasladar' then
    if op.destino_id is not null or op.fase is not null then
      raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
        hint = case when op.fase is null then 'destino_id' else 'fase' end;
    end if;
  elsif op.fase is not null and op.fase not in ('salida', 'llegada') then
    raise exception 'fase_invalida' using errcode = 'PT422',
      detail = 'La fase de un traslado es salida o llegada, sin ella son las dos.', hint = 'fase';
  else
    -- What arrives goes where it was sent, unless it is said.
    op.destino_id := coalesce(op.destino_id, case when op.fase = 'llegada' then entradas[1].destino_id end);
    if op.destino_id is null or op.destino_id = op.centro_id then
      raise exception 'destino_invalido' using errcode = 'PT422', detail = 'Diga a qué otro centro va.', hint = 'destino_id';
    end if;
    perform privado.exigir_centro(op.empresa_id, op.destino_id, 'destino_id');
  end if;
  if op.centro_id is not null then
    perform privado.exigir_centro(op.empresa_id, op.centro_id, 'centro_id');
  end if;
  return op;
end
$$;
comment on function privado.lugar_de(public.operaciones, privado.entrada[]) is
  'La operación con el centro donde están sus entradas y, si traslada, su destino.';

-- Late is welcome, the future is not; nor is anything done with a lot before it was made.
create function privado.exigir_momento(v_en timestamptz, entradas privado.entrada[]) returns void
language plpgsql stable set search_path = '' as $$
begin
  if v_en < '1990-01-01' or v_en > clock_timestamp() + interval '5 minutes' then
    raise exception 'operacion_en_el_futuro' using errcode = 'PT422',
      detail = 'Una operación se cuenta cuando pasó, o después, no antes.', hint = 'en';
  elsif exists (select from unnest(entradas) as e where e.en > v_en) then
    raise exception 'operacion_antes_que_su_lote' using errcode = 'PT409',
      detail = 'Una operación no es anterior a la que hizo uno de sus lotes.', hint = 'en';
  end if;
end
$$;
comment on function privado.exigir_momento(timestamptz, privado.entrada[]) is 'Nada, si una operación pudo ser entonces.';

revoke all on function privado.exigir_forma(text, int, int), privado.exigir_centro(bigint, bigint, text),
  privado.lugar_de(public.operaciones, privado.entrada[]), privado.exigir_momento(timestamptz, privado.entrada[]) from public;

-- How an operation is written: its row, the lots that it makes, the edges, the balances; then what follows from it, and
-- the chain of its company last.

create type privado.trabajo as (
  op public.operaciones, entradas privado.entrada[], salidas privado.salida[], perdidas privado.perdida[]);
comment on type privado.trabajo is 'Una operación antes de escribirse: qué entra, qué sale y qué se pierde.';

create function privado.escribir_operacion(t privado.trabajo) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  op constant public.operaciones := t.op;
  anio constant int := extract(year from privado.hoy());
  numero bigint;
begin
  insert into public.operaciones (
    id, empresa_id, tipo, en, centro_id, destino_id, fase, contrato_id, usuario_id, segundo_usuario_id, motivo, anula,
    esperado_kg, veredicto, huella)
  values (
    op.id, op.empresa_id, op.tipo, op.en, op.centro_id, op.destino_id, op.fase, op.contrato_id, op.usuario_id,
    op.segundo_usuario_id, op.motivo, op.anula, op.esperado_kg, op.veredicto, op.huella);
  if cardinality(t.salidas) > 0 then
    -- The counter is held until the end: codes have no holes.
    numero := privado.siguiente_numero('lotes ' || op.empresa_id, anio, cardinality(t.salidas));
    with hechos as (
      insert into public.lotes (
        empresa_id, codigo, operacion_id, centro_id, producto, condicion, variedad, grado, certificaciones,
        origen_conocido, kg, humedad_pct, productor_id, lote_externo, embarcado)
      select op.empresa_id,
        'LO-' || anio || '-' || lpad((numero + s.n - 1)::text, greatest(6, length((numero + s.n - 1)::text)), '0'), op.id,
        s.centro_id, s.producto, s.condicion, s.variedad, s.grado, s.certificaciones, s.origen_conocido, s.kg,
        s.humedad_pct, s.productor_id, s.lote_externo, s.embarcado
      from unnest(t.salidas) with ordinality as s (
        kg, centro_id, condicion, humedad_pct, producto, variedad, grado, certificaciones, origen_conocido, productor_id,
        lote_externo, embarcado, n)
      order by s.n
      returning id, empresa_id, centro_id, condicion, kg, codigo
    ), nacidos as (
      insert into privado.saldos (lote_id, empresa_id, centro_id, condicion, kg)
      select h.id, h.empresa_id, h.centro_id, h.condicion, h.kg from hechos h
    )
    insert into public.productos (operacion_id, lote_id, empresa_id, kg)
    select op.id, h.id, h.empresa_id, h.kg from hechos h order by h.codigo;
  end if;
  if cardinality(t.entradas) > 0 then
    insert into public.consumos (operacion_id, lote_id, empresa_id, kg)
    select op.id, e.lote_id, op.empresa_id, e.kg from unnest(t.entradas) as e;
    update privado.saldos s set kg = s.kg - e.kg from unnest(t.entradas) as e where s.lote_id = e.lote_id;
  end if;
  insert into public.perdidas (operacion_id, causa, empresa_id, kg)
  select op.id, p.causa, op.empresa_id, p.kg from unnest(t.perdidas) as p where p.kg > 0;
end
$$;
comment on function privado.escribir_operacion(privado.trabajo) is
  'Escribe una operación, los lotes que hace, lo que consume y lo que pierde.';

create function privado.operacion_json(v_operacion uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select jsonb_build_object(
      'operacion', to_jsonb(o) - '{huella,empresa_id}'::text[],
      'entradas', coalesce((
        select jsonb_agg(jsonb_build_object('lote', c.lote_id, 'codigo', l.codigo, 'kg', c.kg) order by l.codigo)
        from public.consumos c join public.lotes l on l.id = c.lote_id where c.operacion_id = o.id), '[]'),
      'lotes', coalesce((
        select jsonb_agg(to_jsonb(l) - 'empresa_id' order by length(l.codigo), l.codigo)
        from public.productos p join public.lotes l on l.id = p.lote_id where p.operacion_id = o.id), '[]'),
      'perdidas', coalesce((
        select jsonb_agg(jsonb_build_object('causa', p.causa, 'kg', p.kg) order by p.causa)
        from public.perdidas p where p.operacion_id = o.id), '[]'))
    from public.operaciones o where o.id = v_operacion);
end
$$;
comment on function privado.operacion_json(uuid) is 'Una operación con lo que consumió, lo que hizo y lo que perdió.';

-- What follows from an operation that was just written (signo 1), or voided (−1), before the chain is told: promises to
-- contracts, indicators. Whoever adds one adds it here.
create function privado.terminar_operacion(v_operacion uuid, signo int) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar_operacion(v_operacion);
end
$$;
comment on function privado.terminar_operacion(uuid, int) is
  'Lo que sigue de una operación registrada (1) o de su anulación (-1, con la que se anula), y al final su evidencia.';

revoke all on function privado.escribir_operacion(privado.trabajo), privado.operacion_json(uuid), privado.terminar_operacion(uuid, int) from public;

-- An operation in the chain of its company (see 05_evidencia), with the lots that it made and its edges: one evidence
-- for all of them, as one transaction wrote them.

create function privado.filas_de_operacion(v_operacion uuid) returns table (objeto text, fila text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
    select 'operacion/' || o.id, privado.fila_operacion(o, s.sal)
    from public.operaciones o left join privado.evidencias_sales s on s.objeto = 'operacion/' || o.id
    where o.id = v_operacion
    union all
    select 'lote_grafo/' || l.id, privado.fila_lote_grafo(l)
    from public.productos p join public.lotes l on l.id = p.lote_id where p.operacion_id = v_operacion
    union all
    select 'producto/' || p.lote_id, privado.fila_producto(p) from public.productos p where p.operacion_id = v_operacion
    union all
    select 'consumo/' || c.operacion_id || '/' || c.lote_id, privado.fila_consumo(c)
    from public.consumos c where c.operacion_id = v_operacion
    union all
    select 'perdida/' || p.operacion_id || '/' || p.causa, privado.fila_perdida(p)
    from public.perdidas p where p.operacion_id = v_operacion;
end
$$;
comment on function privado.filas_de_operacion(uuid) is 'Las filas de una operación, como las cuenta su cadena.';

create function privado.encadenar_operacion(v_operacion uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  op record;
begin
  select o.empresa_id, o.tipo, o.motivo into op from public.operaciones o where o.id = v_operacion;
  if op.motivo is not null then
    perform privado.sal_de('operacion/' || v_operacion);
  end if;
  perform privado.encadenar(array[(-op.empresa_id, 'operacion.' || op.tipo, 'operacion/' || v_operacion,
    (select '{"filas":{' || string_agg('"' || f.objeto || '":' || f.fila, ',' order by f.objeto collate "C") || '}}'
      from privado.filas_de_operacion(v_operacion) as f))::privado.evidencia_nueva]);
end
$$;
comment on function privado.encadenar_operacion(uuid) is 'Cuenta una operación en la cadena de su empresa.';

revoke all on function privado.filas_de_operacion(uuid), privado.encadenar_operacion(uuid) from public;

-- That what goes in is what comes out and what was lost, to the gram; and what each lot that comes out is.

-- A lot that was born: its origin is known if its producer is, or if it came from another company with a contract, whose
-- papers tell it.
create function privado.recibir(t privado.trabajo) returns privado.trabajo
language plpgsql stable security definer set search_path = '' as $$
declare
  una privado.salida := t.salidas[1];
  v_activo boolean;
begin
  if cardinality(t.perdidas) > 0 then
    raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
      hint = 'perdidas';
  elsif una.kg is null then
    raise exception 'kg_invalidos' using errcode = 'PT422',
      detail = 'Los kilos son un número mayor que cero, con 3 decimales como máximo.', hint = 'salidas[0].kg';
  elsif una.condicion is null then
    raise exception 'condicion_invalida' using errcode = 'PT422',
      detail = 'La condición es baba, escurrido, semiseco, seco o transformado.', hint = 'salidas[0].condicion';
  end if;
  if una.productor_id is not null then
    select p.activo into v_activo from public.productores p
    where p.id = una.productor_id and p.empresa_id = (t.op).empresa_id;
    if not found then
      raise exception 'productor_no_existe' using errcode = 'PT404', detail = 'No existe ese productor.',
        hint = 'salidas[0].productor_id';
    elsif not v_activo then
      raise exception 'productor_apagado' using errcode = 'PT409', detail = 'De ese productor ya no se recibe.',
        hint = 'salidas[0].productor_id';
    end if;
  end if;
  una.centro_id := (t.op).centro_id;
  una.producto := coalesce(una.producto, 'cacao');
  una.certificaciones := coalesce(una.certificaciones, '{}');
  una.origen_conocido := una.productor_id is not null
    or (una.lote_externo is not null and (t.op).contrato_id is not null);
  t.salidas := array[una];
  return t;
end
$$;
comment on function privado.recibir(privado.trabajo) is 'El lote que nace al recibir.';

-- What one lot may leave unsaid is its kilos: what remains of the others.
create function privado.repartir_resto(t privado.trabajo) returns privado.trabajo
language plpgsql immutable set search_path = '' as $$
declare
  resto constant numeric := (select coalesce(sum(e.kg), 0) from unnest(t.entradas) as e)
    - (select coalesce(sum(s.kg), 0) from unnest(t.salidas) as s)
    - (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p);
  sin_decir int := 0;
begin
  for i in 1 .. cardinality(t.salidas) loop
    if t.salidas[i].kg is null then
      sin_decir := sin_decir + 1;
      if sin_decir > 1 or resto <= 0 then
        raise exception 'kg_invalidos' using errcode = 'PT422',
          detail = 'Los kilos son un número mayor que cero, con 3 decimales como máximo.',
          hint = format('salidas[%s].kg', i - 1);
      end if;
      t.salidas[i].kg := resto;
    end if;
  end loop;
  return t;
end
$$;
comment on function privado.repartir_resto(privado.trabajo) is 'Los kilos que no se dijeron de un lote: lo que queda de los demás.';

create function privado.cuadrar(t privado.trabajo) returns privado.trabajo
language plpgsql stable security definer set search_path = '' as $$
declare
  consumo constant numeric := (select sum(e.kg) from unnest(t.entradas) as e);
  tipo constant text := (t.op).tipo;
  cambia constant boolean := tipo in ('fermentar', 'secar', 'transformar');
  dichas constant privado.salida[] := t.salidas;
  producto numeric;
begin
  for i in 1 .. cardinality(t.entradas) loop
    if not cambia and t.entradas[i].condicion <> t.entradas[1].condicion then
      raise exception 'condiciones_distintas' using errcode = 'PT409',
        detail = 'Esos lotes no tienen la misma condición: séquelos antes de juntarlos.',
        hint = format('entradas[%s].lote', i - 1);
    end if;
  end loop;
  for i in 1 .. cardinality(t.salidas) loop
    if num_nonnulls(dichas[i].productor_id, dichas[i].lote_externo) > 0 then
      raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
        hint = format('salidas[%s].%s', i - 1, case when dichas[i].productor_id is null then 'lote_externo' else 'productor_id' end);
    elsif not cambia and dichas[i].condicion <> t.entradas[1].condicion then
      raise exception 'condicion_no_cambia' using errcode = 'PT422',
        detail = 'La condición cambia al fermentar, secar o transformar, y no vuelve atrás.',
        hint = format('salidas[%s].condicion', i - 1);
    elsif tipo = 'clasificar' and dichas[i].grado is null then
      raise exception 'grado_sin_decir' using errcode = 'PT422', detail = 'Diga el grado de lo que sale al clasificar.',
        hint = format('salidas[%s].grado', i - 1);
    end if;
  end loop;
  t.salidas := privado.heredar(t.entradas, t.salidas);
  for i in 1 .. cardinality(t.salidas) loop
    t.salidas[i].centro_id := case when tipo = 'embarcar' or (t.op).fase is not distinct from 'salida' then null
      else coalesce((t.op).destino_id, (t.op).centro_id) end;
    t.salidas[i].embarcado := tipo = 'embarcar';
    if tipo = 'transformar' then
      t.salidas[i].condicion := 'transformado';
      t.salidas[i].humedad_pct := dichas[i].humedad_pct;
    end if;
  end loop;
  t := privado.repartir_resto(t);
  producto := (select coalesce(sum(s.kg), 0) from unnest(t.salidas) as s);
  if producto > consumo then
    raise exception 'sale_mas_de_lo_que_entra' using errcode = 'PT422',
      detail = 'Sale más de lo que entra: nada gana peso.', hint = 'salidas';
  elsif consumo <> producto + (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p) then
    raise exception 'balance_no_cuadra' using errcode = 'PT422',
      detail = 'Lo que entra es lo que sale más lo que se pierde, al gramo: diga qué se perdió y por qué.',
      hint = case when cardinality(t.salidas) = 0 then 'perdidas' else 'salidas' end;
  end if;
  return t;
end
$$;
comment on function privado.cuadrar(privado.trabajo) is 'Lo que sale de una operación, si entra lo mismo que sale y se pierde.';

revoke all on function privado.recibir(privado.trabajo), privado.repartir_resto(privado.trabajo),
  privado.cuadrar(privado.trabajo) from public;

-- An id that the client gives makes an operation repeatable: the same again is answered with the first.

create function privado.huella_de_operacion(pedido jsonb) returns text
language sql immutable set search_path = '' as $$
  select encode(sha256(convert_to(pedido::text, 'UTF8')), 'hex')
$$;
comment on function privado.huella_de_operacion(jsonb) is 'Huella de lo que se pidió.';

-- Two that come at once take turns. Of an id that another company used the answer is that of another content.
create function privado.ya_registrada(v_id uuid, empresa bigint, v_huella text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  hallada record;
begin
  perform pg_advisory_xact_lock(hashtextextended('operacion ' || v_id, 0));
  select o.empresa_id, o.huella into hallada from public.operaciones o where o.id = v_id;
  if not found then
    return false;
  elsif (hallada.empresa_id, hallada.huella) is distinct from (empresa, v_huella) then
    raise exception 'operacion_distinta' using errcode = 'PT409',
      detail = 'Ese id ya es de otra operación: dé otro, o repita la misma.', hint = 'id';
  end if;
  return true;
end
$$;
comment on function privado.ya_registrada(uuid, bigint, text) is '¿Se registró ya esa operación? Con otro contenido, un error.';

revoke all on function privado.huella_de_operacion(jsonb), privado.ya_registrada(uuid, bigint, text) from public;

-- What apps call. Everything is judged here and written at once: a refusal names its field and changes nothing.

create function privado.registrar_operacion(
  v_tipo text, v_entradas jsonb, v_salidas jsonb, v_perdidas jsonb, v_centro bigint, v_destino bigint, v_fase text,
  v_contrato bigint, v_en timestamptz, v_motivo text, v_id uuid
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  op public.operaciones;
  t privado.trabajo;
begin
  op.empresa_id := privado.exigir_grafo();
  if not coalesce(v_tipo in ('recibir', 'mezclar', 'dividir', 'clasificar', 'transformar', 'trasladar', 'embarcar',
    'merma'), false)
  then
    raise exception 'tipo_de_operacion_invalido' using errcode = 'PT422',
      detail = 'El tipo es recibir, mezclar, dividir, fermentar, secar, clasificar, transformar, trasladar, embarcar o merma.',
      hint = 'tipo';
  end if;
  if v_id is not null then
    op.huella := privado.huella_de_operacion(jsonb_build_array(v_tipo, v_entradas, v_salidas, v_perdidas, v_centro,
      v_destino, v_fase, v_contrato, v_en, v_motivo));
    if privado.ya_registrada(v_id, op.empresa_id, op.huella) then
      return privado.operacion_json(v_id);
    end if;
  end if;
  op.id := coalesce(v_id, privado.uuidv7());
  op.tipo := v_tipo;
  op.en := coalesce(v_en, clock_timestamp());
  op.centro_id := v_centro;
  op.destino_id := v_destino;
  op.fase := v_fase;
  op.contrato_id := v_contrato;
  op.usuario_id := auth.uid();
  op.motivo := privado.leer_motivo(v_motivo, false);
  t.salidas := privado.leer_salidas(v_salidas);
  t.perdidas := privado.leer_perdidas(v_perdidas, v_tipo);
  -- What moves whole, or leaves, needs not be said twice.
  if v_tipo in ('mezclar', 'trasladar', 'embarcar') and cardinality(t.salidas) = 0 then
    t.salidas := privado.leer_salidas('[{}]');
  end if;
  if v_contrato is not null then
    if v_tipo not in ('recibir', 'embarcar') then
      raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
        hint = 'contrato_id';
    end if;
    perform privado.exigir_contrato(v_contrato);
  end if;
  t.entradas := privado.tomar_entradas(op.empresa_id, v_entradas);
  perform privado.exigir_forma(v_tipo, cardinality(t.entradas), cardinality(t.salidas));
  t.op := privado.lugar_de(op, t.entradas);
  perform privado.exigir_momento(op.en, t.entradas);
  t := case v_tipo when 'recibir' then privado.recibir(t) else privado.cuadrar(t) end;
  perform privado.escribir_operacion(t);
  perform privado.terminar_operacion(op.id, 1);
  return privado.operacion_json(op.id);
end
$$;
comment on function privado.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) is
  'Registra una operación de quien lleva lotes y responde con lo que hizo.';

create function public.registrar_operacion(
  tipo text, entradas jsonb default '[]', salidas jsonb default '[]', perdidas jsonb default '[]',
  centro_id bigint default null, destino_id bigint default null, fase text default null, contrato_id bigint default null,
  en timestamptz default null, motivo text default null, id uuid default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.registrar_operacion(
    tipo, entradas, salidas, perdidas, centro_id, destino_id, fase, contrato_id, en, motivo, id);
end
$$;
comment on function public.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) is
  'Registra lo que se hizo con unos lotes (recibir, mezclar, dividir, fermentar, secar, clasificar, transformar, trasladar, embarcar, merma): qué entra, qué sale y qué se pierde.';

revoke all on function privado.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) from public;
revoke all on function public.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) from public, anon, service_role;
grant execute on function privado.registrar_operacion(
    text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid),
  public.registrar_operacion(
    text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) to authenticated;

-- The graph of lots, its places and its producers, as the chain of their company tells them.

create function privado.fila_centro(c public.centros) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"activo":' || privado.json_de(c.activo)
    || ',"codigo":' || privado.json_de(c.codigo)
    || ',"creado_en":' || privado.json_de(c.creado_en)
    || ',"empresa_id":' || privado.json_de(c.empresa_id)
    || ',"id":' || privado.json_de(c.id)
    || ',"nombre":' || privado.json_de(c.nombre)
    || ',"tipo":' || privado.json_de(c.tipo) || '}';
end
$$;
comment on function privado.fila_centro(public.centros) is 'Un centro, en JSON canónico.';

create function privado.fila_productor(p public.productores, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"activo":' || privado.json_de(p.activo)
    || ',"correo":' || privado.json_de(p.correo, sal)
    || ',"creado_en":' || privado.json_de(p.creado_en)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"hectareas":' || privado.json_de(p.hectareas)
    || ',"id":' || privado.json_de(p.id)
    || ',"identificacion":' || privado.json_de(p.identificacion, sal)
    || ',"nombre":' || privado.json_de(p.nombre, sal)
    || ',"telefono":' || privado.json_de(p.telefono, sal) || '}';
end
$$;
comment on function privado.fila_productor(public.productores, bytea) is 'Un productor, en JSON canónico.';

create function privado.fila_operacion(o public.operaciones, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"anula":' || privado.json_de(o.anula)
    || ',"centro_id":' || privado.json_de(o.centro_id)
    || ',"contrato_id":' || privado.json_de(o.contrato_id)
    || ',"creado_en":' || privado.json_de(o.creado_en)
    || ',"destino_id":' || privado.json_de(o.destino_id)
    || ',"empresa_id":' || privado.json_de(o.empresa_id)
    || ',"en":' || privado.json_de(o.en)
    || ',"esperado_kg":' || privado.json_de(o.esperado_kg)
    || ',"fase":' || privado.json_de(o.fase)
    || ',"huella":' || privado.json_de(o.huella)
    || ',"id":' || privado.json_de(o.id)
    || ',"motivo":' || privado.json_de(o.motivo, sal)
    || ',"secuencia":' || privado.json_de(o.secuencia)
    || ',"segundo_usuario_id":' || privado.json_de(o.segundo_usuario_id)
    || ',"tipo":' || privado.json_de(o.tipo)
    || ',"usuario_id":' || privado.json_de(o.usuario_id)
    || ',"veredicto":' || privado.json_de(o.veredicto) || '}';
end
$$;
comment on function privado.fila_operacion(public.operaciones, bytea) is 'Una operación, en JSON canónico.';

create function privado.fila_lote_grafo(l public.lotes) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"centro_id":' || privado.json_de(l.centro_id)
    || ',"certificaciones":' || privado.json_de(array_to_string(l.certificaciones, '|'))
    || ',"codigo":' || privado.json_de(l.codigo)
    || ',"condicion":' || privado.json_de(l.condicion)
    || ',"creado_en":' || privado.json_de(l.creado_en)
    || ',"embarcado":' || privado.json_de(l.embarcado)
    || ',"empresa_id":' || privado.json_de(l.empresa_id)
    || ',"grado":' || privado.json_de(l.grado)
    || ',"humedad_pct":' || privado.json_de(l.humedad_pct)
    || ',"id":' || privado.json_de(l.id)
    || ',"kg":' || privado.json_de(l.kg)
    || ',"lote_externo":' || privado.json_de(l.lote_externo)
    || ',"operacion_id":' || privado.json_de(l.operacion_id)
    || ',"origen_conocido":' || privado.json_de(l.origen_conocido)
    || ',"producto":' || privado.json_de(l.producto)
    || ',"productor_id":' || privado.json_de(l.productor_id)
    || ',"variedad":' || privado.json_de(l.variedad) || '}';
end
$$;
comment on function privado.fila_lote_grafo(public.lotes) is 'Un lote del grafo, en JSON canónico.';

create function privado.fila_consumo(c public.consumos) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"empresa_id":' || privado.json_de(c.empresa_id)
    || ',"kg":' || privado.json_de(c.kg)
    || ',"lote_id":' || privado.json_de(c.lote_id)
    || ',"operacion_id":' || privado.json_de(c.operacion_id) || '}';
end
$$;
comment on function privado.fila_consumo(public.consumos) is 'Lo que una operación tomó de un lote, en JSON canónico.';

create function privado.fila_producto(p public.productos) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"kg":' || privado.json_de(p.kg)
    || ',"lote_id":' || privado.json_de(p.lote_id)
    || ',"operacion_id":' || privado.json_de(p.operacion_id) || '}';
end
$$;
comment on function privado.fila_producto(public.productos) is 'Un lote que hizo una operación, en JSON canónico.';

create function privado.fila_perdida(p public.perdidas) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"causa":' || privado.json_de(p.causa)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"kg":' || privado.json_de(p.kg)
    || ',"operacion_id":' || privado.json_de(p.operacion_id) || '}';
end
$$;
comment on function privado.fila_perdida(public.perdidas) is 'Lo que una operación perdió, en JSON canónico.';

create function privado.filas_de_grafo(v_empresa bigint) returns table (objeto text, fila text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
    select 'centro/' || c.id, privado.fila_centro(c) from public.centros c where c.empresa_id = v_empresa
    union all
    select 'productor/' || p.id, privado.fila_productor(p, s.sal)
    from public.productores p left join privado.evidencias_sales s on s.objeto = 'productor/' || p.id
    where p.empresa_id = v_empresa
    union all
    select 'operacion/' || o.id, privado.fila_operacion(o, s.sal)
    from public.operaciones o left join privado.evidencias_sales s on s.objeto = 'operacion/' || o.id
    where o.empresa_id = v_empresa
    union all
    select 'lote_grafo/' || l.id, privado.fila_lote_grafo(l) from public.lotes l where l.empresa_id = v_empresa
    union all
    select 'producto/' || p.lote_id, privado.fila_producto(p) from public.productos p where p.empresa_id = v_empresa
    union all
    select 'consumo/' || c.operacion_id || '/' || c.lote_id, privado.fila_consumo(c)
    from public.consumos c where c.empresa_id = v_empresa
    union all
    select 'perdida/' || p.operacion_id || '/' || p.causa, privado.fila_perdida(p)
    from public.perdidas p where p.empresa_id = v_empresa;
end
$$;
comment on function privado.filas_de_grafo(bigint) is 'El grafo de una empresa, como lo cuenta su cadena.';
revoke all on function privado.filas_de_grafo(bigint) from public;

revoke all on function privado.fila_centro(public.centros), privado.fila_productor(public.productores, bytea),
  privado.fila_operacion(public.operaciones, bytea), privado.fila_lote_grafo(public.lotes),
  privado.fila_consumo(public.consumos), privado.fila_producto(public.productos), privado.fila_perdida(public.perdidas)
  from public;

-- The installation's, which are nobody's, under null.
create or replace function privado.filas_de_empresa(v_empresa bigint)
returns table (cadena bigint, objeto text, fila text)
language sql stable security definer set search_path = '' as $$
  select -e.id, 'empresa/' || e.id, privado.fila_empresa(e, s.sal)
  from public.empresas e left join privado.evidencias_sales s on s.objeto = 'empresa/' || e.id where e.id = v_empresa
  union all
  select coalesce(-v_empresa, 0), 'usuario/' || u.id, privado.fila_usuario(u)
  from public.usuarios u where u.empresa_id is not distinct from v_empresa
  union all
  select coalesce(-v_empresa, 0), 'parametro/' || p.id, privado.fila_parametro(p)
  from public.parametros p where p.empresa_id is not distinct from v_empresa
  union all
  select coalesce(-v_empresa, 0), 'precio/' || p.id, privado.fila_precio(p)
  from public.precios_fob p where p.empresa_id is not distinct from v_empresa
  union all
  select -v_empresa, 'relacion/' || r.id, privado.fila_relacion(r, s.sal)
  from public.relaciones r left join privado.evidencias_sales s on s.objeto = 'relacion/' || r.id
  where v_empresa = r.propone_id or v_empresa = r.para_id
  union all
  select -v_empresa, f.objeto, f.fila from privado.filas_de_grafo(v_empresa) as f
$$;
