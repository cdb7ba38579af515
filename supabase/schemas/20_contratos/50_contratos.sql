-- The contract, core of everything: it joins an exporter and another company. Whole: columns, who sees and writes them,
-- every trigger in its order. What was agreed on its price is not here, where associated suppliers read: see
-- public.contratos_precios.
create table public.contratos (
  id bigint generated always as identity primary key,
  -- '' asks for the next code: see _400_asignar_codigo.
  codigo text not null default '' unique,
  exportadora_id bigint not null references public.empresas (id) on delete restrict,
  contraparte_id bigint not null references public.empresas (id) on delete restrict,
  fecha_firma date,
  volumen_tm numeric not null,
  estado text not null default 'En revisión',
  archivo_pdf text,
  observaciones text,
  creado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  cerrado_en timestamptz,
  eliminado_en timestamptz,
  calidad text,
  fecha_entrega date,
  tolerancia_pct numeric not null default 0,
  modalidad_precio text not null default 'fijo',
  cierre text not null default 'al exportar los lotes',
  dias_confirmacion smallint not null default 0,
  propuesto_a bigint[],
  exportadora_acepto_en timestamptz,
  contraparte_acepto_en timestamptz,
  rechazado_en timestamptz,
  rechazado_como text,
  rechazo_motivo text,
  constraint contratos_codigo_valido check (codigo ~ '^CT-[0-9]{4}-([A-Z0-9]{2,8}-)?[0-9]{5,}$'),
  constraint contratos_partes_distintas check (exportadora_id <> contraparte_id),
  constraint contratos_fecha_firma_valida check (fecha_firma between '1990-01-01' and '2100-12-31'),
  -- NaN is greater than any number, and so refused.
  constraint contratos_volumen_tm_valido check (volumen_tm > 0 and volumen_tm <= 1000000 and scale(volumen_tm) <= 4),
  constraint contratos_estado_valido check (estado in ('En revisión', 'Activo', 'Cerrado')),
  constraint contratos_observaciones_valida check (
    length(observaciones) <= 5000 and privado.es_texto_limpio(observaciones, false)),
  constraint contratos_cierre_coherente check ((estado = 'Cerrado') = (cerrado_en is not null)),
  constraint contratos_calidad_valida check (privado.nombre_valido(calidad, 40)),
  constraint contratos_fecha_entrega_valida check (fecha_entrega between '1990-01-01' and '2100-12-31'),
  constraint contratos_tolerancia_pct_valida check (
    tolerancia_pct >= 0 and tolerancia_pct <= 50 and scale(tolerancia_pct) <= 2),
  constraint contratos_modalidad_precio_valida check (modalidad_precio in ('fijo', 'por fijar')),
  constraint contratos_cierre_valido check (cierre in ('al exportar los lotes', 'al completar el volumen')),
  constraint contratos_dias_confirmacion_valido check (dias_confirmacion between 0 and 60),
  -- Nothing binds who has not said yes.
  constraint contratos_acuerdo_coherente check (
    (estado = 'En revisión' or (propuesto_a is null and rechazado_en is null
      and exportadora_acepto_en is not null and contraparte_acepto_en is not null))
    and (rechazado_en is null) = (rechazado_como is null)
    and (rechazo_motivo is null or rechazado_en is not null)),
  constraint contratos_rechazado_como_valido check (rechazado_como in ('rechazado', 'retirado')),
  constraint contratos_rechazo_motivo_valido check (
    rechazo_motivo = btrim(rechazo_motivo, E' \t\r\n') and length(rechazo_motivo) between 1 and 500
    and privado.es_texto_limpio(rechazo_motivo, false))
);
comment on table public.contratos is 'Contratos de cacao entre una exportadora y otra empresa.';
comment on column public.contratos.volumen_tm is 'Volumen en toneladas métricas.';
comment on column public.contratos.archivo_pdf is 'Ruta del contrato firmado: <bucket>/<objeto>.';
comment on column public.contratos.eliminado_en is 'Marca de eliminado: se oculta y se conserva.';
comment on column public.contratos.calidad is 'Calidad acordada, como la nombran las partes: ASE, CCN-51.';
comment on column public.contratos.fecha_entrega is 'Hasta cuándo se entrega.';
comment on column public.contratos.tolerancia_pct is 'Cuánto más o menos del volumen se admite, en porcentaje.';
comment on column public.contratos.modalidad_precio is
  'fijo, o por fijar: entonces el precio es el promedio de sus fijaciones.';
comment on column public.contratos.cierre is
  'Cuándo se cierra solo: al exportar los lotes, o cuando además completan el volumen, menos su tolerancia.';
comment on column public.contratos.dias_confirmacion is
  'Días que tiene la otra parte para confirmar una fijación; con 0, vale en el acto.';
comment on column public.contratos.propuesto_a is
  'Qué empresas de las que firman no aceptaron todavía ser parte; nulo, a ninguna se espera.';
