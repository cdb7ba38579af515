-- Why: a contract is an agreement: it binds, counts for and notifies only who has said yes. Companies accept each other
--   (relaciones); between two that have not, a contract is proposed, and its terms have a yes of each side.
--   Old rows: companies that share a living contract have accepted each other; the terms of a contract that is Activo or
--   Cerrado are accepted by both, of one in review by who created it. Triggers of contratos rest meanwhile: nothing
--   of it was edited, and nobody is to be told.
-- Touches: privado.abrir_contrato, privado.abrir_propuesta, privado.aceptar_contrato, privado.aceptar_relacion,
--   privado.acordado_en, privado.anotar_partes, privado.aportes_kpi, privado.avisar_de_participante,
--   privado.bloquear_empresa, privado.bloqueo, privado.bloqueos, privado.bloqueos_bloqueada_idx,
--   privado.bloqueos_creado_por_idx, privado.bloqueos_pkey, privado.cambiar_estado, privado.cerrar_contrato,
--   privado.cerrar_propuesta, privado.contar_contrato, privado.contar_participante, privado.contrato_por_responder,
--   privado.contratos_por_avance, privado.dejar_contrato, privado.desbloquear_empresa, privado.elegir_cierre,
--   privado.empresa_que_decide, privado.empresas_bloqueadas, privado.encadenar_contratos, privado.evidencia_inicial,
--   privado.exigir_acuerdo, privado.exigir_contrato, privado.ficha_empresa, privado.fila_contrato,
--   privado.fila_participante, privado.filas_que_no_cuadran, privado.frase_de_participante, privado.marcar_eliminado,
--   privado.mis_bloqueos, privado.mis_propuestas, privado.mis_relaciones, privado.motivo_dicho, privado.nombre_de,
--   privado.notificar_empresa, privado.ocultar_participantes, privado.pedir_acuerdo, privado.pendientes_de,
--   privado.proponer_a_proveedor, privado.proponer_contrato, privado.proponer_relacion, privado.propuestas_de,
--   privado.propuestas_por_dia, privado.proteger_contrato, privado.rechazar_contrato, privado.rechazar_por,
--   privado.rechazar_relacion, privado.recibir_propuestas, privado.relacion_json, privado.relacionadas,
--   privado.relacionar, privado.renovar_acuerdo, privado.renovar_acuerdo_por_precio, privado.responder_relacion,
--   privado.retirar_a_proveedor, privado.retirar_por, privado.retirar_propuesta, privado.retirar_proveedor,
--   privado.sumar_contratos, privado.sumar_partes, privado.terminar_relacion, privado.tipos_de_aviso,
--   privado.tomar_contrato, privado.tomar_propuesta, privado.tomar_propuestas, privado.validar_fijacion,
--   privado.validar_lote, privado.validar_proveedor, public.aceptar_contrato, public.bloquear_empresa,
--   public.contratos, public.contratos_participantes, public.contratos_participantes_pendiente_idx,
--   public.contratos_precios, public.dejar_contrato, public.desbloquear_empresa, public.empresas,
--   public.empresas_bloqueadas, public.ficha_empresa, public.kpis, public.kpis_contratos, public.mis_propuestas,
--   public.mis_relaciones, public.notificaciones, public.proponer_relacion, public.rechazar_contrato,
--   public.relaciones, public.relaciones_con_idx, public.relaciones_contrato_idx, public.relaciones_id_seq,
--   public.relaciones_para_idx, public.relaciones_pkey, public.relaciones_propone_idx,
--   public.relaciones_propuesta_key, public.relaciones_propuesta_por_idx, public.relaciones_respondida_por_idx,
--   public.relaciones_ruc_idx, public.relaciones_terminada_por_idx, public.relaciones_viva_key,
--   public.responder_relacion, public.retirar_propuesta, public.terminar_relacion.
-- Destructive: no.

set check_function_bodies = off;
drop policy select_participante on public.contratos;
drop policy update_parte on public.contratos;
drop trigger _990_encadenar_cambio on public.contratos_participantes;
drop view public.kpis_contratos;

alter table public.notificaciones
  drop constraint notificaciones_contrato_id_valido;

alter table public.notificaciones
  drop constraint notificaciones_tipo_valido;

create table privado.bloqueos (
  empresa_id bigint not null,
  bloqueada_id bigint not null,
  creado_por uuid,
  creado_en timestamp with time zone not null default now(),
  constraint bloqueos_pkey primary key (empresa_id, bloqueada_id)
);

create table public.relaciones (
  id bigint generated always as identity not null,
  propone_id bigint not null,
  con_id bigint,
  para_id bigint,
  ruc text,
  correo text,
  estado text not null default 'propuesta'::text,
  motivo text,
  contrato_id bigint,
  propuesta_por uuid,
  propuesta_en timestamp with time zone not null default now(),
  respondida_por uuid,
  respondida_en timestamp with time zone,
  terminada_por uuid,
  terminada_en timestamp with time zone,
  avisada boolean not null default false,
  constraint relaciones_con_id_valida
    check
    (((propone_id IS DISTINCT FROM con_id) AND (propone_id IS DISTINCT FROM para_id) AND (num_nonnulls(con_id, ruc) >
    0) AND ((con_id IS NOT NULL) OR (estado <> 'aceptada'::text)))),
  constraint relaciones_correo_valido
    check
    (((correo = lower(correo)) AND (length(correo) <= 254) AND (correo ~
    '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'::text))),
  constraint relaciones_estado_valido
    check
    ((estado = ANY (ARRAY['propuesta'::text, 'aceptada'::text, 'rechazada'::text, 'retirada'::text,
    'terminada'::text]))),
  constraint relaciones_pkey primary key (id),
  constraint relaciones_motivo_valido check (((motivo = btrim(motivo, E' \t\r\n'::text)) AND ((length(motivo) >= 1) AND (length(motivo) <= 500)) AND privado.es_texto_limpio(motivo, false))),
  constraint relaciones_ruc_valido check (privado.ruc_valido(ruc))
);

alter table public.relaciones
  enable row level security;

alter table public.contratos
  add column propuesto_a bigint[];

alter table public.contratos
  add column exportadora_acepto_en timestamp with time zone;

alter table public.contratos
  add column contraparte_acepto_en timestamp with time zone;

alter table public.contratos
  add column rechazado_en timestamp with time zone;

alter table public.contratos
  add column rechazado_como text;

alter table public.contratos
  add column rechazo_motivo text;

alter table public.contratos_participantes
  add column pendiente boolean not null default false;

