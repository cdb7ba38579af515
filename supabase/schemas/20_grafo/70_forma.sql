-- What each type of operation takes and gives, and where.

-- How many lots go in and come out: of trasladar and dividir one alone, for an operation spreads each input over all
-- that comes out, and two lots on one truck do not mix.
create function privado.exigir_forma(tipo text, entran int, salen int) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if not (case
    when tipo = 'recibir' then entran = 0
    when tipo = 'mezclar' then entran >= 2
    when tipo in ('dividir', 'trasladar', 'merma') then entran = 1
    else entran >= 1 end)
  then
    raise exception 'entradas_de_mas_o_de_menos' using errcode = 'PT422',
      detail = 'Recibir no tiene entradas. Mezclar tiene dos o más. Dividir, trasladar y merma tienen una. Lo demás, alguna.',
      hint = 'entradas';
  elsif not (case
    when tipo = 'merma' then salen = 0
    when tipo = 'dividir' then salen >= 2
    when tipo in ('clasificar', 'transformar') then salen >= 1
    else salen = 1 end)
  then
    raise exception 'salidas_de_mas_o_de_menos' using errcode = 'PT422',
      detail = 'Merma no tiene salidas. Dividir tiene dos o más. Clasificar y transformar tienen alguna. Lo demás, una.',
      hint = 'salidas';
  end if;
end
$$;
comment on function privado.exigir_forma(text, int, int) is 'Nada, si un tipo de operación tiene tantas entradas y salidas.';

create function privado.exigir_centro(empresa bigint, centro bigint, campo text) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  v_activo boolean;
begin
  select c.activo into v_activo from public.centros c where c.id = centro and c.empresa_id = empresa;
  if not found then
    raise exception 'centro_no_existe' using errcode = 'PT404', detail = 'No existe ese centro.', hint = campo;
  elsif not v_activo then
    raise exception 'centro_apagado' using errcode = 'PT409', detail = 'Ese centro ya no está en uso.', hint = campo;
  end if;
end
$$;
comment on function privado.exigir_centro(bigint, bigint, text) is 'Nada, si es un centro de la empresa y está en uso.';

-- Where it happens: where its inputs are, all of them in one place.
create function privado.lugar_de(op public.operaciones, entradas privado.entrada[]) returns public.operaciones
language plpgsql stable security definer set search_path = '' as $$
begin
  if op.tipo = 'recibir' then
    if op.centro_id is null then
      raise exception 'centro_sin_decir' using errcode = 'PT422', detail = 'Diga en qué centro.', hint = 'centro_id';
    end if;
  else
    for i in 1 .. cardinality(entradas) loop
      if entradas[i].centro_id is distinct from entradas[1].centro_id then
        raise exception 'lotes_en_otro_centro' using errcode = 'PT409',
          detail = 'Los lotes de una operación están en un mismo centro, que es el suyo.',
          hint = format('entradas[%s].lote', i - 1);
      end if;
    end loop;
    if op.centro_id is not null and op.centro_id is distinct from entradas[1].centro_id then
      raise exception 'lotes_en_otro_centro' using errcode = 'PT409',
        detail = 'Los lotes de una operación están en un mismo centro, que es el suyo.', hint = 'centro_id';
    end if;
    op.centro_id := entradas[1].centro_id;
    if (op.centro_id is null) <> (op.tipo = 'trasladar' and op.fase is not distinct from 'llegada')
      and not (op.centro_id is null and op.tipo in ('merma', 'ajuste_inventario'))
    then
      raise exception 'lote_en_camino' using errcode = 'PT409',
        detail = 'Lo que va en camino llega primero a un centro, y solo llega lo que salió.', hint = 'entradas[0].lote';
    end if;
  end if;
  if op.tipo <> 'trasladar' then
    if op.destino_id is not null or op.fase is not null then
      raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
        hint = case when op.fase is null then 'destino_id' else 'fase' end;
    end if;
  elsif op.fase is not null and op.fase not in ('salida', 'llegada') then
    raise exception 'fase_invalida' using errcode = 'PT422',
      detail = 'La fase de un traslado es salida o llegada, sin ella son las dos.', hint = 'fase';
  else
    -- What arrives goes where it was sent, unless it is said.
    op.destino_id := coalesce(op.destino_id, case when op.fase = 'llegada' then entradas[1].destino_id end);
    if op.destino_id is null or op.destino_id = op.centro_id then
      raise exception 'destino_invalido' using errcode = 'PT422', detail = 'Diga a qué otro centro va.', hint = 'destino_id';
    end if;
    perform privado.exigir_centro(op.empresa_id, op.destino_id, 'destino_id');
  end if;
  if op.centro_id is not null then
    perform privado.exigir_centro(op.empresa_id, op.centro_id, 'centro_id');
  end if;
  return op;
end
$$;
comment on function privado.lugar_de(public.operaciones, privado.entrada[]) is
  'La operación con el centro donde están sus entradas y, si traslada, su destino.';

-- Late is welcome, the future is not; nor is anything done with a lot before it was made.
create function privado.exigir_momento(v_en timestamptz, entradas privado.entrada[]) returns void
language plpgsql stable set search_path = '' as $$
begin
  if v_en < '1990-01-01' or v_en > clock_timestamp() + interval '5 minutes' then
    raise exception 'operacion_en_el_futuro' using errcode = 'PT422',
      detail = 'Una operación se cuenta cuando pasó, o después, no antes.', hint = 'en';
  elsif exists (select from unnest(entradas) as e where e.en > v_en) then
    raise exception 'operacion_antes_que_su_lote' using errcode = 'PT409',
      detail = 'Una operación no es anterior a la que hizo uno de sus lotes.', hint = 'en';
  end if;
end
$$;
comment on function privado.exigir_momento(timestamptz, privado.entrada[]) is 'Nada, si una operación pudo ser entonces.';

revoke all on function privado.exigir_forma(text, int, int), privado.exigir_centro(bigint, bigint, text),
  privado.lugar_de(public.operaciones, privado.entrada[]), privado.exigir_momento(timestamptz, privado.entrada[]) from public;
