-- The rules of who writes a parameter, when it can still change, and that one follows the other without overlap:
-- functions of the triggers of public.parametros.

create function privado.fijar_dueno_parametro() returns trigger
language plpgsql set search_path = '' as $$
begin
  if auth.uid() is null then
    return new;
  end if;
  perform privado.exigir_cuenta();
  if privado.mi_rol() = 'proveedor' then
    raise exception 'parametro_sin_permiso' using errcode = 'PT403',
      detail = 'Los parámetros los escribe una exportadora, un centro de acopio o un administrador.';
  end if;
  if new.tipo = 'lote_minimo' and not privado.es_admin() then
    raise exception 'parametro_solo_admin' using errcode = 'PT403',
      detail = 'Ese parámetro rige para todas las empresas: lo escribe un administrador.', hint = 'tipo';
  end if;
  new.empresa_id := case when privado.es_admin() then null else privado.mi_empresa() end;
  new.creado_por := auth.uid();
  return new;
end
$$;
comment on function privado.fijar_dueno_parametro() is
  'Disparador: el parámetro es de la empresa de quien lo escribe; el de un administrador, de todas.';
revoke all on function privado.fijar_dueno_parametro() from public;

create function privado.proteger_parametro_usado() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.usado_hasta is null then
    return case when tg_op = 'DELETE' then old else new end;
  elsif tg_op = 'DELETE' or (old.valor, old.desde) is distinct from (new.valor, new.desde)
    or new.hasta <= old.usado_hasta then
    raise exception 'parametro_usado' using errcode = 'PT409',
      detail = 'Un cálculo ya usó este parámetro: solo puede terminar después de esa fecha. Cree otro desde entonces.',
      hint = 'hasta';
  end if;
  return new;
end
$$;
comment on function privado.proteger_parametro_usado() is
  'Disparador: un parámetro usado no cambia ni se borra; puede terminar después del último uso.';
revoke all on function privado.proteger_parametro_usado() from public;

-- Definer: the rows of the key are those of the new one's owner, which RLS shows to the writer anyway; ending one of
-- them is this rule's own doing. The lock makes two writers of one key take turns, so that both get a clear answer.
create function privado.encadenar_parametro() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What the constraints will refuse has no place in the chain.
  if new.desde is null or new.hasta <= new.desde then
    return new;
  end if;
  perform pg_advisory_xact_lock(
    hashtextextended(concat_ws(' ', 'parametro', coalesce(new.empresa_id, 0), new.tipo, new.variante), 0));
  if tg_op = 'INSERT' then
    update public.parametros p set hasta = new.desde
    where p.empresa_id is not distinct from new.empresa_id and p.tipo = new.tipo and p.variante = new.variante
      and p.hasta is null and p.desde < new.desde and coalesce(p.usado_hasta < new.desde, true);
  end if;
  if exists (
    select from public.parametros p
    where p.empresa_id is not distinct from new.empresa_id and p.tipo = new.tipo and p.variante = new.variante
      and p.id is distinct from new.id and daterange(p.desde, p.hasta, '[)') && daterange(new.desde, new.hasta, '[)')
  ) then
    raise exception 'parametro_traslapado' using errcode = 'PT409',
      detail = 'Otro valor rige en esas fechas, o un cálculo ya lo usó después: empiece más tarde o termine antes.',
      hint = 'desde';
  end if;
  return new;
end
$$;
comment on function privado.encadenar_parametro() is
  'Disparador: el valor abierto que regía termina donde empieza el nuevo; dos nunca rigen a la vez.';
revoke all on function privado.encadenar_parametro() from public;
