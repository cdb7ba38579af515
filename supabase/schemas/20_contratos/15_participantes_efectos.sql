-- What follows when a company joins a contract or leaves it: the conversation and the people tell it, the channels are
-- closed to who left, the indicators are of who is party.

-- What happened, for the conversation and for the notices, which name the contract.
create function privado.frase_de_participante(
  v_op text, v_empresa bigint, v_pendiente boolean, v_contrato text
) returns text
language plpgsql stable security definer set search_path = '' as $$
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
$$;
comment on function privado.frase_de_participante(text, bigint, boolean, text) is
  'Qué pasó con un participante, dicho para las personas.';

create function privado.contar_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  parte constant public.contratos_participantes := case tg_op when 'DELETE' then old else new end;
begin
  insert into public.mensajes (contrato_id, tipo, texto)
  values (parte.contrato_id, 'sistema', privado.frase_de_participante(tg_op, parte.empresa_id, parte.pendiente, null));
  return null;
end
$$;
comment on function privado.contar_participante() is
  'Disparador: proveedores propuestos, asociados y retirados, en la conversación.';

-- Who joins or leaves is told too: once it left it is no party. Who has only been asked is told by the proposal.
create function privado.avisar_de_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function privado.avisar_de_participante() is
  'Disparador: proveedores asociados y retirados, avisados a las otras partes y a ellos.';

-- Whoever leaves a contract stops hearing its channels at once, not when its token is renewed: see
-- privado.reautorizar_canales(). Who is added needs no notice: it joins when it wants.
create function privado.reautorizar_canal() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', 'contrato:' || c.codigo || canal.sufijo)
  from public.contratos c cross join (values (''), (':vivo')) as canal (sufijo) where c.id = old.contrato_id;
  return null;
end
$$;
comment on function privado.reautorizar_canal() is 'Disparador: cambió quién oye los canales de un contrato.';

-- Who becomes party to a contract sees it in its indicators, and who is taken off does not.
create function privado.sumar_partes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.sumar_partes() is
  'Disparador: los indicadores de quien llega a un contrato y de quien se va.';

-- Who is related, and waits with its contract, is asked nothing.
create function privado.proponer_a_proveedor() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from public.contratos c where c.id = new.contrato_id and c.propuesto_a is not null) then
    perform privado.proponer_contrato(new.contrato_id, new.empresa_id);
  end if;
  return null;
end
$$;
comment on function privado.proponer_a_proveedor() is
  'Disparador: a un proveedor sin relación se le pregunta si se asocia.';

create function privado.retirar_a_proveedor() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.relaciones r set estado = 'retirada', terminada_por = auth.uid(), terminada_en = clock_timestamp()
  where r.contrato_id = old.contrato_id and r.con_id = old.empresa_id and r.estado = 'propuesta';
  return null;
end
$$;
comment on function privado.retirar_a_proveedor() is 'Disparador: a quien se retira antes de responder ya no se le pregunta.';

revoke all on function privado.frase_de_participante(text, bigint, boolean, text),
  privado.contar_participante(), privado.avisar_de_participante(), privado.reautorizar_canal(), privado.sumar_partes(),
  privado.proponer_a_proveedor(), privado.retirar_a_proveedor() from public;
