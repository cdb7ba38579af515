-- Whether what a producer delivers in a year may come of its farm: what is beyond was hardly grown there.

create function privado.volumen_productor(empresa bigint, productor bigint, anio int) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  desde constant timestamptz := make_timestamptz(anio, 1, 1, 0, 0, 0, 'America/Guayaquil');
  hasta constant timestamptz := make_timestamptz(anio + 1, 1, 1, 0, 0, 0, 'America/Guayaquil');
  fecha constant date := make_date(anio, 12, 31);
  objetivo numeric;
  v_hectareas numeric;
  seco numeric;
  techo numeric;
begin
  select p.hectareas into v_hectareas from public.productores p where p.id = productor and p.empresa_id = empresa;
  if not found then
    raise exception 'productor_no_existe' using errcode = 'PT404', detail = 'No existe ese productor.', hint = 'productor';
  end if;
  objetivo := (privado.cifra_de(empresa, 'humedad_objetivo', '', fecha) ->> 'porcentaje')::numeric;
  -- What was not measured, and is dry or of no known yield, counts as it weighed.
  select coalesce(sum(coalesce(
    privado.seco_equivalente(empresa, l.kg, l.condicion, case when l.condicion <> 'baba' then l.humedad_pct end,
      objetivo, privado.dia_de(o.en)), l.kg)), 0)
  into seco
  from public.lotes l join public.operaciones o on o.id = l.operacion_id
  where l.empresa_id = empresa and l.productor_id = productor and o.en >= desde and o.en < hasta
    and not exists (select from public.operaciones a where a.anula = o.id);
  techo := round(v_hectareas * (privado.cifra_de(empresa, 'rendimiento_hectarea', '', fecha) ->> 'kg')::numeric, 3);
  return jsonb_build_object('productor', productor, 'anio', anio, 'hectareas', v_hectareas, 'kg_seco', round(seco, 3),
    'techo_kg', techo, 'veredicto', case when techo is null then 'sin superficie' when seco > techo then 'alerta' else 'ok' end);
end
$$;
comment on function privado.volumen_productor(bigint, bigint, int) is 'Lo que un productor entregó en un año, y lo que cabe esperar.';

create function privado.mi_volumen_productor(productor bigint, anio int) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.exigir_grafo();
begin
  if not coalesce(anio between 1990 and 2100, false) then
    raise exception 'anio_invalido' using errcode = 'PT422', detail = 'El año va de 1990 a 2100.', hint = 'anio';
  end if;
  return privado.volumen_productor(empresa, productor, anio);
end
$$;
comment on function privado.mi_volumen_productor(bigint, int) is 'El volumen de un productor de la empresa de quien pregunta.';

create function public.volumen_productor(productor bigint, anio int) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  return privado.mi_volumen_productor(productor, anio);
end
$$;
comment on function public.volumen_productor(bigint, int) is
  'Kilos secos que un productor entregó en un año, contra lo que su superficie puede dar.';

-- What a receipt warns of.
create function privado.avisos_de(v_operacion uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  lote record;
  volumen jsonb;
begin
  select l.empresa_id, l.productor_id, extract(year from privado.dia_de(o.en))::int as anio into lote
  from public.operaciones o join public.lotes l on l.operacion_id = o.id
  where o.id = v_operacion and o.tipo = 'recibir' and l.productor_id is not null;
  if lote.productor_id is not null then
    volumen := privado.volumen_productor(lote.empresa_id, lote.productor_id, lote.anio);
    if volumen ->> 'veredicto' = 'alerta' then
      return jsonb_build_array(jsonb_build_object('clave', 'volumen_inverosimil',
        'mensaje', 'Ese productor entregó en el año más de lo que su superficie puede dar.', 'volumen', volumen));
    end if;
  end if;
  return '[]';
end
$$;
comment on function privado.avisos_de(uuid) is 'De qué avisa una operación: un volumen que no es verosímil.';

revoke all on function privado.volumen_productor(bigint, bigint, int), privado.mi_volumen_productor(bigint, int),
  privado.avisos_de(uuid) from public;
revoke all on function public.volumen_productor(bigint, int) from public, anon, service_role;
grant execute on function privado.mi_volumen_productor(bigint, int), public.volumen_productor(bigint, int)
  to authenticated;
