-- Where its contract gives days to confirm, a fixing is of both sides: one fixes, the other confirms it or says why not,
-- and what nobody confirmed in time is annulled: silence is no yes.

-- The price and the contract first, as all who write on them; through all of them without waiting (see
-- privado.vencer_enmiendas).
create function privado.vencer_fijaciones(v_contrato bigint default null) returns integer
language plpgsql volatile security definer set search_path = '' as $$
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
    continue when not privado.tomar_por_turno(vieja.contrato_id, v_contrato is null);
    update public.fijaciones f set motivo = 'Venció sin confirmar.', anulada_en = clock_timestamp()
    where f.id = vieja.id and f.confirmada_en is null and f.anulada_en is null;
    vencidas := vencidas + found::int;
  end loop;
  return vencidas;
end
$$;
comment on function privado.vencer_fijaciones(bigint) is 'Anula las fijaciones que nadie confirmó a tiempo; da cuántas.';

create function privado.responder_fijacion(v_id bigint, v_acepta boolean, v_motivo text) returns public.fijaciones
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.responder_fijacion(bigint, boolean, text) is
  'Confirma la fijación de la otra parte, o la anula diciendo por qué.';

create function public.responder_fijacion(id bigint, acepta boolean, motivo text default null) returns public.fijaciones
language sql volatile security invoker set search_path = '' as $$
  select privado.responder_fijacion(id, acepta, motivo)
$$;
comment on function public.responder_fijacion(bigint, boolean, text) is
  'Confirma la fijación que registró la otra parte; o no, diciendo por qué, y queda anulada.';

revoke all on function privado.vencer_fijaciones(bigint), privado.responder_fijacion(bigint, boolean, text) from public;
grant execute on function privado.responder_fijacion(bigint, boolean, text) to authenticated;
grant execute on function privado.vencer_fijaciones(bigint) to service_role;
revoke all on function public.responder_fijacion(bigint, boolean, text) from public, anon, service_role;
grant execute on function public.responder_fijacion(bigint, boolean, text) to authenticated;
