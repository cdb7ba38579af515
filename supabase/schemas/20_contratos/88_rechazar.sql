-- How one says no to a contract: who was asked refuses it, who proposed it withdraws it, and a supplier leaves it.

create function privado.rechazar_contrato(v_contrato bigint, v_motivo text) returns void
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.rechazar_contrato(bigint, text) is 'La empresa del usuario no acepta un contrato.';

create function privado.retirar_propuesta(v_contrato bigint) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.retirar_propuesta(bigint) is 'Retira un contrato que la otra parte no ha aceptado.';

-- What is pending: a lot that its papers are of and that has not been exported.
create function privado.dejar_contrato(v_contrato bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.dejar_contrato(bigint) is 'La empresa proveedora del usuario deja un contrato.';

create function public.rechazar_contrato(contrato_id bigint, motivo text) returns void
language sql volatile security invoker set search_path = '' as $$
  select privado.rechazar_contrato(contrato_id, motivo)
$$;
comment on function public.rechazar_contrato(bigint, text) is
  'No acepta un contrato, diciendo por qué: el de quien iba a firmarlo queda sin efecto; al de un proveedor no se asocia.';

create function public.retirar_propuesta(contrato_id bigint) returns public.contratos
language sql volatile security invoker set search_path = '' as $$
  select privado.retirar_propuesta(contrato_id)
$$;
comment on function public.retirar_propuesta(bigint) is 'Retira un contrato que la otra parte no ha aceptado.';

create function public.dejar_contrato(contrato_id bigint) returns void
language sql volatile security invoker set search_path = '' as $$
  select privado.dejar_contrato(contrato_id)
$$;
comment on function public.dejar_contrato(bigint) is
  'La empresa proveedora deja de ser parte de un contrato, si ningún lote con documentos suyos queda por exportar.';

revoke all on function privado.rechazar_contrato(bigint, text), privado.retirar_propuesta(bigint),
  privado.dejar_contrato(bigint) from public;
revoke all on function public.rechazar_contrato(bigint, text), public.retirar_propuesta(bigint),
  public.dejar_contrato(bigint) from public, anon, service_role;
grant execute on function privado.rechazar_contrato(bigint, text), public.rechazar_contrato(bigint, text),
  privado.retirar_propuesta(bigint), public.retirar_propuesta(bigint),
  privado.dejar_contrato(bigint), public.dejar_contrato(bigint) to authenticated;
