-- What becomes of a proposal: accepted, refused with its reason, or withdrawn; and how a relation ends. What carries a
-- contract takes the contract first, as whoever accepts the contract does: nobody waits for another crosswise.

-- The contract of a proposal, in its turn.
create function privado.tomar_contrato(v_contrato bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from public.contratos c where c.id = v_contrato for no key update;
end
$$;
comment on function privado.tomar_contrato(bigint) is 'Toma un contrato hasta el fin de la transacción.';

-- The proposer has whatever else it proposed to the same company, by another name, accepted as well.
create function privado.aceptar_relacion(r public.relaciones) returns public.relaciones
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.aceptar_relacion(public.relaciones) is
  'Acepta una propuesta: las empresas quedan relacionadas y su contrato se abre a quien aceptó.';

create function privado.rechazar_relacion(r public.relaciones, v_motivo text) returns public.relaciones
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.rechazar_relacion(public.relaciones, text) is 'Rechaza una propuesta, diciendo por qué.';

-- Who was invited by RUC and refused has shown its name to nobody.
create function privado.nombre_de(v_empresa bigint, v_con bigint) returns text
language sql stable security definer set search_path = '' as $$
  select coalesce((select e.nombre from public.empresas e where e.id = v_empresa and e.id = v_con), 'Una empresa que invitó')
$$;
comment on function privado.nombre_de(bigint, bigint) is 'El nombre de una empresa, si quien propuso lo conoce.';

create function privado.responder_relacion(v_id bigint, v_acepta boolean, v_motivo text) returns json
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.responder_relacion(bigint, boolean, text) is 'Acepta o rechaza una propuesta, y su contrato.';

-- What was proposed is withdrawn, what was accepted ends. Contracts that run go on.
create function privado.terminar_relacion(v_id bigint, v_motivo text) returns json
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.terminar_relacion(bigint, text) is
  'Retira una propuesta propia, o termina una relación; los contratos en curso siguen.';

create function public.responder_relacion(id bigint, acepta boolean, motivo text default null) returns json
language sql volatile security invoker set search_path = '' as $$
  select privado.responder_relacion(id, acepta, motivo)
$$;
comment on function public.responder_relacion(bigint, boolean, text) is
  'Acepta o rechaza la propuesta de otra empresa. Si lleva un contrato, aceptarla lo abre para leerlo; rechazarla, lo rechaza.';

create function public.terminar_relacion(id bigint, motivo text default null) returns json
language sql volatile security invoker set search_path = '' as $$
  select privado.terminar_relacion(id, motivo)
$$;
comment on function public.terminar_relacion(bigint, text) is
  'Retira una propuesta propia o termina una relación. Los contratos en curso siguen; los nuevos se proponen otra vez.';

revoke all on function privado.tomar_contrato(bigint), privado.aceptar_relacion(public.relaciones),
  privado.rechazar_relacion(public.relaciones, text), privado.nombre_de(bigint, bigint),
  privado.responder_relacion(bigint, boolean, text), privado.terminar_relacion(bigint, text) from public;
revoke all on function public.responder_relacion(bigint, boolean, text), public.terminar_relacion(bigint, text)
  from public, anon, service_role;
grant execute on function privado.responder_relacion(bigint, boolean, text), privado.terminar_relacion(bigint, text),
  public.responder_relacion(bigint, boolean, text), public.terminar_relacion(bigint, text) to authenticated;
