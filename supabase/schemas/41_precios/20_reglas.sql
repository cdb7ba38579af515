-- Functions of the triggers of public.precios_fob: whose a price is, who waits for whom, and the count of the pairs that
-- each owner has. A company keeps 500 pairs and 200,000 prices of its own at most.

-- Before any row: what follows takes the rows of the owner in whatever order, and two never wait crosswise.
create function privado.turno_precios() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('precios ' || case
    when auth.uid() is null or privado.es_admin() then 0 else coalesce(privado.mi_empresa(), 0) end, 0));
  return null;
end
$$;
comment on function privado.turno_precios() is 'Disparador: quienes escriben precios de un mismo dueño se esperan.';
revoke all on function privado.turno_precios() from public;

-- Twenty thousand times over in an import: it asks each thing once.
create function privado.fijar_dueno_precio() returns trigger
language plpgsql set search_path = '' as $$
declare
  usuario constant uuid := auth.uid();
  rol text;
begin
  if usuario is null then
    return new;
  end if;
  rol := privado.mi_rol();
  if rol is null then
    perform privado.exigir_cuenta();
  end if;
  new.empresa_id := case when rol = 'admin' then null else privado.mi_empresa() end;
  new.creado_por := usuario;
  return new;
end
$$;
comment on function privado.fijar_dueno_precio() is
  'Disparador: el precio es de la empresa de quien lo escribe; el de un administrador, de todas.';
revoke all on function privado.fijar_dueno_precio() from public;

create function privado.contar_precios() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  pares bigint;
  precios bigint;
begin
  if tg_op = 'UPDATE' then
    -- Hardly ever: a price is corrected, and stays where it is.
    if not exists (
      select n.id, n.empresa_id, n.calidad, n.mercado, n.fecha from nuevas n
      except select v.id, v.empresa_id, v.calidad, v.mercado, v.fecha from viejas v
    ) then
      return null;
    end if;
  end if;
  if tg_op <> 'DELETE' then
    insert into privado.precios_series as s (empresa_id, calidad, mercado, filas, desde)
    select coalesce(n.empresa_id, 0), n.calidad, n.mercado, count(*), min(n.fecha)
    from nuevas n group by 1, 2, 3 order by 1, 2, 3
    on conflict (empresa_id, calidad, mercado) do update
      set filas = s.filas + excluded.filas, desde = least(s.desde, excluded.desde);
    if not found then
      return null;
    end if;
  end if;
  if tg_op <> 'INSERT' then
    update privado.precios_series s set filas = s.filas - v.filas
    from (
      select coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado, count(*) as filas from viejas o group by 1, 2, 3
    ) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado);
    delete from privado.precios_series s
    using (select distinct coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado from viejas o) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado) and s.filas <= 0;
    -- Of those that stay: of one that is gone, the index would be walked over all that was erased after it.
    update privado.precios_series s set desde = case s.empresa_id
      when 0 then (
        select x.fecha from public.precios_fob x
        where x.empresa_id is null and (x.calidad, x.mercado) >= (s.calidad, s.mercado)
        order by x.empresa_id, x.calidad, x.mercado, x.fecha limit 1)
      else (
        select x.fecha from public.precios_fob x
        where x.empresa_id = s.empresa_id and (x.calidad, x.mercado) >= (s.calidad, s.mercado)
        order by x.calidad, x.mercado, x.fecha limit 1) end
    from (
      select coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado, min(o.fecha) as desde from viejas o group by 1, 2, 3
    ) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado) and s.desde = v.desde;
  end if;
  if tg_op <> 'DELETE' and auth.uid() is not null and not privado.es_admin() then
    select count(*), sum(s.filas) into pares, precios
    from privado.precios_series s where s.empresa_id = privado.mi_empresa();
    if pares > 500 then
      raise exception 'precios_calidades_demasiadas' using errcode = 'PT409',
        detail = 'Una empresa guarda precios propios de 500 calidades y mercados como máximo.', hint = 'calidad';
    elsif precios > 200000 then
      raise exception 'precios_propios_demasiados' using errcode = 'PT409',
        detail = 'Una empresa guarda 200000 precios propios como máximo: borre los que no use.', hint = 'fecha';
    end if;
  end if;
  return null;
end
$$;
comment on function privado.contar_precios() is
  'Disparador: qué calidades y mercados tiene cada dueño, cuántos precios, y hasta cuántos.';
revoke all on function privado.contar_precios() from public;
