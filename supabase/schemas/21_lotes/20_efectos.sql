-- What a lot does beyond its row: it closes its contract, is told in the conversation and to the other parties, and
-- adds to the progress and the indicators. Triggers of public.lotes_asociados.

create function privado.cerrar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Writes the row even when nothing changes: under repeatable read two transactions that export the last two
  -- lots do not see each other, and only a write makes the second fail instead of leaving the contract open.
  update public.contratos set estado = estado where id = new.contrato_id and estado <> 'Cerrado';
  update public.contratos c set estado = 'Cerrado'
  where c.id = new.contrato_id and c.estado <> 'Cerrado' and privado.toca_cerrar(c)
    -- Not what both sides have not agreed to.
    and c.exportadora_acepto_en is not null and c.contraparte_acepto_en is not null;
  return null;
end
$$;
comment on function privado.cerrar_contrato() is
  'Disparador: el contrato se cierra cuando un lote exportado cumple lo que dice su cierre.';

create function privado.contar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto, lote_id) values (
    new.contrato_id, 'sistema',
    case when tg_op = 'INSERT'
      then format('%s registró el lote %s: %s qq, %s %% de humedad.', privado.quien(), new.codigo_lote, new.peso_qq, new.humedad)
      else format('%s pasó el lote %s a %s.', privado.quien(), new.codigo_lote, new.estado) end,
    new.id
  );
  return null;
end
$$;
comment on function privado.contar_lote() is 'Disparador: lotes nuevos y sus estados, en la conversación.';

create function privado.avisar_de_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform privado.notificar(new.contrato_id, 'lote',
    case when tg_op = 'INSERT' then format('%s asoció el lote %s a %s.', privado.quien(), new.codigo_lote, codigo)
      else format('El lote %s de %s pasó a %s.', new.codigo_lote, codigo, new.estado) end,
    jsonb_build_object('codigo', codigo, 'lote_id', new.id, 'estado', new.estado));
  return null;
end
$$;
comment on function privado.avisar_de_lote() is 'Disparador: lotes nuevos y sus estados, avisados a las otras partes.';

-- By statement: the lots of one request are summed at once.
create function privado.sumar_lotes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  piezas privado.kpi_pieza[];
  cambios privado.kpi_pieza[];
begin
  if tg_op = 'UPDATE' then
    select array_agg((s.signo, null, null, s.lote, null)::privado.kpi_pieza) into cambios from (
      select 1 as signo, n::public.lotes_asociados as lote from nuevos n
      union all select -1, v::public.lotes_asociados from viejos v) as s;
  else
    select array_agg((1, null, null, n, null)::privado.kpi_pieza) into cambios from nuevos n;
  end if;
  with suma as (
    select (x.lote).contrato_id as id, sum(x.signo)::int as lotes,
      coalesce(sum(x.signo * (x.lote).peso_qq) filter (where (x.lote).estado <> 'En tránsito'), 0) as recibido,
      coalesce(sum(x.signo * (x.lote).peso_qq) filter (where (x.lote).estado = 'Exportado'), 0) as exportado
    from unnest(cambios) as x group by 1
  ),
  avance as (
    insert into public.avances as a (contrato_id, lotes, recibido_qq, exportado_qq)
    select s.id, s.lotes, s.recibido, s.exportado from suma s order by s.id
    on conflict (contrato_id) do update set lotes = a.lotes + excluded.lotes,
      recibido_qq = a.recibido_qq + excluded.recibido_qq, exportado_qq = a.exportado_qq + excluded.exportado_qq
    returning a.*
  )
  select array_agg(p) into piezas from (
    select (1, null, a, null, null)::privado.kpi_pieza as p from avance a
    union all
    select (-1, null, (a.contrato_id, a.lotes, a.recibido_qq - s.recibido, a.exportado_qq, a.tm_fijadas)::public.avances, null, null)::privado.kpi_pieza
    from avance a join suma s on s.id = a.contrato_id
  ) as t;
  -- A statement of its own, after the turn was taken: it sees what others did before.
  perform privado.anotar_kpis(array(
    select (z.signo, c, z.avance, z.lote, p.precio_fijado_tm)::privado.kpi_pieza
    from unnest(piezas || cambios) as z
    join public.contratos c on c.id = coalesce((z.lote).contrato_id, (z.avance).contrato_id)
    left join public.contratos_precios p on p.contrato_id = c.id));
  return null;
end
$$;
comment on function privado.sumar_lotes() is 'Disparador: lo que unos lotes suman a los indicadores y al avance de sus contratos.';

revoke all on function privado.cerrar_contrato(), privado.contar_lote(), privado.avisar_de_lote(),
  privado.sumar_lotes() from public;
