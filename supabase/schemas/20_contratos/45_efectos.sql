-- What follows from a contract that is opened or changes, in the same transaction: its conversation tells it (the first
-- message opens the channel), its other parties are notified, and its indicators move.

create function privado.contar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.id, 'sistema',
    case when tg_op = 'INSERT' then format(
        case when new.propuesto_a is null then '%s abrió el contrato %s.' else '%s propuso el contrato %s.' end,
        privado.quien(), new.codigo)
      when new.estado = 'Cerrado' then format('El contrato quedó Cerrado con %s: lo último fue de %s.',
        privado.exportado_en_palabras(new), privado.quien())
      when privado.motivo_reapertura(new.id, old.cerrado_en) is not null then format('%s reabrió el contrato, con %s: %s',
        privado.quien(), privado.exportado_en_palabras(new), privado.motivo_reapertura(new.id, old.cerrado_en))
      else format('%s pasó el contrato a %s.', privado.quien(), new.estado) end
  );
  return null;
end
$$;
comment on function privado.contar_contrato() is 'Disparador: apertura y estados de un contrato, en su conversación.';

create function privado.avisar_de_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  datos jsonb := jsonb_build_object('codigo', new.codigo, 'estado', new.estado);
  texto text;
begin
  if tg_op = 'INSERT' then
    texto := format('%s abrió el contrato %s.', privado.quien(), new.codigo);
  elsif old.estado = new.estado then
    texto := format('%s editó el contrato %s.', privado.quien(), new.codigo);
  else
    texto := format('El contrato %s pasó a %s.', new.codigo, new.estado);
    -- How much was exported goes beside the text, which a locked screen shows.
    if new.estado = 'Cerrado' then
      datos := datos
        || jsonb_build_object('exportado_tm', privado.exportado_tm(new.id), 'volumen_tm', new.volumen_tm);
    end if;
  end if;
  perform privado.notificar(new.id, 'contrato', texto, datos);
  return null;
end
$$;
comment on function privado.avisar_de_contrato() is
  'Disparador: apertura, estados y ediciones de un contrato, avisados a las otras partes.';

-- Whoever changes what is summed takes the row of avances first, and reads the rest after it: of two that change the
-- same contract, the second sees all that the first did.
create function privado.sumar_contratos() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  cambiados bigint[];
begin
  select array_agg(n.id) into cambiados from nuevos n join viejos v on v.id = n.id
  where (n.volumen_tm, n.estado, n.calidad, n.fecha_entrega, n.fecha_firma, n.tolerancia_pct,
      n.modalidad_precio, n.eliminado_en, n.propuesto_a, n.rechazado_en)
    is distinct from (v.volumen_tm, v.estado, v.calidad, v.fecha_entrega, v.fecha_firma,
      v.tolerancia_pct, v.modalidad_precio, v.eliminado_en, v.propuesto_a, v.rechazado_en);
  if cambiados is null then
    return null;
  end if;
  perform privado.tomar_avances(cambiados);
  perform privado.anotar_kpis(array(
    select (s.signo, s.contrato, a, l, p.precio_fijado_tm)::privado.kpi_pieza
    from (
      select 1 as signo, n.id, n::public.contratos as contrato from nuevos n
      union all select -1, v.id, v::public.contratos from viejos v
    ) as s
    join public.avances a on a.contrato_id = s.id
    left join public.contratos_precios p on p.contrato_id = s.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all
      select l from public.lotes_asociados l where l.contrato_id = s.id and exists (
        select from nuevos n join viejos v on v.id = n.id
        where n.id = s.id and (n.calidad, n.eliminado_en, n.propuesto_a, n.rechazado_en)
          is distinct from (v.calidad, v.eliminado_en, v.propuesto_a, v.rechazado_en))
    ) as lotes
    where s.id = any (cambiados)));
  return null;
end
$$;
comment on function privado.sumar_contratos() is
  'Disparador: lo que un contrato editado suma a los indicadores, menos lo que sumaba.';

revoke all on function privado.contar_contrato(), privado.avisar_de_contrato(), privado.sumar_contratos() from public;
