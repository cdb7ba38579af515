-- To hold a lot and to let it go. Who holds it says why, and who lets it go as well.

create function privado.retener_lote(v_lote uuid, v_motivo text) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.exigir_grafo();
  lote constant uuid := privado.lote_llamado(empresa, to_jsonb(v_lote), 'lote');
  dicho constant text := privado.leer_motivo(v_motivo, true);
  v_id bigint;
begin
  perform privado.tomar_saldos(array[lote]);
  if (select s.anulado from privado.saldos s where s.lote_id = lote) then
    raise exception 'lote_anulado' using errcode = 'PT409', detail = 'La operación que hizo ese lote fue anulada.',
      hint = 'lote';
  elsif exists (
    select from public.retenciones r where r.lote_id = lote and r.retiro_id is null and r.levantada_en is null)
  then
    raise exception 'lote_ya_retenido' using errcode = 'PT409', detail = 'Ese lote ya está retenido.', hint = 'lote';
  end if;
  insert into public.retenciones (lote_id, empresa_id, motivo, creada_por) values (lote, empresa, dicho, auth.uid())
  returning id into v_id;
  return v_id;
end
$$;
comment on function privado.retener_lote(uuid, text) is 'Retiene un lote de quien lleva lotes.';

-- Not the one of a recall: that is lifted whole.
create function privado.levantar_retencion(v_lote uuid, v_motivo text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  empresa constant bigint := case when not privado.es_admin() then privado.exigir_grafo() end;
  dicho constant text := privado.leer_motivo(v_motivo, true);
begin
  perform from public.lotes l where l.id = v_lote and (empresa is null or l.empresa_id = empresa);
  if not found then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.', hint = 'lote';
  end if;
  perform privado.tomar_saldos(array[v_lote]);
  update public.retenciones r
  set levantada_por = auth.uid(), levantada_en = clock_timestamp(), levantada_motivo = dicho
  where r.lote_id = v_lote and r.retiro_id is null and r.levantada_en is null;
  if not found then
    raise exception 'lote_sin_retencion' using errcode = 'PT409',
      detail = 'Nadie retiene ese lote, o lo retiene un retiro, que se levanta entero.', hint = 'lote';
  end if;
end
$$;
comment on function privado.levantar_retencion(uuid, text) is 'Levanta la retención de un lote.';

-- What was held on its way arrives held, for the same reasons and by the same people. Where all of it arrived, the hold has
-- gone on with it: what stays behind is nothing. Last of an operation, for it writes the chain of the company.
create function privado.pasar_retenciones(v_operacion uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  de record;
begin
  select c.lote_id as antes, s.kg as queda, l.id as ahora, l.codigo into de
  from public.consumos c
  join privado.saldos s on s.lote_id = c.lote_id
  join public.productos p on p.operacion_id = c.operacion_id
  join public.lotes l on l.id = p.lote_id
  where c.operacion_id = v_operacion and s.retenido;
  if not found then
    return;
  end if;
  insert into public.retenciones (lote_id, empresa_id, motivo, retiro_id, creada_por)
  select de.ahora, r.empresa_id, r.motivo, r.retiro_id, r.creada_por
  from public.retenciones r where r.lote_id = de.antes and r.levantada_en is null order by r.id;
  if de.queda = 0 then
    update public.retenciones r set levantada_por = auth.uid(), levantada_en = clock_timestamp(),
      levantada_motivo = 'Llegó, y sigue retenido como ' || de.codigo
    where r.lote_id = de.antes and r.levantada_en is null;
  end if;
end
$$;
comment on function privado.pasar_retenciones(uuid) is 'Lo que llega de un lote retenido queda retenido.';

create function public.retener_lote(lote uuid, motivo text) returns bigint
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.retener_lote(lote, motivo);
end
$$;
comment on function public.retener_lote(uuid, text) is
  'Retiene un lote: nadie lo consume hasta que se levante la retención.';

create function public.levantar_retencion(lote uuid, motivo text) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform privado.levantar_retencion(lote, motivo);
end
$$;
comment on function public.levantar_retencion(uuid, text) is 'Levanta la retención de un lote, diciendo por qué.';

revoke all on function privado.retener_lote(uuid, text), privado.levantar_retencion(uuid, text),
  privado.pasar_retenciones(uuid) from public;
revoke all on function public.retener_lote(uuid, text), public.levantar_retencion(uuid, text)
  from public, anon, service_role;
grant execute on function privado.retener_lote(uuid, text), privado.levantar_retencion(uuid, text),
  public.retener_lote(uuid, text), public.levantar_retencion(uuid, text) to authenticated;
