-- One side proposes an amendment, or takes it back; and what nobody answered in time lapses.

create function privado.exigir_parte(contrato public.contratos) returns void
language plpgsql stable set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  if privado.mi_parte(contrato) is null then
    raise exception 'enmienda_de_las_partes' using errcode = 'PT403',
      detail = 'Una enmienda la propone una de las dos partes que firman y la acepta la otra, nadie por ellas.';
  end if;
end
$$;
comment on function privado.exigir_parte(public.contratos) is
  'Nada, si el usuario firma por una de las partes del contrato; si no, enmienda_de_las_partes.';

-- The price before the contract (privado.tomar_precio); who is not party to it waits for neither.
create function privado.tomar_terminos(v_contrato bigint) returns public.contratos
language plpgsql volatile set search_path = '' as $$
begin
  perform privado.exigir_contrato(v_contrato);
  perform privado.tomar_precio(v_contrato);
  return privado.exigir_contrato(v_contrato, bloquear => true);
end
$$;
comment on function privado.tomar_terminos(bigint) is
  'El contrato, tomado con su precio hasta el fin de la transacción; si no es del usuario, contrato_no_existe.';

-- The price, then the contract. @returns false, if it should not wait and would have to.
create function privado.tomar_por_turno(v_contrato bigint, sin_esperar boolean) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  if not sin_esperar then
    perform privado.tomar_precio(v_contrato);
    perform from public.contratos c where c.id = v_contrato for no key update;
    return true;
  end if;
  perform from public.contratos_precios p where p.contrato_id = v_contrato for no key update skip locked;
  if not found then
    return false;
  end if;
  perform from public.contratos c where c.id = v_contrato for no key update skip locked;
  return found;
end
$$;
comment on function privado.tomar_por_turno(bigint, boolean) is
  'Toma un contrato con su precio, que va antes; sin esperar, dice si pudo.';
revoke all on function privado.tomar_por_turno(bigint, boolean) from public;

-- The price and the contract first, as all who write on them. Without a contract it goes through all, and waits for
-- nobody: what somebody else holds now is left for the next minute.
create function privado.vencer_enmiendas(v_contrato bigint default null) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  vieja public.enmiendas;
  vencidas integer := 0;
begin
  for vieja in
    select * from public.enmiendas e
    where e.estado = 'propuesta' and e.vence_en <= clock_timestamp() and e.contrato_id = coalesce(v_contrato, e.contrato_id)
    order by e.contrato_id limit 500
  loop
    continue when not privado.tomar_por_turno(vieja.contrato_id, v_contrato is null);
    update public.enmiendas e set estado = 'vencida', respondida_en = clock_timestamp()
    where e.id = vieja.id and e.estado = 'propuesta';
    vencidas := vencidas + found::int;
  end loop;
  return vencidas;
end
$$;
comment on function privado.vencer_enmiendas(bigint) is
  'Marca como vencidas las enmiendas que nadie respondió a tiempo; da cuántas.';

-- The price goes with what is to be fixed: it is no longer a term; to say the average again changes nothing.
create function privado.cambios_de(contrato public.contratos, cambios jsonb) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  antes constant jsonb := privado.terminos(contrato);
  despues jsonb := antes || cambios;
begin
  if despues ->> 'modalidad_precio' = 'por fijar' and (not cambios ? 'precio_fijado_tm'
    or (cambios ->> 'precio_fijado_tm')::numeric is not distinct from privado.precio_promedio(contrato.id)) then
    despues := despues || '{"precio_fijado_tm": null}';
  end if;
  return (select jsonb_object_agg(d.campo, d.despues) from privado.diferencias(antes, despues) as d);
end
$$;
comment on function privado.cambios_de(public.contratos, jsonb) is
  'De unos cambios, los que lo son para los términos de ese contrato; null si ninguno.';

create function privado.proponer_enmienda(v_contrato bigint, v_cambios jsonb, v_nota text) returns public.enmiendas
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.tomar_terminos(v_contrato);
  cambios jsonb;
  propuesta public.enmiendas;