comment on column public.contratos.exportadora_acepto_en is 'Cuándo aceptó la exportadora los términos, como están.';
comment on column public.contratos.contraparte_acepto_en is 'Cuándo aceptó la contraparte los términos, como están.';
comment on column public.contratos.rechazado_en is 'Cuándo no se aceptó, o se retiró: queda En revisión y no recibe nada.';
comment on column public.contratos.rechazado_como is 'rechazado por la otra parte, o retirado por quien lo propuso.';

-- Pages of a party, newest first: the order of ids is the order of creation.
create index contratos_exportadora_idx on public.contratos (exportadora_id, id desc);
create index contratos_contraparte_idx on public.contratos (contraparte_id, id desc);
create index contratos_creado_por_idx on public.contratos (creado_por);
-- Pages of what is looked for: see privado.contratos_filtrados().
create index contratos_estado_idx on public.contratos (estado, id desc);
create index contratos_fecha_idx on public.contratos (privado.fecha_contrato(fecha_firma, creado_en));
create index contratos_texto_idx on public.contratos
  using gin (privado.normalizar(codigo || ' ' || coalesce(observaciones, '')) extensions.gin_trgm_ops);

-- Who is party to it: see 20_contratos_participantes.sql.
alter table public.contratos_participantes add constraint contratos_participantes_contrato_id_fkey
  foreign key (contrato_id) references public.contratos (id) on delete restrict;
-- And which proposal asks for it.
alter table public.relaciones add constraint relaciones_contrato_id_fkey
  foreign key (contrato_id) references public.contratos (id) on delete restrict;

alter table public.contratos enable row level security;
-- Exporter and counterparty are read from the row itself: it needs no lookup, and it holds before the participants are
-- written, so that insert … returning works. Only suppliers are looked up. The order of the terms is the order in which
-- they are tried, and the company is asked for once, not once for each party. Who has not accepted to be party is none.
create policy select_participante on public.contratos for select to authenticated
  using (
    (eliminado_en is null and (
      ((select privado.mi_empresa()) = any (array[exportadora_id, contraparte_id])
        and (propuesto_a is null or (select privado.mi_empresa()) <> all (propuesto_a)))
      or ((select privado.mi_rol()) = 'proveedor' and exists (
        select from privado.mis_contratos m where m.contrato_id = contratos.id
      ))
    ))
    or (select privado.es_admin())
  );
create policy insert_parte on public.contratos for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) = 'exportadora' and exportadora_id = (select privado.mi_empresa()))
    or ((select privado.mi_rol()) = 'centro_acopio' and contraparte_id = (select privado.mi_empresa()))
  );
create policy update_parte on public.contratos for update to authenticated
  using (
    (select privado.es_admin())
    or (eliminado_en is null and (propuesto_a is null or (select privado.mi_empresa()) <> all (propuesto_a)) and (
      ((select privado.mi_rol()) = 'exportadora' and exportadora_id = (select privado.mi_empresa()))
      or ((select privado.mi_rol()) = 'centro_acopio' and contraparte_id = (select privado.mi_empresa()))
    ))
  );

revoke all on public.contratos from anon, authenticated, service_role;
revoke all on sequence public.contratos_id_seq from anon, authenticated, service_role;
grant select,
  insert (exportadora_id, contraparte_id, fecha_firma, volumen_tm, observaciones, calidad, fecha_entrega,
    tolerancia_pct, modalidad_precio, cierre, dias_confirmacion),
  update (fecha_firma, volumen_tm, observaciones, estado, calidad, fecha_entrega, tolerancia_pct, modalidad_precio,
    cierre, dias_confirmacion)
  on public.contratos to authenticated, service_role;

-- Apps follow it with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.contratos;

-- Before each row.
-- What a client writes in one request is bounded, changes apart from new rows, of which there are fewer: whoever creates
-- the next contract waits for all of them.
create trigger _000_limitar_cambios before update on public.contratos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.contratos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas('100');
-- Its id tells no count.
create trigger _050_poner_id before insert on public.contratos
  for each row execute function privado.poner_id();
-- Author, first state and own company.
create trigger _100_fijar_origen before insert on public.contratos
  for each row execute function privado.fijar_origen();
-- Code, parties and origin never change; a closed contract is not edited, and a deleted one is not there.
create trigger _100_proteger_contrato before update on public.contratos
  for each row execute function privado.proteger_contrato();
-- While it is in review, who changes what was agreed says yes to it anew, and the other side has not.
create trigger _120_renovar_acuerdo before update on public.contratos
  for each row when (
    old.estado = 'En revisión'
    and (old.volumen_tm, old.calidad, old.fecha_entrega, old.tolerancia_pct, old.modalidad_precio, old.cierre,
      old.dias_confirmacion)
      is distinct from (new.volumen_tm, new.calidad, new.fecha_entrega, new.tolerancia_pct, new.modalidad_precio, new.cierre,
      new.dias_confirmacion))
  execute function privado.renovar_acuerdo();
