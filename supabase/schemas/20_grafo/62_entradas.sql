-- What an operation takes: each lot of its own company, with enough left, that nobody holds.

create type privado.entrada as (
  lote_id uuid, kg numeric, centro_id bigint, condicion text, humedad_pct numeric, producto text, variedad text, grado text,
  certificaciones text[], origen_conocido boolean, en timestamptz, destino_id bigint);
comment on type privado.entrada is 'Lo que una operación toma de un lote, y cómo es ese lote.';

-- By id or by code; of another company's the answer is that of one that does not exist.
create function privado.lote_llamado(empresa bigint, nombre jsonb, campo text) returns uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  texto constant text := case when jsonb_typeof(nombre) = 'string' then nombre #>> '{}' end;
  v_lote uuid;
begin
  if texto ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select l.id into v_lote from public.lotes l where l.id = texto::uuid and l.empresa_id = empresa;
  else
    select l.id into v_lote from public.lotes l where l.empresa_id = empresa and l.codigo = texto;
  end if;
  if v_lote is null then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.', hint = campo;
  end if;
  return v_lote;
end
$$;
comment on function privado.lote_llamado(bigint, jsonb, text) is 'El lote de una empresa, por su id o su código.';

-- The balances of some lots, taken in the order of their ids: whoever takes several waits for others in one order.
create function privado.tomar_saldos(v_lotes uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from privado.saldos s where s.lote_id = any (v_lotes) order by s.lote_id for update;
end
$$;
comment on function privado.tomar_saldos(uuid[]) is 'Toma los saldos de unos lotes hasta el fin de la transacción.';

-- What is held is taken by nobody, but for what arrives: the truck was on its way, and its cocoa stays held where it comes to.
create function privado.tomar_entradas(empresa bigint, entradas jsonb, llega boolean default false) returns privado.entrada[]
language plpgsql volatile security definer set search_path = '' as $$
declare
  ids uuid[];
  pedidos numeric[];
  fila record;
  tomadas privado.entrada[] := '{}';
begin
  perform privado.exigir_lista(entradas, '{lote,kg}', 'entradas');
  if entradas = '[]' then
    return tomadas;
  end if;
  select array_agg(privado.lote_llamado(empresa, e.v -> 'lote', 'entradas[' || e.n - 1 || '].lote') order by e.n),
    array_agg(case when e.v -> 'kg' <> 'null' then privado.leer_kg(e.v -> 'kg', 'entradas[' || e.n - 1 || '].kg') end order by e.n)
  into ids, pedidos
  from jsonb_array_elements(entradas) with ordinality as e (v, n);
  perform privado.tomar_saldos(ids);
  for fila in
    select t.n - 1 as i, l, s.kg as queda, s.anulado, s.retenido, o.en, o.destino_id,
      count(*) over (partition by t.id) as veces, coalesce(t.kg, s.kg) as kg
    from unnest(ids, pedidos) with ordinality as t (id, kg, n)
    join public.lotes l on l.id = t.id
    join privado.saldos s on s.lote_id = t.id
    join public.operaciones o on o.id = l.operacion_id
    order by t.n
  loop
    if fila.veces > 1 then
      raise exception 'entrada_repetida' using errcode = 'PT422', detail = 'Un lote entra una sola vez en una operación.',
        hint = format('entradas[%s].lote', fila.i);
    elsif fila.anulado then
      raise exception 'lote_anulado' using errcode = 'PT409', detail = 'La operación que hizo ese lote fue anulada.',
        hint = format('entradas[%s].lote', fila.i);
    elsif (fila.l).embarcado then
      raise exception 'lote_embarcado' using errcode = 'PT409', detail = 'Ese lote ya se embarcó.',
        hint = format('entradas[%s].lote', fila.i);
    elsif fila.retenido and not llega then
      raise exception 'lote_retenido' using errcode = 'PT409',
        detail = 'Ese lote está retenido: nadie lo consume hasta que se levante la retención.',
        hint = format('entradas[%s].lote', fila.i);
    elsif fila.queda <= 0 or fila.kg > fila.queda then
      raise exception 'saldo_insuficiente' using errcode = 'PT409', detail = 'De ese lote no quedan tantos kilos.',
        hint = format('entradas[%s].kg', fila.i);
    end if;
    tomadas := tomadas || ((fila.l).id, fila.kg, (fila.l).centro_id, (fila.l).condicion, (fila.l).humedad_pct, (fila.l).producto,
      (fila.l).variedad, (fila.l).grado, (fila.l).certificaciones, (fila.l).origen_conocido, fila.en, fila.destino_id)::privado.entrada;
  end loop;
  return tomadas;
end
$$;
comment on function privado.tomar_entradas(bigint, jsonb, boolean) is
  'Lo que una operación toma de cada lote, con sus saldos tomados; o el error que dice por qué no puede.';

revoke all on function privado.lote_llamado(bigint, jsonb, text), privado.tomar_saldos(uuid[]),
  privado.tomar_entradas(bigint, jsonb, boolean) from public;
