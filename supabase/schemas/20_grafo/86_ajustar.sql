-- A count that is not what the books say: one person proposes it, and another confirms it, or an administrator.

create function privado.proponer_ajuste(v_lote uuid, contado numeric, v_motivo text) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.exigir_grafo();
  lote constant uuid := privado.lote_llamado(empresa, to_jsonb(v_lote), 'lote');
  motivo constant text := privado.leer_motivo(v_motivo, true);
  saldo privado.saldos;
  v_id bigint;
begin
  if coalesce(contado < 0 or contado > 1000000000 or min_scale(contado) > 3, true) then
    raise exception 'conteo_invalido' using errcode = 'PT422',
      detail = 'Lo contado es un número desde cero, con 3 decimales como máximo.', hint = 'kg_contado';
  end if;
  perform privado.tomar_saldos(array[lote]);
  select * into saldo from privado.saldos s where s.lote_id = lote;
  if saldo.kg = 0 or (select l.embarcado from public.lotes l where l.id = lote) then
    raise exception 'lote_sin_existencias' using errcode = 'PT409',
      detail = 'De ese lote no queda nada que contar: se consumió, se embarcó o se anuló.', hint = 'lote';
  elsif saldo.kg = contado then
    raise exception 'conteo_sin_diferencia' using errcode = 'PT409', detail = 'Lo contado es lo que dice el saldo.',
      hint = 'kg_contado';
  elsif exists (select from public.ajustes a where a.lote_id = lote and a.estado = 'propuesto') then
    raise exception 'ajuste_pendiente' using errcode = 'PT409', detail = 'Ese lote ya tiene un ajuste por confirmar.',
      hint = 'lote';
  end if;
  insert into public.ajustes (empresa_id, lote_id, kg_contado, saldo_kg, motivo, propuesto_por)
  values (empresa, lote, contado, saldo.kg, motivo, auth.uid()) returning id into v_id;
  return v_id;
end
$$;
comment on function privado.proponer_ajuste(uuid, numeric, text) is 'Propone lo que se contó de un lote.';

-- One that waits, with the balance of its lot taken first.
create function privado.ajuste_por_resolver(v_id bigint) returns public.ajustes
language plpgsql volatile security definer set search_path = '' as $$
declare
  empresa constant bigint := case when not privado.es_admin() then privado.exigir_grafo() end;
  ajuste public.ajustes;
begin
  select * into ajuste from public.ajustes a where a.id = v_id and (empresa is null or a.empresa_id = empresa);
  if ajuste.id is null then
    raise exception 'ajuste_no_existe' using errcode = 'PT404', detail = 'No existe ese ajuste.';
  end if;
  perform privado.tomar_saldos(array[ajuste.lote_id]);
  select * into ajuste from public.ajustes a where a.id = v_id for update;
  if ajuste.estado <> 'propuesto' then
    raise exception 'ajuste_resuelto' using errcode = 'PT409', detail = 'Ese ajuste ya se confirmó o se rechazó.';
  end if;
  return ajuste;
end
$$;
comment on function privado.ajuste_por_resolver(bigint) is 'Un ajuste que espera, tomado; o el error que dice por qué no.';

-- What was found beyond the books comes from nowhere known.
create function privado.confirmar_ajuste(v_id bigint) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  ajuste constant public.ajustes := privado.ajuste_por_resolver(v_id);
  t privado.trabajo;
  op public.operaciones;
  una privado.salida;
