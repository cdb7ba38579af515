-- What is expected of a drying and of a fermentation, by the figures in force on its day: a company's own, or else
-- everybody's.

create function privado.cifra_vigente(empresa bigint, v_tipo text, v_variante text, fecha date) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select p.valor from public.parametros p
    where (p.empresa_id = empresa or p.empresa_id is null) and p.tipo = v_tipo and p.variante = v_variante
      and p.desde <= fecha and coalesce(p.hasta > fecha, true)
    order by p.empresa_id nulls last limit 1);
end
$$;
comment on function privado.cifra_vigente(bigint, text, text, date) is
  'Un parámetro que rige un día para una empresa, o null.';

create function privado.cifra_de(empresa bigint, v_tipo text, v_variante text, fecha date) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  hallado constant jsonb := privado.cifra_vigente(empresa, v_tipo, v_variante, fecha);
begin
  if hallado is null then
    raise exception 'limite_sin_definir' using errcode = 'PT422',
      detail = 'Falta un parámetro para esa fecha: un límite, un rendimiento o la humedad objetivo.', hint = 'en';
  end if;
  return hallado;
end
$$;
comment on function privado.cifra_de(bigint, text, text, date) is
  'Un parámetro que rige un día para una empresa; sin él, el error que lo dice.';

create function privado.dia_de(v_en timestamptz) returns date
language sql immutable set search_path = '' as $$
  select (v_en at time zone 'America/Guayaquil')::date
$$;
comment on function privado.dia_de(timestamptz) is 'El día de Guayaquil de un instante.';

-- By its dry matter where its moisture was measured; what is wet and was only weighed, by the yield of the trade. Null
-- where nothing tells: of what is half dry there is a yield only where a company says one.
create function privado.seco_equivalente(
  empresa bigint, kg numeric, condicion text, humedad numeric, objetivo numeric, fecha date
) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  if humedad is not null then
    return kg * (100 - humedad) / (100 - objetivo);
  elsif condicion in ('baba', 'escurrido', 'semiseco') then
    return kg * (privado.cifra_vigente(empresa, 'rendimiento', condicion, fecha) ->> 'factor')::numeric
      * (100 - (privado.cifra_de(empresa, 'humedad_objetivo', '', fecha) ->> 'porcentaje')::numeric) / (100 - objetivo);
  end if;
  return null;
end
$$;
comment on function privado.seco_equivalente(bigint, numeric, text, numeric, numeric, date) is
  'Kilos que quedan de un cacao a una humedad; null si no se sabe la suya.';

create function privado.juzgar(t privado.trabajo, pct numeric, limites jsonb) returns privado.trabajo
language plpgsql immutable set search_path = '' as $$
begin
  t.op.veredicto := case
    when pct > (limites ->> 'alerta')::numeric or pct < -coalesce((limites ->> 'ganancia')::numeric, 0) then 'alerta'
    when pct > (limites ->> 'aviso')::numeric then 'aviso' else 'ok' end;
  if (t.op).veredicto = 'alerta' and (t.op).motivo is null then
    raise exception 'alerta_sin_motivo' using errcode = 'PT422',
      detail = 'Lo que salió se aparta demasiado de lo esperado: diga por qué.', hint = 'motivo';
  end if;
  return t;
end
$$;
comment on function privado.juzgar(privado.trabajo, numeric, jsonb) is
  'El veredicto de lo que nadie explica, en por ciento; una alerta pide motivo.';

-- Water is what dry matter does not account for. Of baba that was measured there is more that leaves with it, juice and
-- placenta: down to the yield of the trade, nobody has to explain it.
create function privado.secar(t privado.trabajo) returns privado.trabajo
language plpgsql stable security definer set search_path = '' as $$
declare
  fecha constant date := privado.dia_de((t.op).en);
  empresa constant bigint := (t.op).empresa_id;
  final constant numeric := t.salidas[1].humedad_pct;
  entra constant numeric := (select sum(e.kg) from unnest(t.entradas) as e);
  resto constant numeric := entra - t.salidas[1].kg - (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p);
  una privado.entrada;
  seco numeric;
  esperado numeric := 0;
  minimo numeric := 0;
  agua numeric;
  exudado numeric;
  sin_explicar numeric;
begin
  foreach una in array t.entradas loop
    seco := privado.seco_equivalente(empresa, una.kg, una.condicion, una.humedad_pct, final, fecha);
    if seco is null then
      raise exception 'humedad_sin_decir' using errcode = 'PT422',
        detail = 'De un secado hace falta la humedad: la de lo que sale y, si ya estaba seco, la de lo que entra.',
        hint = format('entradas[%s].lote', array_position(t.entradas, una) - 1);
    end if;
    esperado := esperado + seco;
    minimo := minimo + case when una.condicion = 'baba' and una.humedad_pct is not null
      then least(seco, privado.seco_equivalente(empresa, una.kg, 'baba', null, final, fecha)) else seco end;
  end loop;
  esperado := round(esperado, 3);
  minimo := least(round(minimo, 3), esperado);
  if esperado > entra then
    raise exception 'humedad_que_sube' using errcode = 'PT422', detail = 'Al secar, la humedad no sube.',
      hint = 'salidas[0].humedad_pct';
  end if;
  sin_explicar := resto - (entra - esperado);
  exudado := greatest(0, least(sin_explicar, esperado - minimo));
  sin_explicar := sin_explicar - exudado;
  -- More came out than should: what was lost, if anything was, is water.
  agua := case when sin_explicar < 0 then resto else entra - esperado end;
  t.op.esperado_kg := esperado;
  -- Of a gram that was wet nothing may be expected: it is judged as of one.
  t := privado.juzgar(t, sin_explicar * 100 / greatest(esperado, 0.001), privado.cifra_de(empresa, 'limite_secado', '', fecha));
  t.perdidas := t.perdidas || array[('agua', agua)::privado.perdida, ('exudado', exudado)::privado.perdida,
    ('sin_explicar', greatest(sin_explicar, 0))::privado.perdida];
  return t;
end
$$;
comment on function privado.secar(privado.trabajo) is
  'Lo que un secado debía dar, el agua y el exudado que se fueron, y lo que nadie explica.';

-- Juice drips: up to the limit at which one is told, it is that, and beyond it nobody knows.
create function privado.fermentar(t privado.trabajo) returns privado.trabajo
language plpgsql stable security definer set search_path = '' as $$
declare
  limites constant jsonb := privado.cifra_de((t.op).empresa_id, 'limite_fermentado', '', privado.dia_de((t.op).en));
  entra constant numeric := (select sum(e.kg) from unnest(t.entradas) as e);
  resto constant numeric := entra - t.salidas[1].kg - (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p);
  escurre constant numeric := round(entra * (limites ->> 'aviso')::numeric / 100, 3);
begin
  t.op.esperado_kg := entra - escurre;
  t := privado.juzgar(t, resto * 100 / entra, limites);
  t.perdidas := t.perdidas || array[('exudado', least(resto, escurre))::privado.perdida,
    ('sin_explicar', greatest(resto - escurre, 0))::privado.perdida];
  return t;
end
$$;
comment on function privado.fermentar(privado.trabajo) is 'El exudado de una fermentación, y lo que pasa de él.';

revoke all on function privado.cifra_vigente(bigint, text, text, date), privado.cifra_de(bigint, text, text, date),
  privado.dia_de(timestamptz),
  privado.seco_equivalente(bigint, numeric, text, numeric, numeric, date),
  privado.juzgar(privado.trabajo, numeric, jsonb), privado.secar(privado.trabajo), privado.fermentar(privado.trabajo)
  from public;