begin
  perform privado.exigir_parte(contrato);
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.estado <> 'Activo' then
    raise exception 'enmienda_en_revision' using errcode = 'PT409',
      detail = 'En revisión los términos se editan. Las enmiendas son de un contrato Activo.';
  end if;
  perform privado.vencer_enmiendas(contrato.id);
  if exists (select from public.enmiendas e where e.contrato_id = contrato.id and e.estado = 'propuesta') then
    raise exception 'enmienda_pendiente' using errcode = 'PT409',
      detail = 'Ya hay una enmienda sin responder: se responde o se retira antes de proponer otra.';
  end if;
  cambios := privado.cambios_de(contrato, privado.leer_cambios(v_cambios));
  if cambios is null then
    raise exception 'enmienda_sin_cambios' using errcode = 'PT422',
      detail = 'Una enmienda dice qué términos cambian, y a qué.', hint = 'cambios';
  end if;
  perform privado.ensayar_terminos(contrato, cambios);
  insert into public.enmiendas (contrato_id, n, de_version, cambios, nota, propuesta_por, propuesta_empresa)
  values (
    contrato.id, (select coalesce(max(e.n), 0) + 1 from public.enmiendas e where e.contrato_id = contrato.id),
    privado.version_vigente(contrato.id), cambios, nullif(btrim(v_nota, E' \t\r\n'), ''), auth.uid(),
    privado.mi_parte(contrato))
  returning * into propuesta;
  return propuesta;
end
$$;
comment on function privado.proponer_enmienda(bigint, jsonb, text) is
  'Propone un cambio de los términos de un contrato Activo.';

-- Of an edition: what of it are terms, and changes them. Whoever sends back what it read proposes nothing.
create function privado.proponer_edicion(v_contrato bigint, v_cambios jsonb) returns public.enmiendas
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(v_contrato);
  terminos constant jsonb := privado.leer_cambios(coalesce((
    select jsonb_object_agg(e.key, e.value) from jsonb_each(v_cambios) as e
    where e.key = any (privado.terminos_esenciales())), '{}'));
begin
  if privado.cambios_de(contrato, terminos) is not null then
    return privado.proponer_enmienda(v_contrato, terminos, null);
  end if;
  return null;
end
$$;
comment on function privado.proponer_edicion(bigint, jsonb) is
  'Propone a la otra parte los términos que una edición cambia; null si no cambia ninguno.';

create function privado.retirar_enmienda(v_id bigint) returns public.enmiendas
language plpgsql volatile security definer set search_path = '' as $$
declare
  enmienda public.enmiendas := privado.exigir_enmienda_abierta(v_id);
begin
  if enmienda.propuesta_empresa <> privado.mi_empresa() then
    raise exception 'enmienda_ajena' using errcode = 'PT403', detail = 'Una enmienda la retira la parte que la propuso.';
  end if;
  update public.enmiendas e
  set estado = 'retirada', respondida_por = auth.uid(), respondida_empresa = privado.mi_empresa(),
    respondida_en = clock_timestamp()
  where e.id = v_id returning * into enmienda;
  return enmienda;
end
$$;
comment on function privado.retirar_enmienda(bigint) is 'Retira una enmienda que propuso la empresa del usuario.';

revoke all on function privado.exigir_parte(public.contratos), privado.vencer_enmiendas(bigint),
  privado.tomar_terminos(bigint), privado.cambios_de(public.contratos, jsonb),
  privado.proponer_enmienda(bigint, jsonb, text), privado.proponer_edicion(bigint, jsonb),
  privado.retirar_enmienda(bigint) from public;
grant execute on function privado.proponer_enmienda(bigint, jsonb, text), privado.proponer_edicion(bigint, jsonb),
  privado.retirar_enmienda(bigint) to authenticated;
grant execute on function privado.vencer_enmiendas(bigint) to service_role;
