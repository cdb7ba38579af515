-- The physical cocoa moved against a contract, whole: columns, who sees and writes them, every trigger in its order.
create table public.lotes_asociados (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  -- '' asks for the next LT-0001 of the contract.
  codigo_lote text not null default '',
  peso_qq numeric not null,
  humedad numeric not null,
  estado text not null default 'En tránsito',
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  -- Loss and deliveries are measured from what it was when it came and from when it took each step; no client writes
  -- either.
  peso_inicial_qq numeric not null,
  humedad_inicial numeric not null,
  recibido_en timestamptz,
  secado_en timestamptz,
  exportado_en timestamptz,
  -- What it promises of a lot of its owner's graph, and how much of it when it did (what there is of it now is in
  -- privado.promesas). Without a lot it is written by hand, as ever.
  lote_id uuid references public.lotes (id) on delete restrict,
  lote_kg numeric(14, 3),
  -- What the owner of the lot tells the others of where it comes from.
  origen_compartido text not null default 'nada',
  -- What documentos_contrato refers to: a lot of that same contract.
  constraint lotes_asociados_id_contrato_key unique (id, contrato_id),
  constraint lotes_asociados_codigo_lote_valido check (
    codigo_lote ~ '^[[:alnum:]]([[:alnum:] ._/-]{0,38}[[:alnum:]])?$'),
  constraint lotes_asociados_peso_qq_valido check (
    -- 0: what was promised was lost whole.
    (peso_qq > 0 or (peso_qq = 0 and lote_id is not null)) and peso_qq <= 1000000 and scale(peso_qq) <= 4),
  constraint lotes_asociados_humedad_valida check (humedad > 0 and humedad < 100 and scale(humedad) <= 2),
  constraint lotes_asociados_estado_valido check (estado in ('En tránsito', 'Recibido', 'Secado', 'Exportado')),
  constraint lotes_asociados_pasos_coherentes check (
    (recibido_en is null) = (estado = 'En tránsito')
    and (secado_en is null) = (estado in ('En tránsito', 'Recibido'))
    and (exportado_en is null) = (estado <> 'Exportado')),
  constraint lotes_asociados_lote_kg_valido check (
    (lote_id is null) = (lote_kg is null) and lote_kg > 0 and lote_kg < 100000000),
  constraint lotes_asociados_origen_compartido_valido check (
    origen_compartido = 'nada' or (lote_id is not null and origen_compartido in ('resumen', 'productores')))
);
comment on table public.lotes_asociados is 'Cacao físico asociado a un contrato.';
comment on column public.lotes_asociados.peso_qq is 'Peso en quintales de 100 lb (45,359237 kg).';
comment on column public.lotes_asociados.humedad is 'Humedad en porcentaje.';
comment on column public.lotes_asociados.peso_inicial_qq is 'Peso con el que se registró, en quintales.';
comment on column public.lotes_asociados.humedad_inicial is 'Humedad con la que se registró, en porcentaje.';
comment on column public.lotes_asociados.lote_id is 'Lote del grafo que se promete; solo dice algo a la empresa que lo tiene.';
comment on column public.lotes_asociados.lote_kg is 'Kilos que se prometieron de ese lote.';
comment on column public.lotes_asociados.origen_compartido is
  'Lo que su dueño cuenta de su origen a las partes que firman: nada, resumen o productores.';
comment on column public.lotes_asociados.recibido_en is 'Cuándo quedó Recibido, o pasó de largo hacia otro estado.';

-- Serves the searches by code as well.
create unique index lotes_asociados_codigo_lote_key
  on public.lotes_asociados (contrato_id, privado.clave_lote(codigo_lote));
create index lotes_asociados_lote_idx on public.lotes_asociados (lote_id);

alter table public.lotes_asociados enable row level security;
create policy select_participante on public.lotes_asociados for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = lotes_asociados.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_parte on public.lotes_asociados for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );
create policy update_parte on public.lotes_asociados for update to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );

