-- What was told wrong is voided by another operation: what it took goes back, what it made is of nobody any more, and
-- nothing is erased. Only where nothing that followed took of what it made.

create function privado.anular_operacion(v_operacion uuid, v_motivo text, v_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.exigir_grafo();
  anulada public.operaciones;
  t privado.trabajo;
  op public.operaciones;
  siguen text;
begin
  op.empresa_id := empresa;
  op.motivo := privado.leer_motivo(v_motivo, true);
  if v_id is not null then
    op.huella := privado.huella_de_operacion(jsonb_build_array('anular', v_operacion, op.motivo));
    if privado.ya_registrada(v_id, empresa, op.huella) then
      return privado.operacion_json(v_id);
    end if;
  end if;
  select * into anulada from public.operaciones o where o.id = v_operacion and o.empresa_id = empresa;
  if anulada.id is null then
    raise exception 'operacion_no_existe' using errcode = 'PT404', detail = 'No existe esa operación.', hint = 'operacion';
  elsif anulada.tipo = 'anular' then
    raise exception 'anulacion_definitiva' using errcode = 'PT409',
      detail = 'Una anulación no se anula: registre de nuevo la operación.', hint = 'operacion';
  end if;
  perform privado.tomar_saldos(array(
    select c.lote_id from public.consumos c where c.operacion_id = anulada.id
    union all select p.lote_id from public.productos p where p.operacion_id = anulada.id));
  -- Under those rows, what others did before is seen.
  if exists (select from public.operaciones o where o.anula = anulada.id) then
    raise exception 'operacion_ya_anulada' using errcode = 'PT409', detail = 'Esa operación ya está anulada.',
      hint = 'operacion';
  end if;
  select string_agg(distinct o.tipo || ' ' || o.id, ', ') into siguen
  from public.productos p
  join public.consumos c on c.lote_id = p.lote_id
  join public.operaciones o on o.id = c.operacion_id
  where p.operacion_id = anulada.id and not exists (select from public.operaciones a where a.anula = o.id);
  if siguen is not null then
    raise exception 'operacion_con_siguientes' using errcode = 'PT409',
      detail = 'Otras operaciones consumieron lo que esa hizo: primero se anulan ellas.', hint = siguen;
  elsif exists (
    select from public.productos p join privado.saldos s on s.lote_id = p.lote_id
    where p.operacion_id = anulada.id and s.retenido)
  then
    raise exception 'lote_retenido' using errcode = 'PT409',
      detail = 'Ese lote está retenido: nadie lo consume hasta que se levante la retención.', hint = 'operacion';
  end if;
  op.id := coalesce(v_id, privado.uuidv7());
  op.tipo := 'anular';
  op.en := clock_timestamp();
  op.usuario_id := auth.uid();
  op.anula := anulada.id;
  t.op := op;
  t.entradas := '{}';
  t.salidas := '{}';
  t.perdidas := '{}';
  perform privado.escribir_operacion(t);
  update privado.saldos s set kg = s.kg + c.kg from public.consumos c
  where c.operacion_id = anulada.id and s.lote_id = c.lote_id;
  update privado.saldos s set kg = 0, anulado = true from public.productos p
  where p.operacion_id = anulada.id and s.lote_id = p.lote_id;
  perform privado.terminar_operacion(op.id);
  return privado.operacion_json(op.id);
end
$$;
comment on function privado.anular_operacion(uuid, text, uuid) is 'Anula una operación de la que nada se consumió después.';

create function public.anular_operacion(operacion uuid, motivo text, id uuid default null) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.anular_operacion(operacion, motivo, id);
end
$$;
comment on function public.anular_operacion(uuid, text, uuid) is
  'Anula una operación, diciendo por qué: lo que consumió vuelve a sus lotes y lo que hizo deja de valer.';

revoke all on function privado.anular_operacion(uuid, text, uuid) from public;
revoke all on function public.anular_operacion(uuid, text, uuid) from public, anon, service_role;
grant execute on function privado.anular_operacion(uuid, text, uuid), public.anular_operacion(uuid, text, uuid)
  to authenticated;