create or replace function privado.abrir_contrato (
  v_contrato bigint,
  v_empresa bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  c public.contratos;
begin
  select * into c from public.contratos x where x.id = v_contrato for no key update;
  if c.id is null or c.eliminado_en is not null or c.rechazado_en is not null or c.estado = 'Cerrado' then
    return;
  end if;
  if v_empresa = any (c.propuesto_a) then
    update public.contratos x set propuesto_a = nullif(array_remove(x.propuesto_a, v_empresa), '{}') where x.id = c.id
    returning * into c;
  end if;
  update public.contratos_participantes p set pendiente = false, oculto = false
  where p.contrato_id = c.id and p.empresa_id = v_empresa and p.pendiente;
  if c.propuesto_a is null then
    update public.contratos_participantes p set pendiente = false, oculto = false
    where p.contrato_id = c.id and p.papel = 'proveedor' and p.pendiente
      and (privado.relacionadas(p.empresa_id, c.exportadora_id) or privado.relacionadas(p.empresa_id, c.contraparte_id))
      and not exists (
        select from public.relaciones r where r.contrato_id = c.id and r.con_id = p.empresa_id and r.estado = 'propuesta');
  end if;
end
$function$;

create or replace function privado.abrir_propuesta (
  v_de bigint,
  v_con bigint,
  v_ruc text default null::text,
  v_correo text default null::text,
  v_contrato bigint default null::bigint
)
  returns public.relaciones
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  espera constant interval := '30 days';
  nombre constant text := (select e.nombre from public.empresas e where e.id = v_de);
  v_para bigint;
  fila public.relaciones;
begin
  perform privado.tomar_propuestas(v_de);
  if v_con is not null and privado.bloqueo(v_de, v_con) then
    raise exception 'empresa_bloqueada' using errcode = 'PT409',
      detail = 'Su empresa bloqueó a esa: primero desbloquéela.';
  end if;
  select * into fila from public.relaciones r
  where r.propone_id = v_de and r.con_id is not distinct from v_con and r.ruc is not distinct from v_ruc
    and r.estado = 'propuesta' for no key update;
  -- What was proposed bare may carry its first contract: it is still one.
  if found and fila.contrato_id is null and v_contrato is not null then
    update public.relaciones r set contrato_id = v_contrato where r.id = fila.id returning * into fila;
    return fila;
  elsif found then
    raise exception 'propuesta_abierta' using errcode = 'PT409',
      detail = 'Ya le hizo una propuesta a esa empresa: espere su respuesta o retírela.';
  end if;
  if exists (
    select from public.relaciones r
    where r.propone_id = v_de and r.con_id is not distinct from v_con and r.ruc is not distinct from v_ruc
      and r.estado = 'rechazada' and r.respondida_en > now() - espera
  ) then
    raise exception 'propuesta_en_espera' using errcode = 'PT409',
      detail = 'Esa empresa no aceptó su propuesta: puede hacerle otra 30 días después, o ella a usted.';
  elsif exists (
    select from public.relaciones r where r.propone_id = v_con and r.para_id = v_de and r.estado = 'propuesta'
  ) then
    raise exception 'propuesta_por_responder' using errcode = 'PT409',
      detail = 'Esa empresa ya le hizo una propuesta a la suya: respóndala.';
  elsif (
    select count(*) >= privado.propuestas_por_dia() from public.relaciones r
    where r.propone_id = v_de and r.propuesta_en > now() - interval '1 day'
  ) then
    raise exception 'propuestas_demasiadas' using errcode = 'PT429',
      detail = 'Su empresa ya hizo las propuestas de un día: espere a mañana.';
  end if;
  v_para := coalesce(v_con, (select e.id from public.empresas e where e.ruc = v_ruc and e.activo));
  -- What the other side has before it under another name, or has just refused, reaches it no second time.
  if privado.bloqueo(v_de, v_para) or exists (
    select from public.relaciones r
    where least(r.propone_id, r.para_id) = least(v_de, v_para)
      and greatest(r.propone_id, r.para_id) = greatest(v_de, v_para) and r.para_id is not null
      and (r.estado in ('propuesta', 'aceptada') or (r.estado = 'rechazada' and r.respondida_en > now() - espera))
  ) then
    v_para := null;
  end if;
  insert into public.relaciones (propone_id, con_id, para_id, ruc, correo, contrato_id, propuesta_por, propuesta_en, avisada)
  values (v_de, v_con, v_para, v_ruc, v_correo, v_contrato, auth.uid(), clock_timestamp(),
    v_para is not null and not privado.bloqueo(v_para, v_de) and not exists (
      select from public.relaciones r
      where r.propone_id = v_de and r.para_id = v_para and r.avisada and r.propuesta_en > now() - espera))
  on conflict do nothing returning * into fila;
  if fila.id is null then
    -- The other side proposed in the same moment.
    raise exception 'propuesta_por_responder' using errcode = 'PT409',
      detail = 'Esa empresa ya le hizo una propuesta a la suya: respóndala.';
  elsif fila.avisada then
    perform privado.notificar_empresa(v_para, 'relacion', format(
      case when v_contrato is null then '%s le propone trabajar juntos.' else '%s le propone un contrato.' end, nombre),
      jsonb_build_object('relacion_id', fila.id));
  elsif v_ruc is not null and not exists (select from public.empresas e where e.ruc = v_ruc) then
    -- Only administrators make companies.
    perform privado.notificar_administradores('relacion',
      format('%s invita a una empresa que no está en Triboka.', nombre), jsonb_build_object('relacion_id', fila.id));
  end if;
  return fila;
end
$function$;

create or replace function privado.aceptar_contrato (
  v_contrato bigint,
  v_version timestamp with time zone
)
  returns public.contratos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  p record;
  c public.contratos;
begin
  select * into p from privado.tomar_propuesta(v_contrato, mia);
  if (p.contrato).actualizado_en <> v_version then
    raise exception 'version_distinta' using errcode = 'PT412',
      detail = 'El contrato cambió desde que usted lo leyó: vuelva a leerlo antes de editarlo.';
  end if;
  if (p.parte).pendiente then
    if p.relacion_id is null then
      perform privado.abrir_contrato(v_contrato, mia);
    else
      perform privado.aceptar_relacion(r) from public.relaciones r where r.id = p.relacion_id;
    end if;
  end if;
  select * into c from public.contratos x where x.id = v_contrato;
  if mia not in (c.exportadora_id, c.contraparte_id) or c.estado <> 'En revisión' then
    return c;
  end if;
  if c.propuesto_a is null then
    perform privado.relacionar(c.exportadora_id, c.contraparte_id);
  end if;
  update public.contratos x set
    exportadora_acepto_en = coalesce(x.exportadora_acepto_en, case when mia = x.exportadora_id then clock_timestamp() end),
    contraparte_acepto_en = coalesce(x.contraparte_acepto_en, case when mia = x.contraparte_id then clock_timestamp() end),
    estado = case when x.propuesto_a is null
      and (x.exportadora_acepto_en is not null or mia = x.exportadora_id)
      and (x.contraparte_acepto_en is not null or mia = x.contraparte_id) then 'Activo' else x.estado end
  where x.id = v_contrato
    and case mia when x.exportadora_id then x.exportadora_acepto_en else x.contraparte_acepto_en end is null
  returning * into c;
  if found and c.estado = 'En revisión' then
    insert into public.mensajes (contrato_id, tipo, texto)
    values (v_contrato, 'sistema', format('%s aceptó los términos del contrato.', privado.quien()));
    perform privado.notificar(v_contrato, 'contrato', format('%s aceptó los términos de %s.', privado.quien(), c.codigo),
      jsonb_build_object('codigo', c.codigo, 'estado', c.estado));
  end if;
  select * into c from public.contratos x where x.id = v_contrato;
  return c;
end
$function$;

create or replace function privado.aceptar_relacion (
  r public.relaciones
)
  returns public.relaciones
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  otra public.relaciones;
begin
  update public.relaciones x set estado = 'aceptada', con_id = x.para_id, respondida_por = auth.uid(),
    respondida_en = clock_timestamp()
  where x.id = r.id and x.estado = 'propuesta' returning * into r;
  if r.id is null then
    raise exception 'propuesta_respondida' using errcode = 'PT409', detail = 'Esa propuesta ya se respondió.';
  end if;
  for otra in
    update public.relaciones x set estado = 'retirada', terminada_en = clock_timestamp()
    where x.propone_id = r.propone_id and x.estado = 'propuesta'
      and (x.con_id = r.con_id or x.ruc = (select e.ruc from public.empresas e where e.id = r.con_id))
    returning *
  loop
    perform privado.abrir_contrato(otra.contrato_id, r.con_id);
  end loop;
  perform privado.abrir_contrato(r.contrato_id, r.con_id);
  perform privado.notificar_empresa(r.propone_id, 'relacion',
    format('%s aceptó su propuesta.', (select e.nombre from public.empresas e where e.id = r.con_id)),
    jsonb_build_object('relacion_id', r.id));
  return r;
end
$function$;

create or replace function privado.acordado_en (
  contrato public.contratos
)
  returns timestamp with time zone
  language plpgsql
  stable
  set search_path to ''
  AS $function$
begin
  return case when num_nulls(contrato.exportadora_acepto_en, contrato.contraparte_acepto_en) = 0
    then greatest(contrato.exportadora_acepto_en, contrato.contraparte_acepto_en) end;
end
$function$;

create or replace function privado.anotar_partes()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  insert into public.contratos_participantes (contrato_id, empresa_id, papel, pendiente, oculto)
  select new.id, p.empresa, p.papel, p.pendiente, p.pendiente
  from (values
    (new.exportadora_id, 'exportadora', coalesce(new.exportadora_id = any (new.propuesto_a), false)),
    (new.contraparte_id, 'contraparte', coalesce(new.contraparte_id = any (new.propuesto_a), false))
  ) as p (empresa, papel, pendiente);
  if new.propuesto_a is not null then
    perform privado.proponer_contrato(new.id, asked.empresa) from unnest(new.propuesto_a) as asked (empresa);
  end if;
  return null;
end
$function$;

create or replace function privado.aportes_kpi (
  piezas privado.kpi_pieza[],
  partes public.contratos_participantes[] default null::public.contratos_participantes[]
)
  returns table (
    empresa_id bigint,
    papel text,
    otra_id bigint,
    calidad text,
    medida text,
    fecha date,
    n bigint,
    cantidad numeric,
    inicial_qq numeric,
    humedad_qq numeric,
    usd numeric
  )
  language plpgsql
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
#variable_conflict use_column
begin
  return query
  select p.empresa_id, p.papel, case p.papel when 'exportadora' then s.contraparte_id else s.exportadora_id end,
    coalesce(s.calidad, ''), s.medida, s.fecha, s.n, s.cantidad, s.inicial, s.humedad, s.usd
  from (
    select x.id, x.exportadora_id, x.contraparte_id, x.calidad, m.medida, m.fecha, sum(x.signo) as n,
      sum(x.signo * m.cantidad) as cantidad, sum(x.signo * m.inicial) as inicial,
      sum(x.signo * m.humedad) as humedad, sum(x.signo * m.usd) as usd
    from (
      -- Each field is taken out once: "offset 0" keeps it so.
      select z.signo, (z.lote).id is null as es_contrato, (z.contrato).id, (z.contrato).exportadora_id,
        (z.contrato).contraparte_id, (z.contrato).calidad, z.precio,
        (z.contrato).estado, (z.contrato).modalidad_precio as modalidad, (z.contrato).volumen_tm as volumen,
        round((z.contrato).volumen_tm * (1 - (z.contrato).tolerancia_pct / 100), 4) as minimo, (z.contrato).fecha_entrega as entrega,
        case when (z.lote).id is null then privado.fecha_contrato((z.contrato).fecha_firma, (z.contrato).creado_en) end as abierto,
        (z.contrato).propuesto_a is not null as es_borrador,
        round((z.avance).recibido_qq * 0.045359237, 4) as recibido_tm, (z.avance).tm_fijadas,
        (z.lote).estado as paso, (z.lote).peso_qq as qq, (z.lote).peso_inicial_qq as inicial, (z.lote).humedad,
        ((z.lote).recibido_en at time zone 'America/Guayaquil')::date as recibido,
        ((z.lote).exportado_en at time zone 'America/Guayaquil')::date as exportado
      from unnest(piezas) as z
      where (z.contrato).eliminado_en is null and (z.contrato).rechazado_en is null
      offset 0
    ) as x
    cross join lateral (
      -- What the other side has not accepted is a draft, and counts as nothing else.
      select 'infinity'::date, 'borrador', x.volumen, 0.0, 0.0, 0.0 where x.es_contrato and x.es_borrador
      union all
      select 'infinity', x.paso, x.qq, 0, 0, 0 where not x.es_contrato
      union all
      select x.recibido, 'entregado', x.qq, x.inicial, x.qq * x.humedad, 0 where x.recibido is not null
      union all
      select x.exportado, case when x.precio is null then 'sin_precio' else 'vendido' end, x.qq, 0, 0,
        coalesce(x.qq * 0.045359237 * x.precio, 0) where x.exportado is not null
      union all
      select 'infinity', x.estado, x.volumen, 0, 0, 0 where x.es_contrato and not x.es_borrador
      union all
      select coalesce(x.entrega, x.abierto), 'contratado', x.volumen, 0, 0, 0 where x.es_contrato and not x.es_borrador
      union all
      select date_trunc('year', x.abierto)::date, 'historial ' || x.estado, x.volumen, 0, 0, 0
      where x.es_contrato and not x.es_borrador
      union all
      select 'infinity', 'abierta', x.volumen - x.tm_fijadas, 0, 0, 0
      where x.es_contrato and not x.es_borrador and x.estado <> 'Cerrado' and x.modalidad = 'por fijar'
      union all
      select x.entrega, 'vence', x.volumen - x.recibido_tm, 0, 0, 0
      where x.entrega is not null and x.es_contrato and not x.es_borrador and x.estado <> 'Cerrado' and x.recibido_tm < x.minimo
    ) as d (dia, medida, cantidad, inicial, humedad, usd)
    cross join lateral (
      -- By months, but for what is due, which has its day.
      select d.medida, case when d.medida = 'vence' or d.dia = 'infinity' then d.dia else date_trunc('month', d.dia)::date end as fecha,
        d.cantidad, d.inicial, d.humedad, d.usd
    ) as m
    group by 1, 2, 3, 4, 5, 6
    having (sum(x.signo), sum(x.signo * m.cantidad), sum(x.signo * m.inicial), sum(x.signo * m.humedad), sum(x.signo * m.usd))
      is distinct from (0, 0, 0, 0, 0)
  ) as s
  -- Each looked up by its contract: the planner does not know how many they are.
  cross join lateral (
    select t.empresa_id, t.papel from public.contratos_participantes t where partes is null and t.contrato_id = s.id and not t.pendiente
    union all
    select t.empresa_id, t.papel from unnest(partes) as t where t.contrato_id = s.id
  ) as p
  -- Prices and what is to be priced are of those who sign.
  where p.papel <> 'proveedor' or s.medida not in ('vendido', 'sin_precio', 'abierta');
end
$function$;

create or replace function privado.avisar_de_participante()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  parte constant public.contratos_participantes := case tg_op when 'DELETE' then old else new end;
  codigo constant text := (select c.codigo from public.contratos c where c.id = parte.contrato_id);
begin
  perform privado.notificar(parte.contrato_id, 'participante',
    privado.frase_de_participante(tg_op, parte.empresa_id, parte.pendiente, codigo),
    jsonb_build_object('codigo', codigo, 'empresa_id', parte.empresa_id),
    case when not parte.pendiente then parte.empresa_id end);
  return null;
end
$function$;

create or replace function privado.bloquear_empresa (
  v_empresa bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  viva bigint;
begin
  if v_empresa = mia or not exists (select from public.empresas e where e.id = v_empresa) then
    raise exception 'bloqueo_invalido' using errcode = 'PT422',
      detail = 'Se bloquea a una empresa que no sea la suya.', hint = 'empresa_id';
  end if;
  for viva in
    select r.id from public.relaciones r
    where (r.propone_id = mia and r.con_id = v_empresa and r.estado in ('propuesta', 'aceptada'))
      or (r.propone_id = v_empresa and r.para_id = mia and r.estado = 'aceptada')
    order by r.id
  loop
    perform privado.terminar_relacion(viva, null);
  end loop;
  insert into privado.bloqueos (empresa_id, bloqueada_id, creado_por) values (mia, v_empresa, auth.uid())
  on conflict do nothing;
end
$function$;

create or replace function privado.bloqueo (
  de bigint,
  a bigint
)
  returns boolean
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return exists (select from privado.bloqueos b where b.empresa_id = de and b.bloqueada_id = a);
end
$function$;

create or replace function privado.cambiar_estado()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  paso constant text := old.estado || ' → ' || new.estado;
  sin_limite constant boolean := auth.uid() is null or privado.es_admin();
begin
  case
    when new.estado is null or new.estado not in ('En revisión', 'Activo', 'Cerrado') then
      return new; -- the column's own constraints refuse it
    when paso = 'En revisión → Activo' then
      -- Or the last yes, by privado.aceptar_contrato(): no client writes it.
      if not sin_limite and privado.mi_empresa() is distinct from new.exportadora_id
        and (new.exportadora_acepto_en is null or old.contraparte_acepto_en is not null or new.contraparte_acepto_en is null) then
        raise exception 'contrato_activa_exportadora' using errcode = 'PT403',
          detail = 'Solo la exportadora del contrato lo activa.', hint = 'estado';
      end if;
      new := privado.exigir_acuerdo(new);
      -- What shipped meanwhile did not close what nobody had agreed to.
      if privado.toca_cerrar(new) then
        new.estado := 'Cerrado';
        new.cerrado_en := clock_timestamp();
      end if;
    when new.estado = 'Cerrado' then
      -- By itself, whoever exported the last lot; by hand the other party would undo every reopening.
      if not sin_limite and not (
        privado.toca_cerrar(new) and (pg_trigger_depth() > 1 or coalesce(privado.manda_en_contrato(new), false))) then
        raise exception 'contrato_cierre_automatico' using errcode = 'PT403',
          detail = 'Un contrato se cierra solo, cuando se cumple su cierre.', hint = 'estado';
      end if;
      new := privado.exigir_acuerdo(new);
      new.cerrado_en := clock_timestamp();
    when paso = 'Cerrado → Activo' then
      -- Of this closing and no other: what was reopened once is not open for ever.
      if not sin_limite and privado.motivo_reapertura(new.id, old.cerrado_en) is null then
        raise exception 'contrato_reabre_admin' using errcode = 'PT403',
          detail = 'Un contrato cerrado se reabre diciendo por qué. Sin decirlo, solo un administrador.', hint = 'estado';
      end if;
      new.cerrado_en := null;
    else
      raise exception 'contrato_transicion_invalida' using errcode = 'PT409',
        detail = 'Un contrato no vuelve a revisión.', hint = 'estado';
  end case;
  return new;
end
$function$;

create or replace function privado.cerrar_contrato()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  -- Writes the row even when nothing changes: under repeatable read two transactions that export the last two
  -- lots do not see each other, and only a write makes the second fail instead of leaving the contract open.
  update public.contratos set estado = estado where id = new.contrato_id and estado <> 'Cerrado';
  update public.contratos c set estado = 'Cerrado'
  where c.id = new.contrato_id and c.estado <> 'Cerrado' and privado.toca_cerrar(c)
    -- Not what both sides have not agreed to.
    and c.exportadora_acepto_en is not null and c.contraparte_acepto_en is not null;
  return null;
end
$function$;

create or replace function privado.cerrar_propuesta (
  v_contrato bigint,
  v_como text,
  v_motivo text
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  update public.contratos c set rechazado_en = clock_timestamp(), rechazado_como = v_como,
    rechazo_motivo = v_motivo
  where c.id = v_contrato;
  insert into public.mensajes (contrato_id, tipo, texto) values (v_contrato, 'sistema', case v_como
    when 'rechazado' then format('%s no aceptó el contrato: %s', privado.quien(), v_motivo)
    else format('%s retiró el contrato.', privado.quien()) end);
  perform privado.notificar(v_contrato, 'contrato', format(
    case v_como when 'rechazado' then '%s no aceptó el contrato %s.' else '%s retiró el contrato %s.' end,
    privado.quien(), c.codigo), jsonb_build_object('codigo', c.codigo, 'estado', c.estado, 'rechazado', v_como))
  from public.contratos c where c.id = v_contrato;
end
$function$;

create or replace function privado.contar_contrato()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.id, 'sistema',
    case when tg_op = 'INSERT' then format(
        case when new.propuesto_a is null then '%s abrió el contrato %s.' else '%s propuso el contrato %s.' end,
        privado.quien(), new.codigo)
      when new.estado = 'Cerrado' then format('El contrato quedó Cerrado con %s: lo último fue de %s.',
        privado.exportado_en_palabras(new), privado.quien())
      when privado.motivo_reapertura(new.id, old.cerrado_en) is not null then format('%s reabrió el contrato, con %s: %s',
        privado.quien(), privado.exportado_en_palabras(new), privado.motivo_reapertura(new.id, old.cerrado_en))
      else format('%s pasó el contrato a %s.', privado.quien(), new.estado) end
  );
  return null;
end
$function$;

create or replace function privado.contar_participante()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  parte constant public.contratos_participantes := case tg_op when 'DELETE' then old else new end;
begin
  insert into public.mensajes (contrato_id, tipo, texto)
  values (parte.contrato_id, 'sistema', privado.frase_de_participante(tg_op, parte.empresa_id, parte.pendiente, null));
  return null;
end
$function$;

create or replace function privado.contrato_por_responder (
  v_codigo text
)
  returns bigint
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return (
    select c.id from public.contratos c
    where c.codigo = v_codigo and (privado.participa(c.id)
      or exists (select from privado.propuestas_de(privado.mi_empresa()) q where q.contrato_id = c.id)));
end
$function$;

create or replace function privado.contratos_por_avance (
  v_situacion text default null::text,
  v_dias integer default 15,
  v_estado text default null::text,
  v_empresa bigint default null::bigint,
  v_despues_de bigint default null::bigint,
  v_tope integer default 20
)
  returns SETOF bigint
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
declare
  siguiente constant bigint := coalesce(v_despues_de, 9223372036854775807);
begin
  if not privado.es_admin() then
    if v_empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    v_empresa := privado.mi_empresa();
  end if;
  if privado.es_admin() and v_empresa is null then
    return query
      select c.id from public.contratos c join public.avances a on a.contrato_id = c.id
      where c.eliminado_en is null and c.propuesto_a is null and c.rechazado_en is null and c.id < siguiente and (v_estado is null or c.estado = v_estado)
        and (v_situacion is null or privado.situacion(c, a.recibido_qq, v_dias) = v_situacion)
      order by c.id desc limit v_tope;
  else
    return query
      select p.contrato_id from public.contratos_participantes p
      join public.contratos c on c.id = p.contrato_id
      join public.avances a on a.contrato_id = p.contrato_id
      where p.empresa_id = v_empresa and not p.oculto and c.propuesto_a is null and c.rechazado_en is null
        and p.contrato_id < siguiente
        and (v_estado is null or c.estado = v_estado)
        and (v_situacion is null or privado.situacion(c, a.recibido_qq, v_dias) = v_situacion)
      order by p.contrato_id desc limit v_tope;
  end if;
end
$function$;

create or replace function privado.dejar_contrato (
  v_contrato bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  c constant public.contratos := privado.exigir_contrato(v_contrato, bloquear => true);
begin
  if exists (
    select from public.documentos_contrato d join public.lotes_asociados l on l.id = d.lote_id
    where d.contrato_id = c.id and d.empresa_id = mia and l.estado <> 'Exportado'
  ) then
    raise exception 'proveedor_con_pendientes' using errcode = 'PT409',
      detail = 'Un lote con documentos de su empresa no se ha exportado: todavía no deja el contrato.';
  end if;
  delete from public.contratos_participantes p where p.contrato_id = c.id and p.empresa_id = mia;
end
$function$;

create or replace function privado.desbloquear_empresa (
  v_empresa bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
begin
  delete from privado.bloqueos b where b.empresa_id = mia and b.bloqueada_id = v_empresa;
end
$function$;

create or replace function privado.elegir_cierre()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  manda constant boolean := coalesce(privado.manda_en_contrato(new), false);
begin
  if not manda and (tg_op = 'INSERT' or old.cierre is distinct from new.cierre) then
    raise exception 'contrato_cierre_exportadora' using errcode = 'PT403',
      detail = 'Cómo se cierra un contrato lo elige su exportadora.', hint = 'cierre';
  end if;
  if tg_op = 'UPDATE' and manda and new.estado = old.estado and old.estado = 'Activo' and privado.toca_cerrar(new) then
    new.estado := 'Cerrado';
  end if;
  return new;
end
$function$;

create or replace function privado.empresa_que_decide()
  returns bigint
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_cuenta();
  if privado.es_admin() or privado.mi_empresa() is null then
    raise exception 'decide_la_empresa' using errcode = 'PT403',
      detail = 'Por una empresa acepta o rechaza su gente, no un administrador.';
  end if;
  return privado.mi_empresa();
end
$function$;

create or replace function privado.empresas_bloqueadas()
  returns table (
    id bigint,
    nombre text,
    bloqueada_en timestamp with time zone
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return query
    select e.id, e.nombre, b.creado_en from privado.bloqueos b join public.empresas e on e.id = b.bloqueada_id
    where b.empresa_id = privado.mi_empresa() order by b.creado_en desc limit 1000;
end
$function$;

create or replace function privado.encadenar_contratos()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array_agg((n.id,
    case
      when v.eliminado_en is null and n.eliminado_en is not null then 'contrato.eliminado'
      when v.eliminado_en is not null and n.eliminado_en is null then 'contrato.restaurado'
      when v.estado = n.estado then 'contrato.cambiado'
      when n.estado = 'Cerrado' then 'contrato.cerrado'
      when v.estado = 'Cerrado' then 'contrato.reabierto'
      else 'contrato.activado' end,
    'contrato/' || n.id,
    '{"fila":' || privado.fila_contrato(n::public.contratos,
      case when num_nonnulls(n.observaciones, n.rechazo_motivo) > 0 then privado.sal_de('contrato/' || n.id) end) || '}')::privado.evidencia_nueva
    order by n.id))
  from nuevos n join viejos v on v.id = n.id
  where privado.fila_contrato(n::public.contratos, '') <> privado.fila_contrato(v::public.contratos, '');
  return null;
end
$function$;

create or replace function privado.evidencia_inicial()
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  tanda bigint[];
  v_empresa bigint;
begin
  perform privado.sal_de('contrato/' || c.id) from public.contratos c where num_nonnulls(c.observaciones, c.rechazo_motivo) > 0;
  perform privado.sal_de('documento/' || d.id) from public.documentos_contrato d;
  perform privado.sal_de('fijacion/' || f.id) from public.fijaciones f where f.motivo is not null;
  perform privado.sal_de('reapertura/' || r.id) from public.contratos_reaperturas r;
  perform privado.sal_de('empresa/' || e.id) from public.empresas e;
  loop
    tanda := array(
      select c.id from public.contratos c
      where not exists (select from privado.evidencias_cabezas h where h.cadena = c.id) order by c.id limit 1000);
    exit when cardinality(tanda) = 0;
    perform privado.encadenar(array_agg((f.cadena, 'migracion.inicial', 'contrato/' || f.cadena,
      '{"filas":{' || f.filas || '},"resumen":"' || encode(sha256(convert_to(f.filas, 'UTF8')), 'hex') || '"}'
      )::privado.evidencia_nueva order by f.cadena))
    from (
      select t.cadena, string_agg('"' || t.objeto || '":' || t.fila, ',' order by t.objeto collate "C") as filas
      from privado.filas_de_contrato(tanda) as t group by t.cadena
    ) as f;
  end loop;
  for v_empresa in select e.id from public.empresas e union all select null order by 1 desc nulls last loop
    perform privado.encadenar(array_agg((f.cadena, 'migracion.inicial', f.objeto, '{"fila":' || f.fila || '}'
      )::privado.evidencia_nueva order by f.objeto collate "C"))
    from privado.filas_de_empresa(v_empresa) as f
    where not exists (select from privado.evidencias_cabezas h where h.cadena = f.cadena);
  end loop;
end
$function$;

create or replace function privado.exigir_acuerdo (
  contrato public.contratos
)
  returns public.contratos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if auth.uid() is null then
    contrato.exportadora_acepto_en := coalesce(contrato.exportadora_acepto_en, clock_timestamp());
    contrato.contraparte_acepto_en := coalesce(contrato.contraparte_acepto_en, clock_timestamp());
    contrato.propuesto_a := null;
    return contrato;
  elsif contrato.propuesto_a is not null then
    raise exception 'contrato_propuesto' using errcode = 'PT409',
      detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
  end if;
  if contrato.estado = 'Activo' and privado.mi_empresa() = contrato.exportadora_id and not privado.es_admin() then
    contrato.exportadora_acepto_en := coalesce(contrato.exportadora_acepto_en, clock_timestamp());
  end if;
  if contrato.contraparte_acepto_en is null then
    raise exception 'falta_que_acepte_la_contraparte' using errcode = 'PT409',
      detail = 'La contraparte no ha aceptado los términos como están: los acepta ella, y el contrato queda Activo.';
  elsif contrato.exportadora_acepto_en is null then
    raise exception 'falta_que_acepte_la_exportadora' using errcode = 'PT409',
      detail = 'La exportadora no ha aceptado los términos como están: los acepta ella, y el contrato queda Activo.';
  end if;
  return contrato;
end
$function$;

create or replace function privado.exigir_contrato (
  contrato bigint,
  bloquear boolean default false
)
  returns public.contratos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  fila public.contratos;
begin
  if auth.uid() is null or privado.participa(contrato) or privado.es_admin() then
    if bloquear then
      -- Not "for update": that would clash with the lock of every foreign key to the contract.
      select * into fila from public.contratos c where c.id = contrato for no key update;
    else
      select * into fila from public.contratos c where c.id = contrato;
    end if;
  end if;
  if fila.id is null or fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  elsif fila.rechazado_en is not null then
    raise exception 'contrato_rechazado' using errcode = 'PT409',
      detail = 'Ese contrato no se aceptó, o se retiró: ya no cambia.';
  end if;
  return fila;
end
$function$;

create or replace function privado.ficha_empresa (
  empresa bigint
)
  returns public.empresas
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  ficha public.empresas;
begin
  if privado.es_admin() or empresa = privado.mi_empresa() or privado.relacionadas(empresa, privado.mi_empresa()) then
    select * into ficha from public.empresas e where e.id = empresa;
  end if;
  if ficha.id is null then
    raise exception 'empresa_no_existe' using errcode = 'PT404',
      detail = 'No existe esa empresa, o la suya y ella no se han aceptado.';
  end if;
  return ficha;
end
$function$;

create or replace function privado.fila_contrato (
  c public.contratos,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"archivo_pdf":' || privado.json_de(c.archivo_pdf)
    || ',"calidad":' || privado.json_de(c.calidad)
    || ',"cerrado_en":' || privado.json_de(c.cerrado_en)
    || ',"cierre":' || privado.json_de(c.cierre)
    || ',"codigo":' || privado.json_de(c.codigo)
    || ',"contraparte_acepto_en":' || privado.json_de(c.contraparte_acepto_en)
    || ',"contraparte_id":' || privado.json_de(c.contraparte_id)
    || ',"creado_en":' || privado.json_de(c.creado_en)
    || ',"creado_por":' || privado.json_de(c.creado_por)
    || ',"dias_confirmacion":' || privado.json_de(c.dias_confirmacion::bigint)
    || ',"eliminado_en":' || privado.json_de(c.eliminado_en)
    || ',"estado":' || privado.json_de(c.estado)
    || ',"exportadora_acepto_en":' || privado.json_de(c.exportadora_acepto_en)
    || ',"exportadora_id":' || privado.json_de(c.exportadora_id)
    || ',"fecha_entrega":' || privado.json_de(c.fecha_entrega)
    || ',"fecha_firma":' || privado.json_de(c.fecha_firma)
    || ',"id":' || privado.json_de(c.id)
    || ',"modalidad_precio":' || privado.json_de(c.modalidad_precio)
    || ',"observaciones":' || privado.json_de(c.observaciones, sal)
    || ',"propuesto_a":' || coalesce(to_json(c.propuesto_a)::text, 'null')
    || ',"rechazado_como":' || privado.json_de(c.rechazado_como)
    || ',"rechazado_en":' || privado.json_de(c.rechazado_en)
    || ',"rechazo_motivo":' || privado.json_de(c.rechazo_motivo, sal)
    || ',"tolerancia_pct":' || privado.json_de(c.tolerancia_pct)
    || ',"volumen_tm":' || privado.json_de(c.volumen_tm) || '}';
end
$function$;

create or replace function privado.fila_participante (
  p public.contratos_participantes
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"contrato_id":' || privado.json_de(p.contrato_id)
    || ',"creado_en":' || privado.json_de(p.creado_en)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"papel":' || privado.json_de(p.papel)
    || ',"pendiente":' || privado.json_de(p.pendiente) || '}';
end
$function$;

create or replace function privado.filas_que_no_cuadran (
  v_cadenas bigint[]
)
  returns table (
    cadena bigint,
    objeto text,
    falla text,
    campos text[]
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  with halladas as (
    select t.cadena, t.objeto, t.fila::jsonb as fila from privado.filas_de_contrato(v_cadenas) as t
    union all
    select t.cadena, t.objeto, t.fila::jsonb
    from unnest(v_cadenas) as u (cadena) cross join lateral privado.filas_de_empresa(nullif(-u.cadena, 0)) as t
    where u.cadena <= 0
  ), juntas as (
    select coalesce(h.cadena, c.cadena) as cadena, coalesce(h.objeto, c.objeto) as objeto, h.fila as hallada,
      nullif(c.fila, 'null'::jsonb) as contada
    from privado.filas_contadas(v_cadenas) as c
    full join halladas h on h.cadena = c.cadena and h.objeto = c.objeto
  )
  select j.cadena, j.objeto,
    case when j.hallada is null then 'falta' when j.contada is null then 'sobra'
      when d.cambiados is null then 'sin sal' else 'cambiada' end,
    coalesce(d.cambiados, d.sin_sal, '{}')
  from juntas j
  cross join lateral (
    -- Where the chain told of no text, any text is another, whatever its salt.
    select array_agg(e.key order by e.key) filter (where not e.borrado) as cambiados,
      array_agg(e.key order by e.key) filter (where e.borrado) as sin_sal
    from (
      select c.key, j.hallada ->> c.key = 'sin sal' and c.value <> 'null' as borrado
      from jsonb_each(j.contada) as c where j.hallada -> c.key is distinct from c.value and j.hallada is not null
    ) as e
  ) as d
  where (j.hallada is null) <> (j.contada is null) or not j.hallada @> j.contada
  union all
  select p.contrato_id, 'participante/' || p.empresa_id, 'cambiada', '{oculto}'
  from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
  where p.contrato_id = any (v_cadenas) and p.oculto <> (c.eliminado_en is not null or p.pendiente)
$function$;

create or replace function privado.frase_de_participante (
  v_op text,
  v_empresa bigint,
  v_pendiente boolean,
  v_contrato text
)
  returns text
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  es_suya constant boolean := coalesce(v_empresa = privado.mi_empresa(), false);
  frase constant text := case
    when v_op = 'UPDATE' and es_suya then '%2$s aceptó ser parte del contrato%3$s.'
    when v_op = 'UPDATE' then '%2$s es parte del contrato%3$s.'
    when v_op = 'INSERT' and v_pendiente then '%1$s propuso a %2$s asociarse al contrato%3$s.'
    when v_op = 'INSERT' then '%1$s asoció a %2$s al contrato%3$s.'
    when v_pendiente and es_suya then '%2$s no aceptó asociarse al contrato%3$s.'
    when es_suya then '%2$s dejó el contrato%3$s.'
    else '%1$s retiró a %2$s del contrato%3$s.' end;
begin
  return format(frase, privado.quien(), (select e.nombre from public.empresas e where e.id = v_empresa),
    coalesce(' ' || v_contrato, ''));
end
$function$;

create or replace function privado.marcar_eliminado (
  contrato bigint
)
  returns public.contratos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  fila public.contratos;
begin
  -- Not privado.exigir_contrato(): one that nobody accepted is deleted too.
  if auth.uid() is null or privado.participa(contrato) or privado.es_admin() then
    select * into fila from public.contratos c where c.id = contrato for no key update;
  end if;
  if fila.id is null or fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  if not privado.es_admin() then
    raise exception 'contrato_elimina_admin' using errcode = 'PT403',
      detail = 'Solo un administrador elimina un contrato.';
  end if;
  update public.contratos c set eliminado_en = clock_timestamp() where c.id = contrato returning * into fila;
  return fila;
end
$function$;

create or replace function privado.mis_bloqueos()
  returns bigint[]
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return array(select b.bloqueada_id from privado.bloqueos b where b.empresa_id = privado.mi_empresa());
end
$function$;

create or replace function privado.mis_propuestas (
  v_despues_de bigint,
  v_limite integer
)
  returns table (
    contrato_id bigint,
    codigo text,
    exportadora text,
    contraparte text,
    papel text,
    propone text,
    propuesto_en timestamp with time zone
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_cuenta();
  return query
    select c.id, c.codigo, x.nombre, k.nombre, p.papel, q.nombre, p.propuesto_en
    from privado.propuestas_de(privado.mi_empresa()) as p
    join public.contratos c on c.id = p.contrato_id
    join public.empresas x on x.id = c.exportadora_id
    join public.empresas k on k.id = c.contraparte_id
    left join public.empresas q on q.id = p.propone_id
    where c.id < coalesce(v_despues_de, 9223372036854775807)
    order by c.id desc limit least(greatest(v_limite, 1), 1001);
end
$function$;

create or replace function privado.mis_relaciones (
  v_estado text,
  v_despues_de bigint,
  v_limite integer
)
  returns SETOF json
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.mi_empresa();
begin
  perform privado.exigir_cuenta();
  return query
    select privado.relacion_json(r) from public.relaciones r
    where r.id < coalesce(v_despues_de, 9223372036854775807) and (v_estado is null or r.estado = v_estado)
      and (r.propone_id = mia or privado.es_admin()
        -- What was withdrawn before it was answered was never there.
        or (r.para_id = mia and r.estado <> 'retirada' and not privado.bloqueo(mia, r.propone_id)))
    order by r.id desc limit least(greatest(v_limite, 1), 1001);
end
$function$;

create or replace function privado.motivo_dicho (
  v_motivo text
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
declare
  dicho constant text := btrim(coalesce(v_motivo, ''), E' \t\r\n');
begin
  if length(dicho) not between 1 and 500 or not privado.es_texto_limpio(dicho, false) then
    raise exception 'propuesta_sin_motivo' using errcode = 'PT422',
      detail = 'Diga por qué, en 500 caracteres como máximo.', hint = 'motivo';
  end if;
  return dicho;
end
$function$;

create or replace function privado.nombre_de (
  v_empresa bigint,
  v_con bigint
)
  returns text
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select coalesce((select e.nombre from public.empresas e where e.id = v_empresa and e.id = v_con), 'Una empresa que invitó')
$function$;

create or replace function privado.notificar_empresa (
  v_empresa bigint,
  v_tipo text,
  v_texto text,
  v_datos jsonb
)
  returns void
  language sql
  security definer
  set search_path to ''
  AS $function$
  insert into public.notificaciones (usuario_id, tipo, texto, datos, en_app, push)
  select u.id, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from public.usuarios u
  join public.empresas e on e.id = u.empresa_id and e.activo
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.empresa_id = v_empresa and u.activo and u.id is distinct from auth.uid()
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
$function$;

create or replace function privado.ocultar_participantes()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  update public.contratos_participantes p set oculto = new.eliminado_en is not null or p.pendiente
  where p.contrato_id = new.id;
  return null;
end
$function$;

create or replace function privado.pedir_acuerdo()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := case when not privado.es_admin() then privado.mi_empresa() end;
  ambas boolean;
begin
  if auth.uid() is null then
    new.exportadora_acepto_en := coalesce(new.exportadora_acepto_en, new.creado_en);
    new.contraparte_acepto_en := coalesce(new.contraparte_acepto_en, new.creado_en);
    return new;
  elsif not privado.relacionadas(new.exportadora_id, new.contraparte_id) then
    new.estado := 'En revisión';
    -- Of one that an administrator makes nobody has said yes.
    new.propuesto_a := array_remove(array[new.exportadora_id, new.contraparte_id], mia);
    -- The turn of who proposes comes before that of the codes, which others wait for.
    if mia is not null then
      perform privado.tomar_propuestas(mia);
    end if;
  end if;
  ambas := new.estado <> 'En revisión';
  new.exportadora_acepto_en := case when ambas or mia = new.exportadora_id then clock_timestamp() end;
  new.contraparte_acepto_en := case when ambas or mia = new.contraparte_id then clock_timestamp() end;
  return new;
end
$function$;

create or replace function privado.pendientes_de (
  v_contrato bigint
)
  returns bigint[]
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  return array(
    select p.empresa_id from public.contratos_participantes p
    where p.contrato_id = v_contrato and p.pendiente and (privado.participa(v_contrato) or privado.es_admin()));
end
$function$;

create or replace function privado.proponer_a_proveedor()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if not exists (select from public.contratos c where c.id = new.contrato_id and c.propuesto_a is not null) then
    perform privado.proponer_contrato(new.contrato_id, new.empresa_id);
  end if;
  return null;
end
$function$;

create or replace function privado.proponer_contrato (
  v_contrato bigint,
  v_empresa bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if privado.es_admin() then
    perform privado.notificar_empresa(v_empresa, 'relacion', 'Un administrador de Triboka le propone un contrato.',
      jsonb_build_object('contrato', (select c.codigo from public.contratos c where c.id = v_contrato)));
  else
    perform privado.abrir_propuesta(privado.mi_empresa(), v_empresa, v_contrato => v_contrato);
  end if;
end
$function$;

create or replace function privado.proponer_relacion (
  v_empresa bigint,
  v_ruc text,
  v_correo text
)
  returns json
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  v_con constant bigint := (select e.id from public.empresas e where e.id = v_empresa and e.id <> mia and e.activo);
begin
  if num_nonnulls(v_empresa, v_ruc) <> 1 or (v_empresa is not null and v_con is null) then
    raise exception 'relacion_invalida' using errcode = 'PT422',
      detail = 'Diga una empresa activa que no sea la suya, o el RUC de otra.', hint = 'empresa_id';
  elsif v_ruc is not null and (
    not privado.ruc_valido(v_ruc) or exists (select from public.empresas e where e.id = mia and e.ruc = v_ruc)) then
    raise exception 'relacion_ruc_invalido' using errcode = 'PT422',
      detail = 'Debe ser el RUC válido de otra empresa: 13 dígitos.', hint = 'ruc';
  elsif privado.relacionadas(mia, coalesce(v_con, (select e.id from public.empresas e where e.ruc = v_ruc))) then
    raise exception 'relacion_ya_aceptada' using errcode = 'PT409', detail = 'Las dos empresas ya se aceptaron.';
  end if;
  return privado.relacion_json(privado.abrir_propuesta(mia, v_con, v_ruc, lower(btrim(v_correo))));
end
$function$;

create or replace function privado.propuestas_de (
  v_empresa bigint
)
  returns table (
    contrato_id bigint,
    papel text,
    relacion_id bigint,
    propone_id bigint,
    propuesto_en timestamp with time zone
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return query
    select p.contrato_id, p.papel, r.id, r.propone_id, coalesce(r.propuesta_en, p.creado_en)
    from public.contratos_participantes p
    join public.contratos c on c.id = p.contrato_id
    left join public.relaciones r on r.contrato_id = c.id and r.estado = 'propuesta' and v_empresa in (r.con_id, r.para_id)
    where p.empresa_id = v_empresa and p.pendiente and c.eliminado_en is null and c.rechazado_en is null
      and c.estado <> 'Cerrado' and case
        when r.id is not null then r.para_id is not distinct from v_empresa and not privado.bloqueo(v_empresa, r.propone_id)
        -- An administrator's; a related supplier's comes with the contract.
        else p.papel <> 'proveedor' or c.propuesto_a is null end;
end
$function$;

create or replace function privado.propuestas_por_dia()
  returns integer
  language sql
  stable
  set search_path to ''
  AS $function$
  select coalesce(nullif(current_setting('triboka.propuestas_por_dia', true), ''), '30')::int
$function$;

create or replace function privado.proteger_contrato()
  returns trigger
  language plpgsql
  set search_path to ''
  AS $function$
begin
  if (old.id, old.codigo, old.exportadora_id, old.contraparte_id, old.creado_por, old.creado_en)
    is distinct from (new.id, new.codigo, new.exportadora_id, new.contraparte_id, new.creado_por, new.creado_en) then
    raise exception 'contrato_inmutable' using errcode = 'PT409',
      detail = 'El código, las partes y el origen de un contrato no cambian.';
  end if;
  if old.eliminado_en is not null and auth.uid() is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  if old.rechazado_en is not null and (old.eliminado_en, old.archivo_pdf) is not distinct from (new.eliminado_en, new.archivo_pdf) then
    raise exception 'contrato_rechazado' using errcode = 'PT409',
      detail = 'Ese contrato no se aceptó, o se retiró: ya no cambia.';
  end if;
  -- Marking as deleted and noting the signed file are not edits; no client can write those columns.
  if old.estado = 'Cerrado' and new.estado = 'Cerrado'
    and (old.eliminado_en, old.archivo_pdf) is not distinct from (new.eliminado_en, new.archivo_pdf) then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return new;
end
$function$;

create or replace function privado.rechazar_contrato (
  v_contrato bigint,
  v_motivo text
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  p record;
begin
  select * into p from privado.tomar_propuesta(v_contrato, mia);
  v_motivo := privado.motivo_dicho(v_motivo);
  if not (p.parte).pendiente and ((p.parte).papel = 'proveedor' or (p.contrato).estado <> 'En revisión'
    or case mia when (p.contrato).exportadora_id then (p.contrato).exportadora_acepto_en
      else (p.contrato).contraparte_acepto_en end is not null) then
    raise exception 'contrato_ya_aceptado' using errcode = 'PT409',
      detail = 'Su empresa, o la otra, ya aceptó ese contrato.';
  end if;
  perform privado.rechazar_relacion(r, v_motivo) from public.relaciones r where r.id = p.relacion_id;
  perform privado.rechazar_por(v_contrato, mia, v_motivo);
end
$function$;

create or replace function privado.rechazar_por (
  v_contrato bigint,
  v_empresa bigint,
  v_motivo text
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  delete from public.contratos_participantes p
  where p.contrato_id = v_contrato and p.empresa_id = v_empresa and p.pendiente and p.papel = 'proveedor';
  if exists (
    select from public.contratos c
    where c.id = v_contrato and v_empresa in (c.exportadora_id, c.contraparte_id) and c.rechazado_en is null
  ) then
    perform privado.cerrar_propuesta(v_contrato, 'rechazado', v_motivo);
  end if;
end
$function$;

create or replace function privado.rechazar_relacion (
  r public.relaciones,
  v_motivo text
)
  returns public.relaciones
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  update public.relaciones x set estado = 'rechazada', motivo = v_motivo, respondida_por = auth.uid(),
    respondida_en = clock_timestamp()
  where x.id = r.id and x.estado = 'propuesta' returning * into r;
  if r.id is null then
    raise exception 'propuesta_respondida' using errcode = 'PT409', detail = 'Esa propuesta ya se respondió.';
  end if;
  perform privado.notificar_empresa(r.propone_id, 'relacion',
    format('%s no aceptó su propuesta.', privado.nombre_de(r.para_id, r.con_id)), jsonb_build_object('relacion_id', r.id));
  return r;
end
$function$;

create or replace function privado.recibir_propuestas()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  -- Of one proposer one is alive, also where an administrator corrects a RUC.
  update public.relaciones r set para_id = new.id
  where r.ruc = new.ruc and r.estado = 'propuesta' and r.para_id is null and r.propone_id <> new.id
    and not exists (
      select from public.relaciones x
      where least(x.propone_id, x.para_id) = least(r.propone_id, new.id)
        and greatest(x.propone_id, x.para_id) = greatest(r.propone_id, new.id) and x.para_id is not null
        and x.estado in ('propuesta', 'aceptada'));
  return null;
end
$function$;

create or replace function privado.relacion_json (
  r public.relaciones
)
  returns json
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  es_propia constant boolean := coalesce(r.propone_id = privado.mi_empresa(), false);
  es_suya constant boolean := es_propia or privado.es_admin();
begin
  return json_build_object(
    'id', r.id, 'estado', r.estado, 'propia', es_propia,
    'propone', (select json_build_object('id', e.id, 'nombre', e.nombre, 'tipo', e.tipo)
      from public.empresas e where e.id = r.propone_id),
    'con', (select json_build_object('id', e.id, 'nombre', e.nombre, 'tipo', e.tipo)
      from public.empresas e where e.id = case when es_propia then r.con_id else coalesce(r.con_id, r.para_id) end),
    'ruc', case when es_suya then r.ruc end, 'correo', case when es_suya then r.correo end,
    'contrato_id', r.contrato_id, 'motivo', r.motivo, 'propuesta_en', r.propuesta_en,
    'respondida_en', r.respondida_en, 'terminada_en', r.terminada_en);
end
$function$;

create or replace function privado.relacionadas (
  a bigint,
  b bigint
)
  returns boolean
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return exists (
    select from public.relaciones r
    where least(r.propone_id, r.para_id) = least(a, b) and greatest(r.propone_id, r.para_id) = greatest(a, b)
      and r.para_id is not null and r.estado = 'aceptada'
  );
end
$function$;

create or replace function privado.relacionar (
  v_una bigint,
  v_otra bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if privado.relacionadas(v_una, v_otra) then
    return;
  end if;
  update public.relaciones r set estado = 'aceptada', con_id = r.para_id, respondida_por = auth.uid(),
    respondida_en = clock_timestamp()
  where r.estado = 'propuesta' and r.para_id is not null and least(r.propone_id, r.para_id) = least(v_una, v_otra)
    and greatest(r.propone_id, r.para_id) = greatest(v_una, v_otra);
  if not found then
    insert into public.relaciones (propone_id, con_id, para_id, estado, respondida_por, respondida_en)
    values (v_una, v_otra, v_otra, 'aceptada', auth.uid(), clock_timestamp());
  end if;
end
$function$;

create or replace function privado.renovar_acuerdo()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := case when not privado.es_admin() then privado.mi_empresa() end;
begin
  if auth.uid() is not null then
    new.exportadora_acepto_en := case when mia = new.exportadora_id then clock_timestamp() end;
    new.contraparte_acepto_en := case when mia = new.contraparte_id then clock_timestamp() end;
  end if;
  return new;
end
$function$;

create or replace function privado.renovar_acuerdo_por_precio()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := case when not privado.es_admin() then privado.mi_empresa() end;
begin
  if auth.uid() is not null then
    update public.contratos c set
      exportadora_acepto_en = case when mia = c.exportadora_id then clock_timestamp() end,
      contraparte_acepto_en = case when mia = c.contraparte_id then clock_timestamp() end
    where c.id = new.contrato_id and c.estado = 'En revisión'
      and (c.modalidad_precio = 'fijo' or old.diferencial_tm is distinct from new.diferencial_tm);
  end if;
  return null;
end
$function$;

create or replace function privado.responder_relacion (
  v_id bigint,
  v_acepta boolean,
  v_motivo text
)
  returns json
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  r public.relaciones;
begin
  select * into r from public.relaciones x where x.id = v_id and x.para_id = mia and not privado.bloqueo(mia, x.propone_id);
  if r.id is null or r.estado = 'retirada' then
    raise exception 'relacion_no_existe' using errcode = 'PT404', detail = 'No existe esa relación.';
  elsif v_acepta is null then
    raise exception 'respuesta_invalida' using errcode = 'PT422', detail = 'Diga si acepta o no.', hint = 'acepta';
  elsif not v_acepta then
    v_motivo := privado.motivo_dicho(v_motivo);
  end if;
  perform privado.tomar_contrato(r.contrato_id);
  select * into r from public.relaciones x where x.id = v_id for no key update;
  if v_acepta then
    return privado.relacion_json(privado.aceptar_relacion(r));
  end if;
  r := privado.rechazar_relacion(r, v_motivo);
  perform privado.rechazar_por(r.contrato_id, mia, v_motivo);
  return privado.relacion_json(r);
end
$function$;

create or replace function privado.retirar_a_proveedor()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  update public.relaciones r set estado = 'retirada', terminada_por = auth.uid(), terminada_en = clock_timestamp()
  where r.contrato_id = old.contrato_id and r.con_id = old.empresa_id and r.estado = 'propuesta';
  return null;
end
$function$;

create or replace function privado.retirar_por (
  v_contrato bigint,
  v_empresa bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  delete from public.contratos_participantes p
  where p.contrato_id = v_contrato and p.empresa_id = v_empresa and p.pendiente and p.papel = 'proveedor';
  if exists (
    select from public.contratos c
    where c.id = v_contrato and v_empresa = any (c.propuesto_a) and c.rechazado_en is null
  ) then
    perform privado.cerrar_propuesta(v_contrato, 'retirado', null);
  end if;
end
$function$;

create or replace function privado.retirar_propuesta (
  v_contrato bigint
)
  returns public.contratos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  c public.contratos := privado.exigir_contrato(v_contrato, bloquear => true);
begin
  if privado.mi_rol() = 'proveedor' or mia not in (c.exportadora_id, c.contraparte_id) then
    raise exception 'retira_quien_propuso' using errcode = 'PT403',
      detail = 'Un contrato propuesto lo retira la empresa que lo propuso.';
  elsif c.estado <> 'En revisión'
    or (case mia when c.exportadora_id then c.contraparte_acepto_en else c.exportadora_acepto_en end) is not null then
    raise exception 'contrato_ya_aceptado' using errcode = 'PT409',
      detail = 'Su empresa, o la otra, ya aceptó ese contrato.';
  end if;
  update public.relaciones r set estado = 'retirada', terminada_por = auth.uid(), terminada_en = clock_timestamp()
  where r.contrato_id = c.id and r.propone_id = mia and r.estado = 'propuesta';
  perform privado.cerrar_propuesta(c.id, 'retirado', null);
  select * into c from public.contratos x where x.id = v_contrato;
  return c;
end
$function$;

create or replace function privado.retirar_proveedor()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato public.contratos;
begin
  -- Who was asked and says no is no party.
  if not (old.pendiente and old.empresa_id is not distinct from privado.mi_empresa()) then
    contrato := privado.exigir_contrato(old.contrato_id, bloquear => true);
  end if;
  if old.papel <> 'proveedor' then
    raise exception 'participante_fijo' using errcode = 'PT409',
      detail = 'La exportadora y la contraparte de un contrato no se retiran.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return old;
end
$function$;

create or replace function privado.sumar_contratos()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  cambiados bigint[];
begin
  select array_agg(n.id) into cambiados from nuevos n join viejos v on v.id = n.id
  where (n.volumen_tm, n.estado, n.calidad, n.fecha_entrega, n.fecha_firma, n.tolerancia_pct,
      n.modalidad_precio, n.eliminado_en, n.propuesto_a, n.rechazado_en)
    is distinct from (v.volumen_tm, v.estado, v.calidad, v.fecha_entrega, v.fecha_firma,
      v.tolerancia_pct, v.modalidad_precio, v.eliminado_en, v.propuesto_a, v.rechazado_en);
  if cambiados is null then
    return null;
  end if;
  perform privado.tomar_avances(cambiados);
  perform privado.anotar_kpis(array(
    select (s.signo, s.contrato, a, l, p.precio_fijado_tm)::privado.kpi_pieza
    from (
      select 1 as signo, n.id, n::public.contratos as contrato from nuevos n
      union all select -1, v.id, v::public.contratos from viejos v
    ) as s
    join public.avances a on a.contrato_id = s.id
    left join public.contratos_precios p on p.contrato_id = s.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all
      select l from public.lotes_asociados l where l.contrato_id = s.id and exists (
        select from nuevos n join viejos v on v.id = n.id
        where n.id = s.id and (n.calidad, n.eliminado_en, n.propuesto_a, n.rechazado_en)
          is distinct from (v.calidad, v.eliminado_en, v.propuesto_a, v.rechazado_en))
    ) as lotes
    where s.id = any (cambiados)));
  return null;
end
$function$;

create or replace function privado.sumar_partes()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  partes public.contratos_participantes[];
  contratos bigint[];
begin
  -- Who has not accepted to be party has nothing of it in its indicators.
  if tg_op = 'DELETE' then
    select array_agg(v::public.contratos_participantes), array_agg(v.contrato_id) into partes, contratos
    from viejos v where not v.pendiente;
  elsif tg_op = 'UPDATE' then
    select array_agg(n::public.contratos_participantes), array_agg(n.contrato_id) into partes, contratos
    from nuevos n join viejos v using (contrato_id, empresa_id) where v.pendiente and not n.pendiente;
  else
    select array_agg(n::public.contratos_participantes), array_agg(n.contrato_id) into partes, contratos
    from nuevos n where not n.pendiente;
  end if;
  if partes is null then
    return null;
  end if;
  perform privado.tomar_avances(contratos);
  perform privado.anotar_kpis(privado.piezas_kpi(contratos, case tg_op when 'DELETE' then -1 else 1 end), partes);
  return null;
end
$function$;

create or replace function privado.terminar_relacion (
  v_id bigint,
  v_motivo text
)
  returns json
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  mia constant bigint := privado.empresa_que_decide();
  r public.relaciones;
begin
  select * into r from public.relaciones x
  where x.id = v_id and (x.propone_id = mia or (x.para_id = mia and not privado.bloqueo(mia, x.propone_id)));
  if r.id is null or (r.estado = 'retirada' and r.propone_id <> mia) then
    raise exception 'relacion_no_existe' using errcode = 'PT404', detail = 'No existe esa relación.';
  end if;
  perform privado.tomar_contrato(r.contrato_id);
  select * into r from public.relaciones x where x.id = v_id for no key update;
  if r.estado = 'propuesta' and r.propone_id = mia then
    perform privado.retirar_por(r.contrato_id, r.con_id);
    update public.relaciones x set estado = 'retirada', terminada_por = auth.uid(), terminada_en = clock_timestamp()
    where x.id = r.id returning * into r;
  elsif r.estado = 'aceptada' then
    update public.relaciones x set estado = 'terminada', motivo = case when v_motivo is not null then privado.motivo_dicho(v_motivo) end,
      terminada_por = auth.uid(), terminada_en = clock_timestamp()
    where x.id = r.id returning * into r;
    perform privado.notificar_empresa(case r.propone_id when mia then r.con_id else r.propone_id end, 'relacion',
      format('%s terminó la relación.', (select e.nombre from public.empresas e where e.id = mia)),
      jsonb_build_object('relacion_id', r.id));
  else
    raise exception 'relacion_no_viva' using errcode = 'PT409',
      detail = 'Esa relación ya terminó, o es una propuesta por responder.';
  end if;
  return privado.relacion_json(r);
end
$function$;

create or replace function privado.tipos_de_aviso()
  returns text[]
  language sql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
  select '{contrato,documento,lote,participante,mensaje,precio,respaldo,relacion}'::text[]
$function$;

create or replace function privado.tomar_contrato (
  v_contrato bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform from public.contratos c where c.id = v_contrato for no key update;
end
$function$;

create or replace function privado.tomar_propuesta (
  v_contrato bigint,
  v_empresa bigint,
  OUT contrato public.contratos,
  OUT parte public.contratos_participantes,
  OUT relacion_id bigint
)
  returns record
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  esperaba constant boolean := exists (select from privado.propuestas_de(v_empresa) q where q.contrato_id = v_contrato);
begin
  if esperaba or privado.participa(v_contrato) then
    select * into contrato from public.contratos c where c.id = v_contrato for no key update;
    select * into parte from public.contratos_participantes p
    where p.contrato_id = v_contrato and p.empresa_id = v_empresa;
    select q.relacion_id into relacion_id from privado.propuestas_de(v_empresa) q where q.contrato_id = v_contrato;
  end if;
  if contrato.id is null or contrato.eliminado_en is not null or parte.contrato_id is null
    or (parte.pendiente and contrato.rechazado_como = 'retirado') then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  elsif contrato.rechazado_en is not null then
    raise exception 'contrato_rechazado' using errcode = 'PT409',
      detail = 'Ese contrato no se aceptó, o se retiró: ya no cambia.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
end
$function$;

create or replace function privado.tomar_propuestas (
  v_empresa bigint
)
  returns void
  language plpgsql
  set search_path to ''
  AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('propuestas ' || v_empresa, 0));
end
$function$;

create or replace function privado.validar_fijacion()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  perform privado.tomar_precio(contrato.id);
  contrato := privado.exigir_contrato(contrato.id, bloquear => true);
  if auth.uid() is not null and not privado.es_admin() and (
    privado.mi_rol() = 'proveedor' or privado.mi_empresa() not in (contrato.exportadora_id, contrato.contraparte_id)) then
    raise exception 'fijacion_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio que firma o un administrador fija precios.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.propuesto_a is not null then
    raise exception 'contrato_propuesto' using errcode = 'PT409',
      detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
  end if;
  if tg_op = 'UPDATE' then
    if old.anulada_en is not null then
      raise exception 'fijacion_anulada' using errcode = 'PT409', detail = 'Esa fijación ya está anulada.';
    -- No client writes these: the other side confirmed it, or nobody did in time.
    elsif new.confirmada_en is distinct from old.confirmada_en or new.anulada_en is not null then
      return new;
    elsif old.confirmada_por is not null and auth.uid() is not null and not privado.es_admin() then
      raise exception 'fijacion_confirmada' using errcode = 'PT409',
        detail = 'La otra parte ya confirmó esa fijación: una sola no la anula.';
    elsif new.motivo is null then
      raise exception 'fijacion_sin_motivo' using errcode = 'PT422',
        detail = 'Una fijación se anula diciendo por qué.', hint = 'motivo';
    end if;
    new.anulada_en := clock_timestamp();
    new.anulada_por := auth.uid();
    return new;
  end if;
  perform privado.vencer_fijaciones(contrato.id);
  if contrato.modalidad_precio <> 'por fijar' then
    raise exception 'contrato_precio_fijo' using errcode = 'PT409', detail = 'El precio de este contrato no es por fijar.';
  elsif new.fecha > privado.hoy() then
    raise exception 'fijacion_futura' using errcode = 'PT422', detail = 'No se fija con fecha futura.', hint = 'fecha';
  elsif new.ny > 0 and new.ny + new.diferencial <= 0 then
    raise exception 'fijacion_sin_precio' using errcode = 'PT422',
      detail = 'Nueva York más el diferencial debe ser mayor que 0.', hint = 'diferencial';
  elsif auth.uid() is not null and new.diferencial <> (
    select p.diferencial_tm from public.contratos_precios p where p.contrato_id = contrato.id) then
    raise exception 'fijacion_otro_diferencial' using errcode = 'PT409',
      detail = 'El diferencial es el acordado en el contrato: otro se acuerda con una enmienda.', hint = 'diferencial';
  elsif privado.tm_fijadas(contrato.id) + new.tm > contrato.volumen_tm then
    raise exception 'fijacion_excede_volumen' using errcode = 'PT409',
      detail = 'Lo fijado pasaría del volumen del contrato.', hint = 'tm';
  end if;
  new.creado_por := coalesce(auth.uid(), new.creado_por);
  new.empresa_id := coalesce(privado.mi_parte(contrato), new.empresa_id);
  if contrato.dias_confirmacion = 0 or auth.uid() is null then
    new.confirmada_en := clock_timestamp();
  elsif new.empresa_id is null then
    raise exception 'fijacion_de_las_partes' using errcode = 'PT403',
      detail = 'En este contrato una parte fija y la otra confirma, nadie por ellas.';
  else
    new.vence_en := clock_timestamp() + contrato.dias_confirmacion * interval '1 day';
  end if;
  return new;
end
$function$;

create or replace function privado.validar_lote()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  -- Whether it closes, and what is summed of it: all who write its lots wait for each other.
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'lote_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador registra lotes.';
  end if;
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.propuesto_a is not null then
    raise exception 'contrato_propuesto' using errcode = 'PT409',
      detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
  end if;
  return new;
end
$function$;

create or replace function privado.validar_proveedor()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'participante_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador asocia proveedores.';
  end if;
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  new.pendiente := false;
  if not exists (
    select from public.empresas e where e.id = new.empresa_id and e.activo and e.tipo = 'proveedor'
  ) then
    raise exception 'proveedor_invalido' using errcode = 'PT422',
      detail = 'Solo se asocia a un contrato una empresa proveedora activa.', hint = 'proveedores';
  end if;
  if exists (
    select from public.contratos_participantes p
    where p.contrato_id = new.contrato_id and p.empresa_id = new.empresa_id
  ) then
    raise exception 'proveedor_repetido' using errcode = 'PT409',
      detail = 'Esa empresa ya es parte del contrato.', hint = 'proveedores';
  end if;
  -- One that its proposer has not been accepted by is asked. Of a contract that itself waits for an answer nobody is
  -- asked anything: who is related joins when it is accepted.
  if auth.uid() is not null then
    if privado.relacionadas(new.empresa_id, privado.mi_empresa()) or (privado.es_admin() and (
      privado.relacionadas(new.empresa_id, contrato.exportadora_id)
      or privado.relacionadas(new.empresa_id, contrato.contraparte_id))) then
      new.pendiente := contrato.propuesto_a is not null;
    elsif contrato.propuesto_a is not null then
      raise exception 'contrato_propuesto' using errcode = 'PT409',
        detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
    else
      new.pendiente := true;
    end if;
  end if;
  new.oculto := new.pendiente;
  return new;
end
$function$;

create or replace function public.aceptar_contrato (
  contrato_id bigint,
  version timestamp with time zone default null::timestamp with time zone
)
  returns public.contratos
  language sql
  set search_path to ''
  AS $function$
  select privado.aceptar_contrato(contrato_id, version)
$function$;

create or replace function public.bloquear_empresa (
  empresa_id bigint
)
  returns void
  language sql
  set search_path to ''
  AS $function$
  select privado.bloquear_empresa(empresa_id)
$function$;

create or replace function public.dejar_contrato (
  contrato_id bigint
)
  returns void
  language sql
  set search_path to ''
  AS $function$
  select privado.dejar_contrato(contrato_id)
$function$;

create or replace function public.desbloquear_empresa (
  empresa_id bigint
)
  returns void
  language sql
  set search_path to ''
  AS $function$
  select privado.desbloquear_empresa(empresa_id)
$function$;

create or replace function public.empresas_bloqueadas()
  returns table (
    id bigint,
    nombre text,
    bloqueada_en timestamp with time zone
  )
  language sql
  stable
  set search_path to ''
  AS $function$
  select * from privado.empresas_bloqueadas()
$function$;

create or replace function public.kpis (
  desde date default null::date,
  hasta date default null::date,
  agrupar text default 'mes'::text,
  dias integer default 15,
  empresa bigint default null::bigint
)
  returns json
  language plpgsql
  stable
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
declare
  tm constant numeric := 0.045359237;
  hoy constant date := privado.hoy();
  fin constant date := date_trunc('month', coalesce(hasta, hoy))::date;
  inicio constant date := coalesce(date_trunc('month', desde)::date, fin - interval '11 months');
begin
  perform privado.exigir_cuenta();
  if inicio > fin or fin >= inicio + interval '120 months' then
    raise exception 'kpis_periodo_invalido' using errcode = 'PT422',
      detail = 'El período va de un mes a otro posterior, y abarca 120 meses como máximo.', hint = 'desde';
  elsif coalesce(agrupar, '') not in ('mes', 'contraparte', 'calidad') then
    raise exception 'kpis_grupo_invalido' using errcode = 'PT422',
      detail = 'Se agrupa por mes, contraparte o calidad.', hint = 'agrupar';
  elsif dias is null or dias not between 0 and 365 then
    raise exception 'kpis_dias_invalidos' using errcode = 'PT422', detail = 'De 0 a 365 días.', hint = 'dias';
  elsif not privado.es_admin() then
    if empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    empresa := privado.mi_empresa();
  end if;
  return (
    with celdas as materialized (
      -- Of all the companies, a contract counts once: by its exporter. One branch runs, never both.
      select k.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd from public.kpis_totales k
      where empresa is not null and k.empresa_id = empresa and k.grupo = agrupar and (
        k.fecha = 'infinity' or (k.medida in ('contratado', 'entregado', 'vendido', 'sin_precio') and k.fecha between inicio and fin))
      union all
      select k.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd from public.kpis_totales k
      where empresa is null and k.papel = 'exportadora' and k.grupo = agrupar and (
        k.fecha = 'infinity' or (k.medida in ('contratado', 'entregado', 'vendido', 'sin_precio') and k.fecha between inicio and fin))
    ),
    vencen as materialized (
      select k.fecha, k.n, k.cantidad from public.kpis_totales k
      where empresa is not null and k.empresa_id = empresa and k.grupo = 'mes' and k.medida = 'vence' and k.fecha <= hoy + dias
      union all
      select k.fecha, k.n, k.cantidad from public.kpis_totales k
      where empresa is null and k.papel = 'exportadora' and k.grupo = 'mes' and k.medida = 'vence' and k.fecha <= hoy + dias
    ),
    ahora as (
      select medida, sum(n)::bigint as n, sum(cantidad) as cantidad from celdas where fecha = 'infinity' group by 1
    ),
    llaves as (
      select case when agrupar <> 'mes' then clave when fecha < 'infinity' then to_char(fecha, 'YYYY-MM') end as llave, celdas.*
      from celdas
      union all
      select to_char(m, 'YYYY-MM'), '', '', m::date, 0, 0, 0, 0, 0
      from generate_series(inicio, fin, interval '1 month') as m where agrupar = 'mes'
    ),
    sumas as (
      select grouping(llave) = 1 as es_total, llave, bool_or(n <> 0) as tiene,
        coalesce(sum(cantidad) filter (where medida = 'contratado'), 0) as contratado,
        coalesce(sum(cantidad) filter (where medida = 'entregado'), 0) as entregado,
        coalesce(sum(inicial_qq), 0) as inicial, coalesce(sum(humedad_qq), 0) as humedad,
        coalesce(sum(cantidad) filter (where medida = 'vendido'), 0) as vendido, coalesce(sum(usd), 0) as usd,
        coalesce(sum(cantidad) filter (where medida = 'sin_precio'), 0) as sin_precio,
        coalesce(sum(cantidad) filter (where medida in ('En tránsito', 'Recibido', 'Secado')), 0) as stock,
        coalesce(sum(cantidad) filter (where medida = 'abierta'), 0) as abierta
      from llaves group by grouping sets ((llave), ())
    ),
    filas as (
      select coalesce(llave, '') as clave,
        case when es_total then null when agrupar = 'contraparte' then e.nombre when llave = '' then 'Sin calidad' else llave end as nombre,
        round(contratado, 4) as contratado_tm, round(entregado, 4) as entregado_qq, round(entregado * tm, 4) as entregado_tm,
        round(humedad / nullif(entregado, 0), 4) as humedad_promedio,
        round(100 * (inicial - entregado) / nullif(inicial, 0), 4) as merma_pct,
        round(vendido * tm, 4) as vendido_tm, round(usd, 2) as ventas_usd, round(sin_precio * tm, 4) as sin_precio_tm,
        -- What there is now is of no month.
        case when es_total or agrupar <> 'mes' then round(stock, 4) end as stock_qq,
        case when es_total or agrupar <> 'mes' then round(stock * tm, 4) end as stock_tm,
        case when es_total or agrupar <> 'mes' then round(abierta, 4) end as abierta_tm
      from sumas left join public.empresas e on e.id = case when agrupar = 'contraparte' then llave::bigint end
      where es_total or (llave is not null and (tiene or agrupar = 'mes'))
    ),
    total as (select f.* from filas f where f.nombre is null),
    grupos as (select f.* from filas f where f.nombre is not null)
    select json_build_object(
      'desde', to_char(inicio, 'YYYY-MM'), 'hasta', to_char(fin, 'YYYY-MM'), 'agrupar', agrupar, 'empresa', empresa,
      'stock', (
        select json_agg(json_build_object('estado', s.estado, 'lotes', coalesce(a.n, 0), 'qq', coalesce(round(a.cantidad, 4), 0),
          'tm', coalesce(round(a.cantidad * tm, 4), 0)) order by s.orden)
        from unnest('{En tránsito,Recibido,Secado,Exportado}'::text[]) with ordinality as s (estado, orden)
        left join ahora a on a.medida = s.estado),
      'contratos', json_build_object(
        'estados', (
          select json_agg(json_build_object('estado', s.estado, 'contratos', coalesce(a.n, 0),
            'tm', coalesce(round(a.cantidad, 4), 0)) order by s.orden)
          from unnest('{En revisión,Activo,Cerrado}'::text[]) with ordinality as s (estado, orden)
          left join ahora a on a.medida = s.estado),
        'borradores', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
          'tm', coalesce(round(sum(cantidad), 4), 0)) from ahora where medida = 'borrador'),
        'por_vencer', (select json_build_object('dias', dias, 'contratos', coalesce(sum(n), 0)::bigint,
          'pendiente_tm', coalesce(round(sum(cantidad), 4), 0)) from vencen where fecha >= hoy),
        'atrasados', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
          'pendiente_tm', coalesce(round(sum(cantidad), 4), 0)) from vencen where fecha < hoy)),
      'posicion_abierta', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
        'tm', coalesce(round(sum(cantidad), 4), 0)) from ahora where medida = 'abierta'),
      'total', (select row_to_json(t) from total t),
      'grupos', coalesce((select json_agg(row_to_json(g) order by g.clave) from grupos g), '[]'),
      'series', (
        select json_agg(json_build_object('nombre', s.nombre, 'unidad', s.unidad, 'puntos', coalesce(s.puntos, '[]')))
        from (
          select 'Contratado' as nombre, 'TM' as unidad, json_agg(json_build_array(g.nombre, contratado_tm) order by clave) as puntos from grupos g
          union all select 'Entregado', 'TM', json_agg(json_build_array(g.nombre, entregado_tm) order by clave) from grupos g
          union all select 'Ventas', 'USD', json_agg(json_build_array(g.nombre, ventas_usd) order by clave) from grupos g
          union all select 'Humedad', '%', json_agg(json_build_array(g.nombre, humedad_promedio) order by clave) from grupos g
          union all select 'Merma', '%', json_agg(json_build_array(g.nombre, merma_pct) order by clave) from grupos g
        ) as s)
    )
  );
end
$function$;

create or replace function public.mis_propuestas (
  despues_de bigint default null::bigint,
  limite integer default 20
)
  returns table (
    contrato_id bigint,
    codigo text,
    exportadora text,
    contraparte text,
    papel text,
    propone text,
    propuesto_en timestamp with time zone
  )
  language sql
  stable
  set search_path to ''
  AS $function$
  select * from privado.mis_propuestas(despues_de, limite)
$function$;

create or replace function public.mis_relaciones (
  estado text default null::text,
  despues_de bigint default null::bigint,
  limite integer default 20
)
  returns SETOF json
  language sql
  stable
  set search_path to ''
  AS $function$
  select * from privado.mis_relaciones(estado, despues_de, limite)
$function$;

create or replace function public.proponer_relacion (
  empresa_id bigint default null::bigint,
  ruc text default null::text,
  correo text default null::text
)
  returns json
  language sql
  set search_path to ''
  AS $function$
  select privado.proponer_relacion(empresa_id, ruc, correo)
$function$;

create or replace function public.rechazar_contrato (
  contrato_id bigint,
  motivo text
)
  returns void
  language sql
  set search_path to ''
  AS $function$
  select privado.rechazar_contrato(contrato_id, motivo)
$function$;

create or replace function public.responder_relacion (
  id bigint,
  acepta boolean,
  motivo text default null::text
)
  returns json
  language sql
  set search_path to ''
  AS $function$
  select privado.responder_relacion(id, acepta, motivo)
$function$;

create or replace function public.retirar_propuesta (
  contrato_id bigint
)
  returns public.contratos
  language sql
  set search_path to ''
  AS $function$
  select privado.retirar_propuesta(contrato_id)
$function$;

create or replace function public.terminar_relacion (
  id bigint,
  motivo text default null::text
)
  returns json
  language sql
  set search_path to ''
  AS $function$
  select privado.terminar_relacion(id, motivo)
$function$;

alter table privado.bloqueos
  add constraint bloqueos_bloqueada_id_fkey foreign key (bloqueada_id) references public.empresas(id)
    on delete restrict;

alter table privado.bloqueos
  add constraint bloqueos_creado_por_fkey foreign key (creado_por) references public.usuarios(id) on delete set null;

alter table privado.bloqueos
  add constraint bloqueos_empresa_id_fkey foreign key (empresa_id) references public.empresas(id) on delete restrict;

-- Old rows.
insert into public.relaciones (propone_id, con_id, para_id, estado, propuesta_en, respondida_en)
select x.una, x.otra, x.otra, 'aceptada', min(x.creado_en), now()
from (
  select p.empresa_id as una, q.empresa_id as otra, c.creado_en
  from public.contratos c
  join public.contratos_participantes p on p.contrato_id = c.id
  join public.contratos_participantes q on q.contrato_id = c.id and q.empresa_id > p.empresa_id
  -- Two suppliers of a contract do not know each other by it.
  where c.eliminado_en is null and not (p.papel = 'proveedor' and q.papel = 'proveedor')
) as x
group by x.una, x.otra;

alter table public.contratos disable trigger user;
update public.contratos c set
  exportadora_acepto_en = case when c.estado <> 'En revisión' or d.empresa_id is null or d.empresa_id = c.exportadora_id
    then c.creado_en end,
  contraparte_acepto_en = case when c.estado <> 'En revisión' or d.empresa_id is null or d.empresa_id = c.contraparte_id
    then c.creado_en end
from public.contratos x left join public.usuarios d on d.id = x.creado_por and d.rol <> 'admin'
where x.id = c.id;
alter table public.contratos enable trigger user;

alter table public.contratos
  add constraint contratos_acuerdo_coherente
    check
    ((((estado = 'En revisión'::text) OR ((propuesto_a IS NULL) AND (rechazado_en IS NULL) AND (exportadora_acepto_en
    IS NOT NULL) AND (contraparte_acepto_en IS
    NOT NULL))) AND ((rechazado_en IS NULL) = (rechazado_como IS NULL)) AND
    ((rechazo_motivo IS NULL) OR (rechazado_en IS NOT NULL))));

alter table public.contratos
  add constraint contratos_rechazado_como_valido
    check ((rechazado_como = ANY (ARRAY['rechazado'::text, 'retirado'::text])));

alter table public.notificaciones
  add constraint notificaciones_contrato_id_valido
    check (((contrato_id IS NULL) = (tipo = ANY (ARRAY['precio'::text, 'respaldo'::text, 'relacion'::text]))));

alter table public.notificaciones
  add constraint notificaciones_tipo_valido
    check ((tipo = ANY ('{contrato,documento,lote,participante,mensaje,precio,respaldo,relacion}'::text[])));

alter table public.relaciones
  add constraint relaciones_con_id_fkey foreign key (con_id) references public.empresas(id) on delete restrict;

alter table public.relaciones
  add constraint relaciones_contrato_id_fkey foreign key (contrato_id) references public.contratos(id)
    on delete restrict;

alter table public.relaciones
  add constraint relaciones_para_id_fkey foreign key (para_id) references public.empresas(id) on delete restrict;

alter table public.relaciones
  add constraint relaciones_propone_id_fkey foreign key (propone_id) references public.empresas(id)
    on delete restrict;

alter table public.relaciones
  add constraint relaciones_propuesta_por_fkey foreign key (propuesta_por) references public.usuarios(id)
    on delete restrict;

alter table public.relaciones
  add constraint relaciones_respondida_por_fkey foreign key (respondida_por) references public.usuarios(id)
    on delete restrict;

alter table public.relaciones
  add constraint relaciones_terminada_por_fkey foreign key (terminada_por) references public.usuarios(id)
    on delete restrict;

create view public.kpis_contratos with (security_invoker=true) AS  SELECT c.id,
    c.codigo,
    c.exportadora_id,
    c.contraparte_id,
    c.calidad,
    c.estado,
    c.fecha_entrega,
    c.tolerancia_pct,
    c.volumen_tm AS contratado_tm,
    a.lotes,
    t.entregado_tm,
    round((a.exportado_qq * 0.045359237), 4) AS exportado_tm,
    GREATEST((c.volumen_tm - t.entregado_tm), (0)::numeric) AS pendiente_tm,
    round((((100)::numeric * t.entregado_tm) / c.volumen_tm), 2) AS avance_pct,
    GREATEST((t.entregado_tm - round((c.volumen_tm * ((1)::numeric + (c.tolerancia_pct / (100)::numeric))), 4)), (0)::numeric) AS sobre_tolerancia_tm,
    (t.entregado_tm >= round((c.volumen_tm * ((1)::numeric - (c.tolerancia_pct / (100)::numeric))), 4)) AS entregado,
        CASE
            WHEN ((c.estado <> 'Cerrado'::text) AND (t.entregado_tm < round((c.volumen_tm * ((1)::numeric - (c.tolerancia_pct / (100)::numeric))), 4))) THEN GREATEST((t.hoy - c.fecha_entrega), 0)
            ELSE NULL::integer
        END AS dias_atraso
   FROM ((public.contratos c
     JOIN public.avances a ON ((a.contrato_id = c.id)))
     CROSS JOIN LATERAL ( SELECT round((a.recibido_qq * 0.045359237), 4) AS entregado_tm,
            ((now() AT TIME ZONE 'America/Guayaquil'::text))::date AS hoy) t)
  WHERE ((c.eliminado_en IS NULL) AND (c.propuesto_a IS NULL) AND (c.rechazado_en IS NULL));

create index bloqueos_bloqueada_idx on privado.bloqueos using btree (bloqueada_id);
create index bloqueos_creado_por_idx on privado.bloqueos using btree (creado_por);

create index contratos_participantes_pendiente_idx on public.contratos_participantes
  using btree (empresa_id, contrato_id desc)
  where pendiente;

create index relaciones_con_idx on public.relaciones using btree (con_id);
create index relaciones_contrato_idx on public.relaciones using btree (contrato_id);
create index relaciones_para_idx on public.relaciones using btree (para_id, id desc);
create index relaciones_propone_idx on public.relaciones using btree (propone_id, id desc);

create unique index relaciones_propuesta_key on public.relaciones using btree (propone_id, con_id, ruc) nulls
  not DISTINCT
  where (estado = 'propuesta'::text);

create index relaciones_propuesta_por_idx on public.relaciones using btree (propuesta_por);
create index relaciones_respondida_por_idx on public.relaciones using btree (respondida_por);

create index relaciones_ruc_idx on public.relaciones using btree (ruc)
  where (estado = 'propuesta'::text);

create index relaciones_terminada_por_idx on public.relaciones using btree (terminada_por);

create unique index relaciones_viva_key on public.relaciones
  using btree (LEAST(propone_id, para_id), GREATEST(propone_id, para_id))
  where ((estado = ANY (ARRAY['propuesta'::text, 'aceptada'::text])) AND (para_id is not null));

create trigger _120_renovar_acuerdo before update on public.contratos
  for each row when (
    old.estado = 'En revisión'
    and (old.volumen_tm, old.calidad, old.fecha_entrega, old.tolerancia_pct, old.modalidad_precio, old.cierre,
      old.dias_confirmacion)
      is distinct from (new.volumen_tm, new.calidad, new.fecha_entrega, new.tolerancia_pct, new.modalidad_precio, new.cierre,
      new.dias_confirmacion))
  execute function privado.renovar_acuerdo();

create trigger _350_pedir_acuerdo
  before insert on public.contratos
  for each row
  execute function privado.pedir_acuerdo();

create trigger _500_proponer
  after insert on public.contratos_participantes
  for each row
  when (((new.papel = 'proveedor'::text) AND new.pendiente))
  execute function privado.proponer_a_proveedor();

create trigger _510_retirar_propuesta
  after delete on public.contratos_participantes
  for each row
  when (old.pendiente)
  execute function privado.retirar_a_proveedor();

create trigger _610_contar_llegada
  after update on public.contratos_participantes
  for each row
  when ((old.pendiente AND (NOT new.pendiente)))
  execute function privado.contar_participante();

create trigger _720_notificar_llegada
  after update on public.contratos_participantes
  for each row
  when ((old.pendiente AND (NOT new.pendiente)))
  execute function privado.avisar_de_participante();

create trigger _820_sumar_llegada
  after update on public.contratos_participantes referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.sumar_partes();

create trigger _990_encadenar_cambio after update on public.contratos_participantes
  for each row when (
    (old.contrato_id, old.empresa_id, old.papel, old.creado_en, old.pendiente)
      is distinct from (new.contrato_id, new.empresa_id, new.papel, new.creado_en, new.pendiente))
  execute function privado.encadenar_participante();

create trigger _400_renovar_acuerdo
  after update on public.contratos_precios
  for each row
  when
    (((old.precio_fijado_tm IS DISTINCT FROM new.precio_fijado_tm) OR (old.diferencial_tm IS DISTINCT FROM
    new.diferencial_tm)))
  execute function privado.renovar_acuerdo_por_precio();

create trigger _500_recibir_propuestas
  after insert or update of ruc on public.empresas
  for each row
  execute function privado.recibir_propuestas();

create policy select_participante on public.contratos
  for select
  to authenticated
  using
    ((((eliminado_en is null) AND (((( select privado.mi_empresa() as mi_empresa) = ANY (ARRAY[exportadora_id,
    contraparte_id])) AND
    ((propuesto_a is null) or (( select privado.mi_empresa() as mi_empresa) <> all (propuesto_a)))) or
    ((( select privado.mi_rol() as mi_rol) = 'proveedor'::text) AND (exists ( select
   from privado.mis_contratos m
  where (m.contrato_id = contratos.id)))))) or ( select privado.es_admin() as es_admin)));

create policy update_parte on public.contratos
  for update
  to authenticated
  using
    ((( select privado.es_admin() as es_admin) or ((eliminado_en is null) AND ((propuesto_a is null) or (( select
    privado.mi_empresa() as mi_empresa) <> all (propuesto_a))) AND
    (((( select privado.mi_rol() as mi_rol) = 'exportadora'::text) AND (exportadora_id = ( select privado.mi_empresa()
    as mi_empresa))) or
    ((( select privado.mi_rol() as mi_rol) = 'centro_acopio'::text) AND (contraparte_id = ( select
    privado.mi_empresa() as mi_empresa)))))));

create policy select_propia on public.relaciones
  for select
  to authenticated
  using
    (((propone_id = ( select privado.mi_empresa() as mi_empresa)) or ((para_id = ( select privado.mi_empresa() as
    mi_empresa)) AND (estado <> 'retirada'::text) AND
    (propone_id <> all (( select privado.mis_bloqueos() as mis_bloqueos)::bigint[]))) or
    ( select privado.es_admin() as es_admin)));

comment on column public.contratos.contraparte_acepto_en is 'Cuándo aceptó la contraparte los términos, como están.';
comment on column public.contratos.exportadora_acepto_en is 'Cuándo aceptó la exportadora los términos, como están.';
comment on column public.contratos.propuesto_a is 'Qué empresas de las que firman no aceptaron todavía ser parte; nulo, a ninguna se espera.';
comment on column public.contratos.rechazado_como is 'rechazado por la otra parte, o retirado por quien lo propuso.';
comment on column public.contratos.rechazado_en is 'Cuándo no se aceptó, o se retiró: queda En revisión y no recibe nada.';
comment on column public.contratos_participantes.oculto is 'Cierto cuando el contrato fue eliminado, o la empresa no aceptó todavía ser parte: para ella no está.';
comment on column public.contratos_participantes.pendiente is 'Se le propuso ser parte y no ha aceptado.';
comment on column public.relaciones.avisada is 'Si la otra empresa recibió un aviso de ella.';
comment on column public.relaciones.con_id is 'La otra empresa; si se la invitó por su RUC, nula hasta que acepta.';
comment on column public.relaciones.contrato_id is 'El contrato que espera la respuesta.';
comment on column public.relaciones.para_id is 'A qué empresa le llega; nula si a ninguna. No se lee.';
comment on column public.relaciones.ruc is 'Con qué RUC se la invitó; lo lee quien propuso.';
comment on function privado.abrir_contrato(bigint, bigint) is 'Una empresa es parte, desde ahora, del contrato que se le propuso.';
comment on function privado.abrir_propuesta(bigint, bigint, text, text, bigint) is 'Propone a una empresa, o a un RUC, trabajar juntas o un contrato; le llega y se le avisa una vez.';
comment on function privado.aceptar_contrato(bigint, timestamp with time zone) is 'La empresa del usuario acepta un contrato, y a quien se lo propuso.';
comment on function privado.aceptar_relacion(public.relaciones) is 'Acepta una propuesta: las empresas quedan relacionadas y su contrato se abre a quien aceptó.';
comment on function privado.anotar_partes() is 'Disparador: exportadora y contraparte son parte del contrato, o se les pregunta.';
comment on function privado.bloquear_empresa(bigint) is 'Bloquea a una empresa por la del usuario.';
comment on function privado.bloqueo(bigint, bigint) is '¿Bloqueó la primera empresa a la segunda?';
comment on function privado.cerrar_propuesta(bigint, text, text) is 'Un contrato que no se aceptó, o se retiró: se queda En revisión y no recibe nada más.';
comment on function privado.contar_participante() is 'Disparador: proveedores propuestos, asociados y retirados, en la conversación.';
comment on function privado.contrato_por_responder(text) is 'El contrato de ese código, si la empresa del usuario es parte o se le propone.';
comment on function privado.dejar_contrato(bigint) is 'La empresa proveedora del usuario deja un contrato.';
comment on function privado.desbloquear_empresa(bigint) is 'Deja de bloquear a una empresa.';
comment on function privado.empresa_que_decide() is 'La empresa por la que el usuario puede decir que sí o que no.';
comment on function privado.empresas_bloqueadas() is 'Empresas que bloqueó la del usuario.';
comment on function privado.exigir_acuerdo(public.contratos) is 'El contrato, si las dos partes aceptaron sus términos como están; si no, el error que dice cuál falta.';
comment on function privado.ficha_empresa(bigint) is 'Datos de una empresa, si es la propia o se aceptaron.';
comment on function privado.frase_de_participante(text, bigint, boolean, text) is 'Qué pasó con un participante, dicho para las personas.';
comment on function privado.mis_bloqueos() is 'Empresas que bloqueó la del usuario.';
comment on function privado.mis_propuestas(bigint, integer) is 'Página de los contratos que esperan la respuesta del usuario.';
comment on function privado.mis_relaciones(text, bigint, integer) is 'Página de las relaciones del usuario, de la última a la primera.';
comment on function privado.motivo_dicho(text) is 'Por qué se dice que no, limpio; o el error de quien no lo dijo.';
comment on function privado.nombre_de(bigint, bigint) is 'El nombre de una empresa, si quien propuso lo conoce.';
comment on function privado.notificar_empresa(bigint, text, text, jsonb) is 'Avisa a los usuarios activos de una empresa.';
comment on function privado.pedir_acuerdo() is 'Disparador: quién aceptó un contrato nuevo y a quién se le propone.';
comment on function privado.pendientes_de(bigint) is 'Empresas a las que se pregunta si son parte de un contrato.';
comment on function privado.proponer_a_proveedor() is 'Disparador: a un proveedor sin relación se le pregunta si se asocia.';
comment on function privado.proponer_contrato(bigint, bigint) is 'Pregunta a una empresa si acepta ser parte de un contrato.';
comment on function privado.proponer_relacion(bigint, text, text) is 'Propone una relación por la empresa del usuario.';
comment on function privado.propuestas_de(bigint) is 'Contratos que esperan la respuesta de una empresa.';
comment on function privado.propuestas_por_dia() is 'Cuántas propuestas hace una empresa en un día: 30, o triboka.propuestas_por_dia donde la base lo fija.';
comment on function privado.rechazar_contrato(bigint, text) is 'La empresa del usuario no acepta un contrato.';
comment on function privado.rechazar_por(bigint, bigint, text) is 'Una empresa no acepta ser parte de un contrato.';
comment on function privado.rechazar_relacion(public.relaciones, text) is 'Rechaza una propuesta, diciendo por qué.';
comment on function privado.recibir_propuestas() is 'Disparador: a una empresa nueva le llega lo que se propuso a su RUC.';
comment on function privado.relacion_json(public.relaciones) is 'Una relación, como la ve el usuario.';
comment on function privado.relacionadas(bigint, bigint) is '¿Se aceptaron estas dos empresas?';
comment on function privado.relacionar(bigint, bigint) is 'Dos empresas que aceptaron un mismo contrato se aceptaron.';
comment on function privado.renovar_acuerdo() is 'Disparador: quien cambia los términos en revisión los acepta así, y la otra parte todavía no.';
comment on function privado.renovar_acuerdo_por_precio() is 'Disparador: quien cambia el precio en revisión lo acepta así, y la otra parte todavía no.';
comment on function privado.responder_relacion(bigint, boolean, text) is 'Acepta o rechaza una propuesta, y su contrato.';
comment on function privado.retirar_a_proveedor() is 'Disparador: a quien se retira antes de responder ya no se le pregunta.';
comment on function privado.retirar_por(bigint, bigint) is 'Ya no se pregunta a una empresa si es parte de un contrato.';
comment on function privado.retirar_propuesta(bigint) is 'Retira un contrato que la otra parte no ha aceptado.';
comment on function privado.terminar_relacion(bigint, text) is 'Retira una propuesta propia, o termina una relación; los contratos en curso siguen.';
comment on function privado.tomar_contrato(bigint) is 'Toma un contrato hasta el fin de la transacción.';
comment on function privado.tomar_propuesta(bigint, bigint) is 'El contrato al que una empresa puede responder, tomado; y lo que es en él.';
comment on function privado.tomar_propuestas(bigint) is 'Turno de una empresa para proponer, hasta el fin de la transacción.';
comment on function public.aceptar_contrato(bigint, timestamp with time zone) is 'Acepta un contrato: ser parte de él y, si lo firma, sus términos como están; si se da la versión leída (actualizado_en), esos y no otros. Con el sí de ambas partes queda Activo.';
comment on function public.bloquear_empresa(bigint) is 'Bloquea a otra empresa: no le llegan más sus propuestas ni sus contratos, y ella no lo sabe. Termina su relación.';
comment on function public.dejar_contrato(bigint) is 'La empresa proveedora deja de ser parte de un contrato, si ningún lote con documentos suyos queda por exportar.';
comment on function public.desbloquear_empresa(bigint) is 'Deja de bloquear a una empresa.';
comment on function public.empresas_bloqueadas() is 'Empresas que bloqueó la del usuario, la última primero.';
comment on function public.ficha_empresa(bigint) is 'Datos de una empresa con su RUC: la propia, o una con la que hay una relación aceptada.';
comment on function public.mis_propuestas(bigint, integer) is 'Contratos que otros proponen a la empresa, con los nombres y nada más; del último al primero.';
comment on function public.mis_relaciones(text, bigint, integer) is 'Relaciones de la empresa: las propuestas, recibidas y enviadas, las aceptadas y las que terminaron; de la última a la primera.';
comment on function public.proponer_relacion(bigint, text, text) is 'Propone a otra empresa trabajar juntas: una del directorio, o la de un RUC, esté o no en Triboka.';
comment on function public.rechazar_contrato(bigint, text) is 'No acepta un contrato, diciendo por qué: el de quien iba a firmarlo queda sin efecto; al de un proveedor no se asocia.';
comment on function public.responder_relacion(bigint, boolean, text) is 'Acepta o rechaza la propuesta de otra empresa. Si lleva un contrato, aceptarla lo abre para leerlo; rechazarla, lo rechaza.';
comment on function public.retirar_propuesta(bigint) is 'Retira un contrato que la otra parte no ha aceptado.';
comment on function public.terminar_relacion(bigint, text) is 'Retira una propuesta propia o termina una relación. Los contratos en curso siguen; los nuevos se proponen otra vez.';
comment on table privado.bloqueos is 'Empresas de las que otra no quiere saber: no le llegan sus propuestas.';
comment on table public.relaciones is 'Qué empresas aceptaron trabajar juntas: quién lo propuso, qué se respondió y cuándo.';
comment on view public.kpis_contratos is 'Avance de cada contrato: contratado, entregado, pendiente, sobre la tolerancia y días de atraso.';

alter table public.contratos
  add constraint contratos_rechazo_motivo_valido check (((rechazo_motivo = btrim(rechazo_motivo, E' \t\r\n'::text)) AND ((length(rechazo_motivo) >= 1) AND (length(rechazo_motivo) <= 500)) AND privado.es_texto_limpio(rechazo_motivo, false)));

revoke all on function privado.abrir_contrato(v_contrato bigint, v_empresa bigint) from public;
revoke all on function privado.abrir_propuesta(v_de bigint, v_con bigint, v_ruc text, v_correo text, v_contrato bigint) from public;
revoke all on function privado.aceptar_contrato(v_contrato bigint, v_version timestamp with time zone) from public;
revoke all on function privado.aceptar_relacion(r public.relaciones) from public;
revoke all on function privado.bloquear_empresa(v_empresa bigint) from public;
revoke all on function privado.bloqueo(de bigint, a bigint) from public;
revoke all on function privado.cerrar_propuesta(v_contrato bigint, v_como text, v_motivo text) from public;
revoke all on function privado.contrato_por_responder(v_codigo text) from public;
revoke all on function privado.dejar_contrato(v_contrato bigint) from public;
revoke all on function privado.desbloquear_empresa(v_empresa bigint) from public;
revoke all on function privado.empresa_que_decide() from public;
revoke all on function privado.empresas_bloqueadas() from public;
revoke all on function privado.exigir_acuerdo(contrato public.contratos) from public;
revoke all on function privado.frase_de_participante(v_op text, v_empresa bigint, v_pendiente boolean, v_contrato text) from public;
revoke all on function privado.mis_bloqueos() from public;
revoke all on function privado.mis_propuestas(v_despues_de bigint, v_limite integer) from public;
revoke all on function privado.mis_relaciones(v_estado text, v_despues_de bigint, v_limite integer) from public;
revoke all on function privado.motivo_dicho(v_motivo text) from public;
revoke all on function privado.nombre_de(v_empresa bigint, v_con bigint) from public;
revoke all on function privado.notificar_empresa(v_empresa bigint, v_tipo text, v_texto text, v_datos jsonb) from public;
revoke all on function privado.pedir_acuerdo() from public;
revoke all on function privado.pendientes_de(v_contrato bigint) from public;
revoke all on function privado.proponer_a_proveedor() from public;
revoke all on function privado.proponer_contrato(v_contrato bigint, v_empresa bigint) from public;
revoke all on function privado.proponer_relacion(v_empresa bigint, v_ruc text, v_correo text) from public;
revoke all on function privado.propuestas_de(v_empresa bigint) from public;
revoke all on function privado.propuestas_por_dia() from public;
revoke all on function privado.rechazar_contrato(v_contrato bigint, v_motivo text) from public;
revoke all on function privado.rechazar_por(v_contrato bigint, v_empresa bigint, v_motivo text) from public;
revoke all on function privado.rechazar_relacion(r public.relaciones, v_motivo text) from public;
revoke all on function privado.recibir_propuestas() from public;
revoke all on function privado.relacion_json(r public.relaciones) from public;
revoke all on function privado.relacionadas(a bigint, b bigint) from public;
revoke all on function privado.relacionar(v_una bigint, v_otra bigint) from public;
revoke all on function privado.renovar_acuerdo() from public;
revoke all on function privado.renovar_acuerdo_por_precio() from public;
revoke all on function privado.responder_relacion(v_id bigint, v_acepta boolean, v_motivo text) from public;
revoke all on function privado.retirar_a_proveedor() from public;
revoke all on function privado.retirar_por(v_contrato bigint, v_empresa bigint) from public;
revoke all on function privado.retirar_propuesta(v_contrato bigint) from public;
revoke all on function privado.terminar_relacion(v_id bigint, v_motivo text) from public;
revoke all on function privado.tomar_contrato(v_contrato bigint) from public;
revoke all on function privado.tomar_propuesta(v_contrato bigint, v_empresa bigint, OUT contrato public.contratos, OUT parte public.contratos_participantes, OUT relacion_id bigint) from public;
revoke all on function privado.tomar_propuestas(v_empresa bigint) from public;
revoke all on function public.aceptar_contrato(contrato_id bigint, version timestamp with time zone) from public, anon, service_role;
revoke all on function public.bloquear_empresa(empresa_id bigint) from public, anon, service_role;
revoke all on function public.dejar_contrato(contrato_id bigint) from public, anon, service_role;
revoke all on function public.desbloquear_empresa(empresa_id bigint) from public, anon, service_role;
revoke all on function public.empresas_bloqueadas() from public, anon, service_role;
revoke all on function public.mis_propuestas(despues_de bigint, limite integer) from public, anon, service_role;
revoke all on function public.mis_relaciones(estado text, despues_de bigint, limite integer) from public, anon, service_role;
revoke all on function public.proponer_relacion(empresa_id bigint, ruc text, correo text) from public, anon, service_role;
revoke all on function public.rechazar_contrato(contrato_id bigint, motivo text) from public, anon, service_role;
revoke all on function public.responder_relacion(id bigint, acepta boolean, motivo text) from public, anon, service_role;
revoke all on function public.retirar_propuesta(contrato_id bigint) from public, anon, service_role;
revoke all on function public.terminar_relacion(id bigint, motivo text) from public, anon, service_role;
revoke all on sequence public.relaciones_id_seq from anon, authenticated, service_role;
revoke all on table public.relaciones from anon, authenticated, service_role;
revoke all on table public.kpis_contratos from anon, authenticated, service_role;
grant select (con_id) on table public.relaciones to authenticated;
grant select (contrato_id) on table public.relaciones to authenticated;
grant select (estado) on table public.relaciones to authenticated;
grant select (id) on table public.relaciones to authenticated;
grant select (motivo) on table public.relaciones to authenticated;
grant select (propone_id) on table public.relaciones to authenticated;
grant select (propuesta_en) on table public.relaciones to authenticated;
grant select (respondida_en) on table public.relaciones to authenticated;
grant select (terminada_en) on table public.relaciones to authenticated;
grant execute on function privado.aceptar_contrato(v_contrato bigint, v_version timestamp with time zone) to authenticated;
grant execute on function privado.bloquear_empresa(v_empresa bigint) to authenticated;
grant execute on function privado.contrato_por_responder(v_codigo text) to authenticated;
grant execute on function privado.dejar_contrato(v_contrato bigint) to authenticated;
grant execute on function privado.desbloquear_empresa(v_empresa bigint) to authenticated;
grant execute on function privado.empresas_bloqueadas() to authenticated;
grant execute on function privado.mis_bloqueos() to authenticated;
grant execute on function privado.mis_propuestas(v_despues_de bigint, v_limite integer) to authenticated;
grant execute on function privado.mis_relaciones(v_estado text, v_despues_de bigint, v_limite integer) to authenticated;
grant execute on function privado.pendientes_de(v_contrato bigint) to authenticated;
grant execute on function privado.proponer_relacion(v_empresa bigint, v_ruc text, v_correo text) to authenticated;
grant execute on function privado.rechazar_contrato(v_contrato bigint, v_motivo text) to authenticated;
grant execute on function privado.responder_relacion(v_id bigint, v_acepta boolean, v_motivo text) to authenticated;
grant execute on function privado.retirar_propuesta(v_contrato bigint) to authenticated;
grant execute on function privado.terminar_relacion(v_id bigint, v_motivo text) to authenticated;
grant execute on function public.aceptar_contrato(contrato_id bigint, version timestamp with time zone) to authenticated;
grant execute on function public.bloquear_empresa(empresa_id bigint) to authenticated;
grant execute on function public.dejar_contrato(contrato_id bigint) to authenticated;
grant execute on function public.desbloquear_empresa(empresa_id bigint) to authenticated;
grant execute on function public.empresas_bloqueadas() to authenticated;
grant execute on function public.mis_propuestas(despues_de bigint, limite integer) to authenticated;
grant execute on function public.mis_relaciones(estado text, despues_de bigint, limite integer) to authenticated;
grant execute on function public.proponer_relacion(empresa_id bigint, ruc text, correo text) to authenticated;
grant execute on function public.rechazar_contrato(contrato_id bigint, motivo text) to authenticated;
grant execute on function public.responder_relacion(id bigint, acepta boolean, motivo text) to authenticated;
grant execute on function public.retirar_propuesta(contrato_id bigint) to authenticated;
grant execute on function public.terminar_relacion(id bigint, motivo text) to authenticated;
grant select on table public.kpis_contratos to authenticated;
reset check_function_bodies;
