-- The other side answers an amendment: the moment that it accepts, the terms are the new ones.

-- Whoever does not sign the contract is told that there is no such amendment. The contract is taken before the row of
-- the amendment is read: of two who answer, the second sees what the first said.
create function privado.exigir_enmienda_abierta(v_id bigint) returns public.enmiendas
language plpgsql volatile security definer set search_path = '' as $$
declare
  enmienda public.enmiendas;
begin
  perform privado.exigir_cuenta();
  select e.* into enmienda from public.enmiendas e
  where e.id = v_id and (
    exists (select from privado.mis_firmas m where m.contrato_id = e.contrato_id) or privado.es_admin());
  if enmienda.id is null then
    raise exception 'enmienda_no_existe' using errcode = 'PT404', detail = 'No existe esa enmienda en el contrato.';
  end if;
  perform privado.exigir_parte(privado.tomar_terminos(enmienda.contrato_id));
  select e.* into enmienda from public.enmiendas e where e.id = v_id;
  if enmienda.estado <> 'propuesta' then
    raise exception 'enmienda_respondida' using errcode = 'PT409', detail = 'Esa enmienda ya no espera respuesta.';
  elsif enmienda.vence_en <= clock_timestamp() then
    raise exception 'enmienda_vencida' using errcode = 'PT409',
      detail = 'Esa enmienda venció sin respuesta: se propone otra.';
  end if;
  return enmienda;
end
$$;
comment on function privado.exigir_enmienda_abierta(bigint) is
  'La enmienda, con su contrato tomado, si espera respuesta y el usuario firma por una de las partes.';

create function privado.responder_enmienda(v_id bigint, v_acepta boolean, v_motivo text) returns public.enmiendas
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.responder_enmienda(bigint, boolean, text) is
  'Acepta o rechaza la enmienda que propuso la otra parte.';

create function public.proponer_enmienda(contrato_id bigint, cambios jsonb, nota text default null)
returns public.enmiendas
language sql volatile security invoker set search_path = '' as $$
  select privado.proponer_enmienda(contrato_id, cambios, nota)
$$;
comment on function public.proponer_enmienda(bigint, jsonb, text) is
  'Propone a la otra parte un cambio de los términos de un contrato Activo: {"volumen_tm": "250"}. Vence en 30 días.';

create function public.responder_enmienda(id bigint, acepta boolean, motivo text default null)
returns public.enmiendas
language sql volatile security invoker set search_path = '' as $$
  select privado.responder_enmienda(id, acepta, motivo)
$$;
comment on function public.responder_enmienda(bigint, boolean, text) is
  'Acepta la enmienda que propuso la otra parte, y entonces rige; o la rechaza, diciendo por qué.';

create function public.retirar_enmienda(id bigint) returns public.enmiendas
language sql volatile security invoker set search_path = '' as $$
  select privado.retirar_enmienda(id)
$$;
comment on function public.retirar_enmienda(bigint) is 'Retira una enmienda que propuso la empresa del usuario.';

revoke all on function privado.exigir_enmienda_abierta(bigint), privado.responder_enmienda(bigint, boolean, text)
  from public;
grant execute on function privado.responder_enmienda(bigint, boolean, text) to authenticated;
revoke all on function public.proponer_enmienda(bigint, jsonb, text), public.responder_enmienda(bigint, boolean, text),
  public.retirar_enmienda(bigint) from public, anon, service_role;
grant execute on function public.proponer_enmienda(bigint, jsonb, text),
  public.responder_enmienda(bigint, boolean, text), public.retirar_enmienda(bigint) to authenticated;
