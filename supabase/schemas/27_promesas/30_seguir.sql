-- What each operation does to what is promised, and to the lots of contracts that promise it. The functions of the graph
-- call it when kilos, products and balances are written; it takes the contracts, in the order of their ids.

-- What a lot of a contract is, by where its kilos are: it goes on, and a void takes it back as far as what it undoes.
create function privado.mover_asociados(asociados bigint[], antes jsonb default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  qq constant numeric := 45.359237;
begin
  perform set_config('privado.siguiendo_promesas', 'on', true);
  with ahora as (
    select a.id, a.estado as viejo, coalesce(sum(p.kg), 0) as kg,
      coalesce(bool_and(p.lote_id = a.lote_id and p.kg = a.lote_kg), false) as intacto,
      round(sum(p.kg * l.humedad_pct) / nullif(sum(p.kg) filter (where l.humedad_pct is not null), 0), 2) as humedad,
      bool_and(l.humedad_pct is not null) as medida,
      coalesce(min(privado.orden_de_estado(privado.estado_de_lote(l))), 0) as orden,
      -- The same, wherever it is.
      coalesce(min(case when l.embarcado then 4 when l.condicion in ('seco', 'transformado') then 3 else 2 end), 0) as hecho
    from public.lotes_asociados a
    left join privado.promesas p on p.asociado_id = a.id
    left join public.lotes l on l.id = p.lote_id
    where a.id = any (asociados)
    group by a.id
  )
  update public.lotes_asociados a set
    peso_qq = case when n.intacto then a.peso_inicial_qq
      -- Who said less than its kilos goes on saying as much of them.
      when a.peso_inicial_qq <> round(a.lote_kg / qq, 4) then round(n.kg * a.peso_inicial_qq / a.lote_kg, 4)
      else round(n.kg / qq, 4) end,
    humedad = case when n.intacto then a.humedad_inicial when n.medida then greatest(n.humedad, 0.01) else a.humedad end,
    estado = (array['En tránsito', 'Recibido', 'Secado', 'Exportado'])[
      greatest(n.orden, case when antes is null then privado.orden_de_estado(n.viejo)
        else least(privado.orden_de_estado(antes ->> n.id::text), n.hecho) end, 1)]
  from ahora n where a.id = n.id;
  perform set_config('privado.siguiendo_promesas', '', true);
end
$$;
comment on function privado.mover_asociados(bigint[], jsonb) is
  'Pone peso, humedad y estado de unos lotes asociados como lo que se les prometió.';

-- An operation that is voided gives back what it took. Not when what it made was promised afterwards, nor when a
-- contract closed by what it shipped: that one is opened first.
create function privado.devolver_promesas(v_operacion uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  asociados bigint[];
begin
  select array_agg(distinct m.asociado_id) into asociados from privado.promesas_movidas m where m.operacion_id = v_operacion;
  if exists (
    select from public.productos p join privado.promesas x on x.lote_id = p.lote_id
    where p.operacion_id = v_operacion and not exists (
      select from privado.promesas_movidas m
      where m.operacion_id = v_operacion and (m.lote_id, m.asociado_id, m.kg) = (x.lote_id, x.asociado_id, x.kg))
  ) then
    raise exception 'producto_prometido' using errcode = 'PT409',
      detail = 'Lo que hizo esa operación se prometió después a un contrato.', hint = 'operacion';
  elsif asociados is null then
    return;
  end if;
  perform privado.tomar_contratos_de(asociados);
  if exists (
    select from public.lotes_asociados a join public.contratos c on c.id = a.contrato_id
    join public.operaciones o on o.id = v_operacion
    where a.id = any (asociados) and a.estado = 'Exportado' and c.estado = 'Cerrado' and c.eliminado_en is null
      and o.tipo = 'embarcar'
  ) then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  -- Those whose contract no longer waits, or that were released meanwhile, get nothing back.
  select array_agg(a.id) into asociados
  from public.lotes_asociados a join public.contratos c on c.id = a.contrato_id
  where a.id = any (asociados) and c.estado <> 'Cerrado' and c.eliminado_en is null and c.rechazado_en is null
    and not exists (
      select from privado.promesas_movidas m where m.operacion_id = v_operacion and m.asociado_id = a.id and m.kg > 0
      and not exists (select from privado.promesas p where (p.asociado_id, p.lote_id) = (m.asociado_id, m.lote_id)));
  delete from privado.promesas p using public.productos x where x.operacion_id = v_operacion and p.lote_id = x.lote_id;
  insert into privado.promesas as p (asociado_id, lote_id, kg)
  select m.asociado_id, m.lote_id, -m.kg from privado.promesas_movidas m
  where m.operacion_id = v_operacion and m.kg < 0 and m.asociado_id = any (asociados)
  on conflict (asociado_id, lote_id) do update set kg = p.kg + excluded.kg;
  perform privado.mover_asociados(asociados, (
    select jsonb_object_agg(m.asociado_id, m.estado_antes) from privado.promesas_movidas m
    where m.operacion_id = v_operacion and m.kg < 0));
end
$$;
comment on function privado.devolver_promesas(uuid) is 'Devuelve lo prometido a los lotes de los que lo tomó una operación.';

create function privado.seguir_promesas(operacion uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  que public.operaciones;
  lotes uuid[];
  asociados bigint[];
begin
  select * into que from public.operaciones o where o.id = operacion;
  if que.tipo = 'anular' then
    perform privado.devolver_promesas(que.anula);
    return;
  end if;
  select array_agg(c.lote_id), array_agg(distinct p.asociado_id) into lotes, asociados
  from public.consumos c join privado.promesas p on p.lote_id = c.lote_id where c.operacion_id = operacion;
  if lotes is null then
    return;
  end if;
  -- Before what is read of them: a contract that closes meanwhile waits for nothing any more.
  perform privado.tomar_contratos_de(asociados);
  perform privado.soltar_promesas(lotes);
  insert into privado.promesas_movidas (operacion_id, lote_id, asociado_id, kg, estado_antes)
  select operacion, t.lote_id, t.asociado_id, -t.kg, a.estado
  from privado.promesas_tomadas(operacion) as t join public.lotes_asociados a on a.id = t.asociado_id where t.kg > 0;
  if not found then
    return;
  end if;
  -- Each of them has a part in each product: a thousand by a thousand would hold everybody up.
  if (select count(distinct m.asociado_id) from privado.promesas_movidas m where m.operacion_id = operacion)
    * (select count(*) from public.productos p where p.operacion_id = operacion) > 20000 then
    raise exception 'promesas_demasiadas' using errcode = 'PT409',
      detail = 'Esa operación reparte lo prometido entre demasiados lotes: hágala en varias.', hint = 'salidas';
  end if;
  insert into privado.promesas_movidas (operacion_id, lote_id, asociado_id, kg)
  select operacion, d.lote_id, d.asociado_id, d.kg from privado.promesas_dadas(operacion) as d;
  delete from privado.promesas p using privado.promesas_movidas m
  where m.operacion_id = operacion and (p.lote_id, p.asociado_id) = (m.lote_id, m.asociado_id) and p.kg = -m.kg;
  update privado.promesas p set kg = p.kg + m.kg from privado.promesas_movidas m
  where m.operacion_id = operacion and m.kg < 0 and (p.lote_id, p.asociado_id) = (m.lote_id, m.asociado_id);
  insert into privado.promesas (asociado_id, lote_id, kg)
  select m.asociado_id, m.lote_id, m.kg from privado.promesas_movidas m where m.operacion_id = operacion and m.kg > 0;
  perform privado.mover_asociados(array(
    select distinct m.asociado_id from privado.promesas_movidas m where m.operacion_id = operacion));
end
$$;
comment on function privado.seguir_promesas(uuid) is
  'Lo prometido sigue a una operación: toma primero lo libre, y lo demás pasa en proporción a sus productos.';

revoke all on function privado.mover_asociados(bigint[], jsonb), privado.devolver_promesas(uuid),
  privado.seguir_promesas(uuid) from public;
