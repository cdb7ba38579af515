-- Why: who proposed an amendment, or fixed, does not answer it for the other side, though it works there now.
-- Touches: privado.responder_enmienda, privado.responder_fijacion.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.responder_enmienda (
  v_id bigint,
  v_acepta boolean,
  v_motivo text
)
  returns public.enmiendas
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  enmienda public.enmiendas := privado.exigir_enmienda_abierta(v_id);
  contrato constant public.contratos := privado.exigir_contrato(enmienda.contrato_id);
begin
  -- Nor whoever proposed it and works for the other side now.
  if enmienda.propuesta_empresa = privado.mi_empresa() or enmienda.propuesta_por = auth.uid() then
    raise exception 'enmienda_propia' using errcode = 'PT403', detail = 'Una enmienda la responde la otra parte.';
  elsif v_acepta is null then
    raise exception 'enmienda_sin_respuesta' using errcode = 'PT422', detail = 'Diga si la acepta o no.', hint = 'acepta';
  elsif not v_acepta and coalesce(btrim(v_motivo, E' \t\r\n'), '') = '' then
    raise exception 'enmienda_sin_motivo' using errcode = 'PT422',
      detail = 'Una enmienda se rechaza diciendo por qué.', hint = 'motivo';
  elsif v_acepta and contrato.estado <> 'Activo' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif v_acepta and enmienda.de_version <> privado.version_vigente(contrato.id) then
    raise exception 'enmienda_de_otra_version' using errcode = 'PT409',
      detail = 'Los términos cambiaron después de que se propuso: se retira y se propone otra.';
  end if;
  update public.enmiendas e
  set estado = case when v_acepta then 'aceptada' else 'rechazada' end, respondida_por = auth.uid(),
    respondida_empresa = privado.mi_empresa(), respondida_en = clock_timestamp(),
    motivo = case when not v_acepta then btrim(v_motivo, E' \t\r\n') end
  where e.id = v_id returning * into enmienda;
  if v_acepta then
    perform privado.aplicar_terminos(contrato, enmienda.cambios, v_id);
    perform privado.versionar(contrato.id, v_id);
  end if;
  return enmienda;
end
$function$;

create or replace function privado.responder_fijacion (
  v_id bigint,
  v_acepta boolean,
  v_motivo text
)
  returns public.fijaciones
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  fijacion public.fijaciones;
  contrato public.contratos;
begin
  perform privado.exigir_cuenta();
  select f.* into fijacion from public.fijaciones f
  where f.id = v_id and (
    exists (select from privado.mis_firmas m where m.contrato_id = f.contrato_id) or privado.es_admin());
  if fijacion.id is null then
    raise exception 'fijacion_no_existe' using errcode = 'PT404', detail = 'No existe esa fijación en el contrato.';
  end if;
  contrato := privado.tomar_terminos(fijacion.contrato_id);
  select f.* into fijacion from public.fijaciones f where f.id = v_id;
  if privado.mi_parte(contrato) is null or fijacion.empresa_id = privado.mi_parte(contrato)
    or fijacion.creado_por = auth.uid() then
    raise exception 'fijacion_de_las_partes' using errcode = 'PT403',
      detail = 'En este contrato una parte fija y la otra confirma, nadie por ellas.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif fijacion.anulada_en is not null then
    raise exception 'fijacion_anulada' using errcode = 'PT409', detail = 'Esa fijación ya está anulada.';
  elsif fijacion.confirmada_en is not null then
    raise exception 'fijacion_firme' using errcode = 'PT409', detail = 'Esa fijación no espera confirmación.';
  elsif fijacion.vence_en <= clock_timestamp() then
    raise exception 'fijacion_vencida' using errcode = 'PT409', detail = 'Esa fijación venció sin confirmar: se fija otra vez.';
  elsif v_acepta is null then
    raise exception 'fijacion_sin_respuesta' using errcode = 'PT422', detail = 'Diga si la confirma o no.', hint = 'acepta';
  elsif v_acepta then
    update public.fijaciones f set confirmada_en = clock_timestamp(), confirmada_por = auth.uid()
    where f.id = v_id returning * into fijacion;
  else
    update public.fijaciones f set motivo = nullif(btrim(v_motivo, E' \t\r\n'), '') where f.id = v_id returning * into fijacion;
  end if;
  return fijacion;
end
$function$;

reset check_function_bodies;
