-- What follows from the terms of a contract, triggers of public.contratos and contratos_precios: what both sides agreed on is not changed by
-- hand, and every change leaves a version (24_enmiendas).

-- A row written by a function of ours comes as its owner: an amendment that is applied, the average of what was fixed.
create function privado.exigir_enmienda() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  raise exception 'contrato_cambia_por_enmienda' using errcode = 'PT409',
    detail = 'Los términos de un contrato Activo cambian por una enmienda que acepte la otra parte.',
    hint = (select d.campo from privado.diferencias(to_jsonb(old), to_jsonb(new)) as d limit 1);
end
$$;
comment on function privado.exigir_enmienda() is
  'Disparador: los términos de un contrato Activo no los cambia una parte sola.';

create function privado.exigir_enmienda_de_precio() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  campo constant text := case when old.precio_fijado_tm is distinct from new.precio_fijado_tm
    then 'precio_fijado_tm' else 'diferencial_tm' end;
begin
  if exists (select from public.contratos c where c.id = new.contrato_id and c.estado = 'Activo') then
    raise exception 'contrato_cambia_por_enmienda' using errcode = 'PT409',
      detail = 'Los términos de un contrato Activo cambian por una enmienda que acepte la otra parte.', hint = campo;
  end if;
  return new;
end
$$;
comment on function privado.exigir_enmienda_de_precio() is
  'Disparador: el precio de un contrato Activo no lo cambia una parte sola.';

-- Setting privado.sin_version: whoever writes the terms in several tables makes one version of all, when it is done.
create function privado.anotar_versiones() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  cambiados bigint[];
  cambiado bigint;
begin
  if current_setting('privado.sin_version', true) = 'on' then
    return null;
  elsif tg_op = 'INSERT' then
    select array_agg(n.id order by n.id) into cambiados from nuevos n;
  else
    select array_agg(n.id order by n.id) into cambiados from nuevos n join viejos v on v.id = n.id
    where (n.volumen_tm, n.modalidad_precio, n.calidad, n.fecha_entrega, n.tolerancia_pct, n.cierre, n.dias_confirmacion)
      is distinct from (v.volumen_tm, v.modalidad_precio, v.calidad, v.fecha_entrega, v.tolerancia_pct, v.cierre,
        v.dias_confirmacion);
  end if;
  foreach cambiado in array coalesce(cambiados, '{}') loop
    perform privado.versionar(cambiado);
  end loop;
  return null;
end
$$;
comment on function privado.anotar_versiones() is 'Disparador: cada cambio de los términos es una versión.';

create function privado.anotar_versiones_de_precio() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  cambiado bigint;
begin
  if current_setting('privado.sin_version', true) = 'on' then
    return null;
  end if;
  for cambiado in
    select n.contrato_id from nuevos n join viejos v on v.contrato_id = n.contrato_id
    join public.contratos c on c.id = n.contrato_id
    where n.diferencial_tm is distinct from v.diferencial_tm
      or (c.modalidad_precio = 'fijo' and n.precio_fijado_tm is distinct from v.precio_fijado_tm)
    order by 1
  loop
    perform privado.versionar(cambiado);
  end loop;
  return null;
end
$$;
comment on function privado.anotar_versiones_de_precio() is
  'Disparador: cada cambio de lo acordado sobre el precio es una versión.';

-- The yes that was missing.
create function privado.aceptar_versiones() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.contratos_versiones v
  set aceptada_en = privado.acordado_en(ahora::public.contratos), aceptada_por = auth.uid(),
    aceptada_empresa = privado.mi_parte(ahora::public.contratos)
  from nuevos ahora join viejos antes on antes.id = ahora.id
  where privado.acordado_en(ahora::public.contratos) is not null and privado.acordado_en(antes::public.contratos) is null
    and v.contrato_id = ahora.id and v.n = privado.version_vigente(ahora.id) and v.aceptada_en is null;
  return null;
end
$$;
comment on function privado.aceptar_versiones() is
  'Disparador: acordado un contrato, lo está la versión vigente de sus términos.';

revoke all on function privado.exigir_enmienda(), privado.exigir_enmienda_de_precio(), privado.anotar_versiones(),
  privado.anotar_versiones_de_precio(), privado.aceptar_versiones() from public;
