-- Why: a relation that one side ended came back when the other accepted an old contract in review; what was asked with a
--   contract that is deleted or closed could not be withdrawn, refused or blocked; and a fixing that lapsed in a contract
--   that was withdrawn stopped the task of all.
-- Touches: privado.aceptar_contrato, privado.mis_relaciones, privado.rechazar_por, privado.relacionar,
--   privado.retirar_por, privado.retirar_proveedor, privado.vencer_fijaciones.
-- Destructive: no.

set check_function_bodies = off;

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
  -- Who was party already accepts terms, and no relation: one that ended comes back by a proposal alone.
  if (p.parte).pendiente and c.propuesto_a is null then
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
  todas constant boolean := privado.es_admin();
  bloqueadas constant bigint[] := privado.mis_bloqueos();
begin
  perform privado.exigir_cuenta();
  return query
    select privado.relacion_json(r) from public.relaciones r
    where r.id < coalesce(v_despues_de, 9223372036854775807) and (v_estado is null or r.estado = v_estado)
      and (r.propone_id = mia or todas
        -- What was withdrawn before it was answered was never there.
        or (r.para_id = mia and r.estado <> 'retirada' and r.propone_id <> all (bloqueadas)))
    order by r.id desc limit least(greatest(v_limite, 1), 1001);
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
      and c.eliminado_en is null
  ) then
    perform privado.cerrar_propuesta(v_contrato, 'rechazado', v_motivo);
  end if;
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
  if privado.relacionadas(v_una, v_otra) or privado.bloqueo(v_una, v_otra) or privado.bloqueo(v_otra, v_una) then
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
    where c.id = v_contrato and v_empresa = any (c.propuesto_a) and c.rechazado_en is null and c.eliminado_en is null
  ) then
    perform privado.cerrar_propuesta(v_contrato, 'retirado', null);
  end if;
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
  -- Who was only asked is no party: the question ends whatever became of the contract.
  if not old.pendiente then
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

create or replace function privado.vencer_fijaciones (
  v_contrato bigint default null::bigint
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  vieja public.fijaciones;
  vencidas integer := 0;
begin
  for vieja in
    -- Of a closed contract nothing changes, until it is reopened; of one that was refused or withdrawn, never.
    select f.* from public.fijaciones f
    join public.contratos c on c.id = f.contrato_id and c.estado <> 'Cerrado' and c.eliminado_en is null
      and c.rechazado_en is null
    where f.confirmada_en is null and f.anulada_en is null and f.vence_en <= clock_timestamp()
      and f.contrato_id = coalesce(v_contrato, f.contrato_id)
    order by f.contrato_id, f.id limit 500
  loop
    perform privado.tomar_precio(vieja.contrato_id);
    perform from public.contratos c where c.id = vieja.contrato_id for no key update;
    update public.fijaciones f set motivo = 'Venció sin confirmar.', anulada_en = clock_timestamp()
    where f.id = vieja.id and f.confirmada_en is null and f.anulada_en is null;
    vencidas := vencidas + found::int;
  end loop;
  return vencidas;
end
$function$;

reset check_function_bodies;