-- What both sides agreed on changes by an amendment; in review it still changes by hand.
create trigger _130_exigir_enmienda before update on public.contratos
  for each row when (
    current_user in ('anon', 'authenticated') and old.estado <> 'En revisión'
    and (old.volumen_tm, old.modalidad_precio, old.calidad, old.fecha_entrega, old.tolerancia_pct, old.cierre,
      old.dias_confirmacion)
      is distinct from (new.volumen_tm, new.modalidad_precio, new.calidad, new.fecha_entrega, new.tolerancia_pct, new.cierre,
      new.dias_confirmacion))
  execute function privado.exigir_enmienda();
-- Its exporter chooses how it closes, and it closes if it fulfils that already: before _200_cambiar_estado, which dates
-- it.
create trigger _150_elegir_cierre before update on public.contratos
  for each row when (
    old.cierre is distinct from new.cierre
    or (new.cierre = 'al completar el volumen'
      and (old.volumen_tm, old.tolerancia_pct) is distinct from (new.volumen_tm, new.tolerancia_pct)))
  execute function privado.elegir_cierre();
-- Which steps there are between states, and whose they are.
create trigger _200_cambiar_estado before update on public.contratos
  for each row when (old.estado is distinct from new.estado) execute function privado.cambiar_estado();
-- An active exporter, and an active collection centre or supplier.
create trigger _200_validar_partes before insert on public.contratos
  for each row execute function privado.validar_partes();
-- So it does when the contract is created; closing by its lots is what nobody has to choose.
create trigger _250_elegir_cierre before insert on public.contratos
  for each row when (new.cierre <> 'al exportar los lotes') execute function privado.elegir_cierre();
-- What was fixed of its price stays within its volume, and of a contract to be fixed.
create trigger _310_proteger_fijado before update on public.contratos
  for each row when (
    'por fijar' in (old.modalidad_precio, new.modalidad_precio)
    and (old.modalidad_precio, old.volumen_tm) is distinct from (new.modalidad_precio, new.volumen_tm))
  execute function privado.proteger_fijado();
-- Who has said yes to it, and who is asked.
create trigger _350_pedir_acuerdo before insert on public.contratos
  for each row execute function privado.pedir_acuerdo();
-- Last of the checks, so that the counter is held for as short as possible. Only the owner of the table can give a code
-- (a bulk load that reserved its numbers): no role of the API has a grant on the column.
create trigger _400_asignar_codigo before insert on public.contratos
  for each row when (new.codigo = '') execute function privado.asignar_codigo();
-- The version of the row.
create trigger _900_marcar_actualizado before update on public.contratos
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();

-- After each row.
-- Its chain begins with it, before what the other rules of the row add.
create trigger _010_abrir_evidencia after insert on public.contratos
  for each row execute function privado.abrir_evidencia();
-- The conversation tells it, before the other rules of the same row act.
create trigger _050_contar after insert on public.contratos
  for each row execute function privado.contar_contrato();
create trigger _060_contar_estado after update on public.contratos
  for each row when (old.estado is distinct from new.estado) execute function privado.contar_contrato();
-- Exporter and counterparty are party to it, or asked to be.
create trigger _500_anotar_partes after insert on public.contratos
  for each row execute function privado.anotar_partes();
-- What was agreed on its price has a row of its own.
create trigger _510_abrir_precio after insert on public.contratos
  for each row execute function privado.abrir_precio();
-- What is deleted is hidden from its parties.
create trigger _500_ocultar_participantes after update on public.contratos
  for each row when ((old.eliminado_en is null) <> (new.eliminado_en is null))
  execute function privado.ocultar_participantes();
-- The other parties, which 500 has written, are notified. What an amendment changes is told by it.
create trigger _700_notificar after insert on public.contratos
  for each row execute function privado.avisar_de_contrato();
create trigger _710_notificar_edicion after update on public.contratos
  for each row when (old.estado <> new.estado or coalesce(current_setting('privado.enmienda', true), '') = '' and
    (old.volumen_tm, old.fecha_firma, old.observaciones, old.calidad, old.fecha_entrega, old.tolerancia_pct,
      old.modalidad_precio, old.cierre, old.dias_confirmacion)
      is distinct from (new.volumen_tm, new.fecha_firma, new.observaciones, new.calidad, new.fecha_entrega,
      new.tolerancia_pct, new.modalidad_precio, new.cierre, new.dias_confirmacion))
  execute function privado.avisar_de_contrato();

-- After the statement.
-- What it adds to the indicators, less what it added. A contract that is born is summed with its parties.
create trigger _810_sumar_cambio after update on public.contratos
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_contratos();
-- The terms it is born with are their first version, each change of them the next,
create trigger _820_anotar_version after insert on public.contratos
  referencing new table as nuevos for each statement execute function privado.anotar_versiones();
create trigger _830_anotar_cambio after update on public.contratos
  referencing old table as viejos new table as nuevos for each statement execute function privado.anotar_versiones();
-- and the yes that was missing is of the version in force.
create trigger _840_aceptar_version after update on public.contratos
  referencing old table as viejos new table as nuevos for each statement execute function privado.aceptar_versiones();
-- And last, with the head of its chain held as short as can be, what changed.
create trigger _990_encadenar after update on public.contratos
  referencing old table as viejos new table as nuevos for each statement execute function privado.encadenar_contratos();