revoke all on public.lotes_asociados from anon, authenticated, service_role;
revoke all on sequence public.lotes_asociados_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, codigo_lote, peso_qq, humedad, estado, lote_id, lote_kg, origen_compartido),
  update (peso_qq, humedad, estado, origen_compartido)
  on public.lotes_asociados to authenticated, service_role;

-- Apps follow it with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.lotes_asociados;

-- Before each row.
-- What a client writes in one request is bounded, changes apart from new rows.
create trigger _000_limitar_cambios before update on public.lotes_asociados
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.lotes_asociados
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.lotes_asociados
  for each row execute function privado.poner_id();
-- What it promises of a lot of the graph: takes its balance, before the contract.
create trigger _060_citar_lote before insert on public.lotes_asociados
  for each row when (new.lote_id is not null) execute function privado.citar_lote();
-- Who writes lots, and in which contracts; takes the contract.
create trigger _100_validar_lote before insert or update on public.lotes_asociados
  for each row execute function privado.validar_lote();
-- One that promises a lot is moved by its operations, and tells of its origin what the owner says.
create trigger _120_solo_el_grafo before update on public.lotes_asociados
  for each row when (new.lote_id is not null and current_user in ('anon', 'authenticated', 'service_role'))
  execute function privado.cuidar_cita();
-- The least weight: after who may write it, so that who may not is told no more than that.
create trigger _150_pesar_lote before insert on public.lotes_asociados
  for each row execute function privado.pesar_lote();
create trigger _160_pesar_cambio before update on public.lotes_asociados
  for each row when (old.peso_qq is distinct from new.peso_qq
    and (new.lote_id is null or current_user in ('anon', 'authenticated', 'service_role')))
  execute function privado.pesar_lote();
-- How many lots a contract has at most.
create trigger _170_acotar_lotes before insert on public.lotes_asociados
  for each row execute function privado.acotar_lotes();
-- The next LT-0001 for a lot without code.
create trigger _200_numerar_lote before insert on public.lotes_asociados
  for each row execute function privado.numerar_lote();
-- A lot only moves forward; one that promises a lot of the graph goes back with an operation that is voided, and with
-- nothing else: by hand, once it was released, as any other.
create trigger _300_avanzar_lote before update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado
    and (new.lote_id is null or current_user in ('anon', 'authenticated', 'service_role')))
  execute function privado.avanzar_lote();
-- What it was when it came, and when it took each step.
create trigger _400_anotar_pasos before insert or update of estado on public.lotes_asociados
  for each row execute function privado.anotar_pasos();
-- When it was last changed.
create trigger _900_marcar_actualizado before update on public.lotes_asociados
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();

-- After each row.
-- What it promises is of nobody else.
create trigger _010_prometer after insert on public.lotes_asociados
  for each row when (new.lote_id is not null) execute function privado.prometer_lote();
-- The notice and the message come before the closing: a contract that closes with its last lot is told after the lot.
create trigger _030_notificar after insert on public.lotes_asociados
  for each row execute function privado.avisar_de_lote();
create trigger _040_notificar_estado after update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.avisar_de_lote();
create trigger _050_contar after insert on public.lotes_asociados
  for each row execute function privado.contar_lote();
create trigger _060_contar_estado after update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.contar_lote();
-- The contract closes when an exported lot fulfils what its closing says.
create trigger _500_cerrar_contrato after insert or update of estado on public.lotes_asociados
  for each row when (new.estado = 'Exportado') execute function privado.cerrar_contrato();

-- After the statement.
-- What its lots add to the progress of a contract and to the indicators.
create trigger _800_sumar after insert on public.lotes_asociados
  referencing new table as nuevos for each statement execute function privado.sumar_lotes();
create trigger _810_sumar_cambio after update on public.lotes_asociados
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_lotes();
-- And last, with the head of the chain held as short as can be, what happened to them.
create trigger _990_encadenar after insert on public.lotes_asociados
  referencing new table as nuevos for each statement execute function privado.encadenar_lotes();
create trigger _990_encadenar_cambio after update on public.lotes_asociados
  referencing old table as viejos new table as nuevos for each statement execute function privado.encadenar_lotes();