begin
  if ajuste.propuesto_por = auth.uid() then
    raise exception 'ajuste_propio' using errcode = 'PT403', detail = 'Un ajuste lo confirma otra persona.';
  elsif (select s.kg from privado.saldos s where s.lote_id = ajuste.lote_id) <> ajuste.saldo_kg then
    raise exception 'ajuste_de_otro_saldo' using errcode = 'PT409',
      detail = 'El saldo cambió desde que se contó: cuente y proponga otra vez.';
  end if;
  op.id := privado.uuidv7();
  op.empresa_id := ajuste.empresa_id;
  op.tipo := 'ajuste_inventario';
  op.usuario_id := ajuste.propuesto_por;
  op.segundo_usuario_id := auth.uid();
  op.motivo := ajuste.motivo;
  t.entradas := privado.tomar_entradas(ajuste.empresa_id,
    jsonb_build_array(jsonb_build_object('lote', ajuste.lote_id)));
  -- Not before its lot was made, which a clock some minutes ahead may have told.
  op.en := greatest(clock_timestamp(), t.entradas[1].en);
  op.centro_id := t.entradas[1].centro_id;
  -- What was counted on its way goes on to where it was sent.
  op.destino_id := case when op.centro_id is null then t.entradas[1].destino_id end;
  t.op := op;
  t.salidas := '{}';
  t.perdidas := '{}';
  if ajuste.kg_contado > 0 then
    una := (privado.heredar(t.entradas, privado.leer_salidas('[{}]')))[1];
    una.kg := ajuste.kg_contado;
    una.centro_id := op.centro_id;
    if ajuste.kg_contado > ajuste.saldo_kg then
      una.origen_conocido := false;
      una.certificaciones := '{}';
    end if;
    t.salidas := array[una];
  end if;
  if ajuste.kg_contado < ajuste.saldo_kg then
    t.perdidas := array[('sin_explicar', ajuste.saldo_kg - ajuste.kg_contado)::privado.perdida];
  end if;
  perform privado.escribir_operacion(t);
  perform privado.terminar_operacion(op.id);
  update public.ajustes a set estado = 'confirmado', resuelto_por = auth.uid(), resuelto_en = clock_timestamp(),
    operacion_id = op.id
  where a.id = ajuste.id;
  return privado.operacion_json(op.id);
end
$$;
comment on function privado.confirmar_ajuste(bigint) is 'Confirma un ajuste que propuso otra persona, y lo registra.';

create function privado.rechazar_ajuste(v_id bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  ajuste constant public.ajustes := privado.ajuste_por_resolver(v_id);
begin
  update public.ajustes a set estado = 'rechazado', resuelto_por = auth.uid(), resuelto_en = clock_timestamp()
  where a.id = ajuste.id;
end
$$;
comment on function privado.rechazar_ajuste(bigint) is 'Rechaza un ajuste, o lo retira quien lo propuso.';

create function public.proponer_ajuste(lote uuid, kg_contado numeric, motivo text) returns bigint
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.proponer_ajuste(lote, kg_contado, motivo);
end
$$;
comment on function public.proponer_ajuste(uuid, numeric, text) is
  'Propone que de un lote quedan los kilos que se contaron; lo confirma otra persona.';

create function public.confirmar_ajuste(id bigint) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.confirmar_ajuste(id);
end
$$;
comment on function public.confirmar_ajuste(bigint) is 'Confirma un ajuste que propuso otra persona: lo contado pasa a un lote nuevo.';

create function public.rechazar_ajuste(id bigint) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform privado.rechazar_ajuste(id);
end
$$;
comment on function public.rechazar_ajuste(bigint) is 'Rechaza un ajuste, o lo retira quien lo propuso.';

revoke all on function privado.proponer_ajuste(uuid, numeric, text),
  privado.ajuste_por_resolver(bigint), privado.confirmar_ajuste(bigint), privado.rechazar_ajuste(bigint) from public;
revoke all on function public.proponer_ajuste(uuid, numeric, text), public.confirmar_ajuste(bigint),
  public.rechazar_ajuste(bigint) from public, anon, service_role;
grant execute on function privado.proponer_ajuste(uuid, numeric, text), privado.confirmar_ajuste(bigint),
  privado.rechazar_ajuste(bigint), public.proponer_ajuste(uuid, numeric, text), public.confirmar_ajuste(bigint),
  public.rechazar_ajuste(bigint) to authenticated;
