-- Why: what drying and fermenting lose is never more than went in; a gram can be dried; what was held or counted on its way
--   arrives; what is half dry is received without its moisture; two certificates are not one with a bar in its name.
-- Touches: privado.anular_operacion, privado.cifra_de, privado.cifra_vigente, privado.confirmar_ajuste,
--   privado.cuadrar, privado.exigir_forma, privado.exigir_lista, privado.fila_lote_grafo,
--   privado.leer_certificaciones, privado.lugar_de, privado.pasar_retenciones, privado.registrar_operacion,
--   privado.repartir_resto, privado.secar, privado.seco_equivalente, privado.terminar_operacion,
--   privado.tomar_entradas, privado.volumen_productor.
-- Destructive: no.

set check_function_bodies = off;
drop function privado.terminar_operacion(uuid, integer);
drop function privado.tomar_entradas(bigint, jsonb);

create or replace function privado.anular_operacion (
  v_operacion uuid,
  v_motivo text,
  v_id uuid
)
  returns jsonb
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  empresa constant bigint := privado.exigir_grafo();
  anulada public.operaciones;
  t privado.trabajo;
  op public.operaciones;
  siguen text;
begin
  op.empresa_id := empresa;
  op.motivo := privado.leer_motivo(v_motivo, true);
  if v_id is not null then
    op.huella := privado.huella_de_operacion(jsonb_build_array('anular', v_operacion, op.motivo));
    if privado.ya_registrada(v_id, empresa, op.huella) then
      return privado.operacion_json(v_id);
    end if;
  end if;
  select * into anulada from public.operaciones o where o.id = v_operacion and o.empresa_id = empresa;
  if anulada.id is null then
    raise exception 'operacion_no_existe' using errcode = 'PT404', detail = 'No existe esa operación.', hint = 'operacion';
  elsif anulada.tipo = 'anular' then
    raise exception 'anulacion_definitiva' using errcode = 'PT409',
      detail = 'Una anulación no se anula: registre de nuevo la operación.', hint = 'operacion';
  end if;
  perform privado.tomar_saldos(array(
    select c.lote_id from public.consumos c where c.operacion_id = anulada.id
    union all select p.lote_id from public.productos p where p.operacion_id = anulada.id));
  -- Under those rows, what others did before is seen.
  if exists (select from public.operaciones o where o.anula = anulada.id) then
    raise exception 'operacion_ya_anulada' using errcode = 'PT409', detail = 'Esa operación ya está anulada.',
      hint = 'operacion';
  end if;
  select string_agg(distinct o.tipo || ' ' || o.id, ', ') into siguen
  from public.productos p
  join public.consumos c on c.lote_id = p.lote_id
  join public.operaciones o on o.id = c.operacion_id
  where p.operacion_id = anulada.id and not exists (select from public.operaciones a where a.anula = o.id);
  if siguen is not null then
    raise exception 'operacion_con_siguientes' using errcode = 'PT409',
      detail = 'Otras operaciones consumieron lo que esa hizo: primero se anulan ellas.', hint = siguen;
  elsif exists (
    select from public.productos p join privado.saldos s on s.lote_id = p.lote_id
    where p.operacion_id = anulada.id and s.retenido)
  then
    raise exception 'lote_retenido' using errcode = 'PT409',
      detail = 'Ese lote está retenido: nadie lo consume hasta que se levante la retención.', hint = 'operacion';
  end if;
  op.id := coalesce(v_id, privado.uuidv7());
  op.tipo := 'anular';
  op.en := clock_timestamp();
  op.usuario_id := auth.uid();
  op.anula := anulada.id;
  t.op := op;
  t.entradas := '{}';
  t.salidas := '{}';
  t.perdidas := '{}';
  perform privado.escribir_operacion(t);
  update privado.saldos s set kg = s.kg + c.kg from public.consumos c
  where c.operacion_id = anulada.id and s.lote_id = c.lote_id;
  update privado.saldos s set kg = 0, anulado = true from public.productos p
  where p.operacion_id = anulada.id and s.lote_id = p.lote_id;
  perform privado.terminar_operacion(op.id);
  return privado.operacion_json(op.id);
end
$function$;

create or replace function privado.cifra_de (
  empresa bigint,
  v_tipo text,
  v_variante text,
  fecha date
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  hallado constant jsonb := privado.cifra_vigente(empresa, v_tipo, v_variante, fecha);
begin
  if hallado is null then
    raise exception 'limite_sin_definir' using errcode = 'PT422',
      detail = 'Falta un parámetro para esa fecha: un límite, un rendimiento o la humedad objetivo.', hint = 'en';
  end if;
  return hallado;
end
$function$;

create or replace function privado.cifra_vigente (
  empresa bigint,
  v_tipo text,
  v_variante text,
  fecha date
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return (
    select p.valor from public.parametros p
    where (p.empresa_id = empresa or p.empresa_id is null) and p.tipo = v_tipo and p.variante = v_variante
      and p.desde <= fecha and coalesce(p.hasta > fecha, true)
    order by p.empresa_id nulls last limit 1);
end
$function$;

create or replace function privado.confirmar_ajuste (
  v_id bigint
)
  returns jsonb
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  ajuste constant public.ajustes := privado.ajuste_por_resolver(v_id);
  t privado.trabajo;
  op public.operaciones;
  una privado.salida;
begin
  if ajuste.propuesto_por = auth.uid() then
    raise exception 'ajuste_propio' using errcode = 'PT403', detail = 'Un ajuste lo confirma otra persona.';
  elsif (select s.kg from privado.saldos s where s.lote_id = ajuste.lote_id) <> ajuste.saldo_kg then
    raise exception 'ajuste_de_otro_saldo' using errcode = 'PT409',
      detail = 'El saldo cambió desde que se contó: cuente y proponga otra vez.';
  end if;
  op.id := privado.uuidv7();
  op.empresa_id := ajuste.empresa_id;
  op.tipo := 'ajuste_inventario';
  op.usuario_id := ajuste.propuesto_por;
  op.segundo_usuario_id := auth.uid();
  op.motivo := ajuste.motivo;
  t.entradas := privado.tomar_entradas(ajuste.empresa_id,
    jsonb_build_array(jsonb_build_object('lote', ajuste.lote_id)));
  -- Not before its lot was made, which a clock some minutes ahead may have told.
  op.en := greatest(clock_timestamp(), t.entradas[1].en);
  op.centro_id := t.entradas[1].centro_id;
  -- What was counted on its way goes on to where it was sent.
  op.destino_id := case when op.centro_id is null then t.entradas[1].destino_id end;
  t.op := op;
  t.salidas := '{}';
  t.perdidas := '{}';
  if ajuste.kg_contado > 0 then
    una := (privado.heredar(t.entradas, privado.leer_salidas('[{}]')))[1];
    una.kg := ajuste.kg_contado;
    una.centro_id := op.centro_id;
    if ajuste.kg_contado > ajuste.saldo_kg then
      una.origen_conocido := false;
      una.certificaciones := '{}';
    end if;
    t.salidas := array[una];
  end if;
  if ajuste.kg_contado < ajuste.saldo_kg then
    t.perdidas := array[('sin_explicar', ajuste.saldo_kg - ajuste.kg_contado)::privado.perdida];
  end if;
  perform privado.escribir_operacion(t);
  perform privado.terminar_operacion(op.id);
  update public.ajustes a set estado = 'confirmado', resuelto_por = auth.uid(), resuelto_en = clock_timestamp(),
    operacion_id = op.id
  where a.id = ajuste.id;
  return privado.operacion_json(op.id);
end
$function$;

create or replace function privado.cuadrar (
  t privado.trabajo
)
  returns privado.trabajo
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  consumo constant numeric := (select sum(e.kg) from unnest(t.entradas) as e);
  tipo constant text := (t.op).tipo;
  pasos constant text[] := array['baba', 'escurrido', 'semiseco', 'seco', 'transformado'];
  cambia constant boolean := tipo in ('fermentar', 'secar', 'transformar');
  dichas constant privado.salida[] := t.salidas;
  producto numeric;
begin
  for i in 1 .. cardinality(t.entradas) loop
    if not cambia and t.entradas[i].condicion <> t.entradas[1].condicion then
      raise exception 'condiciones_distintas' using errcode = 'PT409',
        detail = 'Esos lotes no tienen la misma condición: séquelos antes de juntarlos.',
        hint = format('entradas[%s].lote', i - 1);
    end if;
  end loop;
  for i in 1 .. cardinality(t.salidas) loop
    if num_nonnulls(dichas[i].productor_id, dichas[i].lote_externo) > 0 then
      raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
        hint = format('salidas[%s].%s', i - 1, case when dichas[i].productor_id is null then 'lote_externo' else 'productor_id' end);
    elsif not cambia and dichas[i].condicion <> t.entradas[1].condicion then
      raise exception 'condicion_no_cambia' using errcode = 'PT422',
        detail = 'La condición cambia al fermentar, secar o transformar, y no vuelve atrás.',
        hint = format('salidas[%s].condicion', i - 1);
    elsif tipo = 'clasificar' and dichas[i].grado is null then
      raise exception 'grado_sin_decir' using errcode = 'PT422', detail = 'Diga el grado de lo que sale al clasificar.',
        hint = format('salidas[%s].grado', i - 1);
    end if;
  end loop;
  if tipo in ('fermentar', 'secar') then
    if dichas[1].kg is null then
      raise exception 'kg_invalidos' using errcode = 'PT422',
        detail = 'Los kilos son un número mayor que cero, con 3 decimales como máximo.', hint = 'salidas[0].kg';
    elsif tipo = 'secar' and dichas[1].humedad_pct is null then
      raise exception 'humedad_sin_decir' using errcode = 'PT422',
        detail = 'De un secado hace falta la humedad: la de lo que sale y, si ya estaba seco, la de lo que entra.',
        hint = 'salidas[0].humedad_pct';
    end if;
  end if;
  t.salidas := privado.heredar(t.entradas, t.salidas);
  for i in 1 .. cardinality(t.salidas) loop
    t.salidas[i].centro_id := case when tipo = 'embarcar' or (t.op).fase is not distinct from 'salida' then null
      else coalesce((t.op).destino_id, (t.op).centro_id) end;
    t.salidas[i].embarcado := tipo = 'embarcar';
    if cambia then
      t.salidas[i].condicion := case tipo when 'transformar' then 'transformado'
        else coalesce(dichas[i].condicion, case tipo when 'secar' then 'seco' else 'escurrido' end) end;
      t.salidas[i].humedad_pct := dichas[i].humedad_pct;
      if (select max(array_position(pasos, e.condicion)) from unnest(t.entradas) as e)
        > array_position(pasos, t.salidas[i].condicion)
      then
        raise exception 'condicion_no_cambia' using errcode = 'PT422',
          detail = 'La condición cambia al fermentar, secar o transformar, y no vuelve atrás.',
          hint = format('salidas[%s].condicion', i - 1);
      end if;
    end if;
  end loop;
  t := privado.repartir_resto(t);
  producto := (select coalesce(sum(s.kg), 0) from unnest(t.salidas) as s);
  if producto > consumo then
    raise exception 'sale_mas_de_lo_que_entra' using errcode = 'PT422',
      detail = 'Sale más de lo que entra: nada gana peso.', hint = 'salidas';
  -- Where more is said to be lost than there was, there is nothing to compute.
  elsif producto + (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p) <= consumo then
    t := case tipo when 'secar' then privado.secar(t) when 'fermentar' then privado.fermentar(t) else t end;
  end if;
  if consumo <> producto + (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p) then
    raise exception 'balance_no_cuadra' using errcode = 'PT422',
      detail = 'Lo que entra es lo que sale más lo que se pierde, al gramo: diga qué se perdió y por qué.',
      hint = case when cardinality(t.salidas) = 0 then 'perdidas' else 'salidas' end;
  end if;
  return t;
end
$function$;

create or replace function privado.exigir_forma (
  tipo text,
  entran integer,
  salen integer
)
  returns void
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.exigir_lista (
  lista jsonb,
  claves text[],
  campo text
)
  returns void
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
declare
  i int := 0;
  cosa jsonb;
begin
  if lista is null or jsonb_typeof(lista) <> 'array' or jsonb_array_length(lista) > 1000 then
    raise exception 'lista_invalida' using errcode = 'PT422',
      detail = 'Es una lista de 1000 cosas como máximo, o de 20 certificaciones.', hint = campo;
  end if;
  for cosa in select e from jsonb_array_elements(lista) as e loop
    if jsonb_typeof(cosa) <> 'object' or cosa - claves <> '{}' then
      raise exception 'elemento_invalido' using errcode = 'PT422',
        detail = 'Cada cosa de la lista es un objeto con los datos que se admiten, y ninguno más.',
        hint = campo || '[' || i || ']';
    end if;
    i := i + 1;
  end loop;
end
$function$;

create or replace function privado.fila_lote_grafo (
  l public.lotes
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"centro_id":' || privado.json_de(l.centro_id)
    -- Two certificates are not one that has a bar in its name.
    || ',"certificaciones":' || privado.json_de(array_to_string(array(
      select replace(replace(u.c, '\', '\\'), '|', '\|') from unnest(l.certificaciones) with ordinality as u (c, n)
      order by u.n), '|'))
    || ',"codigo":' || privado.json_de(l.codigo)
    || ',"condicion":' || privado.json_de(l.condicion)
    || ',"creado_en":' || privado.json_de(l.creado_en)
    || ',"embarcado":' || privado.json_de(l.embarcado)
    || ',"empresa_id":' || privado.json_de(l.empresa_id)
    || ',"grado":' || privado.json_de(l.grado)
    || ',"humedad_pct":' || privado.json_de(l.humedad_pct)
    || ',"id":' || privado.json_de(l.id)
    || ',"kg":' || privado.json_de(l.kg)
    || ',"lote_externo":' || privado.json_de(l.lote_externo)
    || ',"operacion_id":' || privado.json_de(l.operacion_id)
    || ',"origen_conocido":' || privado.json_de(l.origen_conocido)
    || ',"producto":' || privado.json_de(l.producto)
    || ',"productor_id":' || privado.json_de(l.productor_id)
    || ',"variedad":' || privado.json_de(l.variedad) || '}';
end
$function$;

create or replace function privado.leer_certificaciones (
  valor jsonb,
  campo text
)
  returns text[]
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  if valor is null or valor = 'null' then
    return null;
  elsif jsonb_typeof(valor) <> 'array' or jsonb_array_length(valor) > 20 then
    raise exception 'lista_invalida' using errcode = 'PT422',
      detail = 'Es una lista de 1000 cosas como máximo, o de 20 certificaciones.', hint = campo;
  end if;
  if exists (select from jsonb_array_elements(valor) as e where privado.leer_nombre(e, 40, campo) is null) then
    raise exception 'nombre_invalido' using errcode = 'PT422',
      detail = 'Es un nombre corto, sin espacios en los extremos ni caracteres invisibles.', hint = campo;
  end if;
  return array(select distinct e collate "C" from jsonb_array_elements_text(valor) as e order by 1);
end
$function$;

create or replace function privado.lugar_de (
  op public.operaciones,
  entradas privado.entrada[]
)
  returns public.operaciones
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.pasar_retenciones (
  v_operacion uuid
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.registrar_operacion (
  v_tipo text,
  v_entradas jsonb,
  v_salidas jsonb,
  v_perdidas jsonb,
  v_centro bigint,
  v_destino bigint,
  v_fase text,
  v_contrato bigint,
  v_en timestamp with time zone,
  v_motivo text,
  v_id uuid
)
  returns jsonb
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  op public.operaciones;
  t privado.trabajo;
begin
  op.empresa_id := privado.exigir_grafo();
  if not coalesce(v_tipo in ('recibir', 'mezclar', 'dividir', 'fermentar', 'secar', 'clasificar', 'transformar',
    'trasladar', 'embarcar', 'merma'), false)
  then
    raise exception 'tipo_de_operacion_invalido' using errcode = 'PT422',
      detail = 'El tipo es recibir, mezclar, dividir, fermentar, secar, clasificar, transformar, trasladar, embarcar o merma.',
      hint = 'tipo';
  end if;
  if v_id is not null then
    op.huella := privado.huella_de_operacion(jsonb_build_array(v_tipo, v_entradas, v_salidas, v_perdidas, v_centro,
      v_destino, v_fase, v_contrato, v_en, v_motivo));
    if privado.ya_registrada(v_id, op.empresa_id, op.huella) then
      return privado.operacion_json(v_id) || jsonb_build_object('avisos', privado.avisos_de(v_id));
    end if;
  end if;
  op.id := coalesce(v_id, privado.uuidv7());
  op.tipo := v_tipo;
  op.en := coalesce(v_en, clock_timestamp());
  op.centro_id := v_centro;
  op.destino_id := v_destino;
  op.fase := v_fase;
  op.contrato_id := v_contrato;
  op.usuario_id := auth.uid();
  op.motivo := privado.leer_motivo(v_motivo, false);
  t.salidas := privado.leer_salidas(v_salidas);
  t.perdidas := privado.leer_perdidas(v_perdidas, v_tipo);
  -- What moves whole, or leaves, needs not be said twice.
  if v_tipo in ('mezclar', 'trasladar', 'embarcar') and cardinality(t.salidas) = 0 then
    t.salidas := privado.leer_salidas('[{}]');
  end if;
  if v_contrato is not null then
    if v_tipo not in ('recibir', 'embarcar') then
      raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
        hint = 'contrato_id';
    end if;
    perform privado.exigir_contrato(v_contrato);
  end if;
  t.entradas := privado.tomar_entradas(op.empresa_id, v_entradas,
    coalesce(v_tipo = 'trasladar' and v_fase = 'llegada', false));
  perform privado.exigir_forma(v_tipo, cardinality(t.entradas), cardinality(t.salidas));
  t.op := privado.lugar_de(op, t.entradas);
  perform privado.exigir_momento(op.en, t.entradas);
  t := case v_tipo when 'recibir' then privado.recibir(t) else privado.cuadrar(t) end;
  perform privado.escribir_operacion(t);
  perform privado.terminar_operacion(op.id);
  if op.fase = 'llegada' then
    perform privado.pasar_retenciones(op.id);
  end if;
  return privado.operacion_json(op.id) || jsonb_build_object('avisos', privado.avisos_de(op.id));
end
$function$;

create or replace function privado.repartir_resto (
  t privado.trabajo
)
  returns privado.trabajo
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
declare
  resto constant numeric := (select coalesce(sum(e.kg), 0) from unnest(t.entradas) as e)
    - (select coalesce(sum(s.kg), 0) from unnest(t.salidas) as s)
    - (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p);
  sin_decir int := 0;
begin
  for i in 1 .. cardinality(t.salidas) loop
    if t.salidas[i].kg is null then
      sin_decir := sin_decir + 1;
      if sin_decir > 1 or resto <= 0 or resto > 1000000000 then
        raise exception 'kg_invalidos' using errcode = 'PT422',
          detail = 'Los kilos son un número mayor que cero, con 3 decimales como máximo.',
          hint = format('salidas[%s].kg', i - 1);
      end if;
      t.salidas[i].kg := resto;
    end if;
  end loop;
  return t;
end
$function$;

create or replace function privado.secar (
  t privado.trabajo
)
  returns privado.trabajo
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.seco_equivalente (
  empresa bigint,
  kg numeric,
  condicion text,
  humedad numeric,
  objetivo numeric,
  fecha date
)
  returns numeric
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  if humedad is not null then
    return kg * (100 - humedad) / (100 - objetivo);
  elsif condicion in ('baba', 'escurrido', 'semiseco') then
    return kg * (privado.cifra_vigente(empresa, 'rendimiento', condicion, fecha) ->> 'factor')::numeric
      * (100 - (privado.cifra_de(empresa, 'humedad_objetivo', '', fecha) ->> 'porcentaje')::numeric) / (100 - objetivo);
  end if;
  return null;
end
$function$;

create or replace function privado.terminar_operacion (
  v_operacion uuid
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.seguir_promesas(v_operacion);
  perform privado.sumar_produccion(v_operacion);
  perform privado.encadenar_operacion(v_operacion);
end
$function$;

create or replace function privado.tomar_entradas (
  empresa bigint,
  entradas jsonb,
  llega boolean default false
)
  returns privado.entrada[]
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.volumen_productor (
  empresa bigint,
  productor bigint,
  anio integer
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
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
$function$;

comment on function privado.cifra_de(bigint, text, text, date) is 'Un parámetro que rige un día para una empresa; sin él, el error que lo dice.';
comment on function privado.cifra_vigente(bigint, text, text, date) is 'Un parámetro que rige un día para una empresa, o null.';
comment on function privado.pasar_retenciones(uuid) is 'Lo que llega de un lote retenido queda retenido.';
comment on function privado.terminar_operacion(uuid) is 'Lo que sigue de una operación registrada, también de una anulación, y al final su evidencia.';
comment on function privado.tomar_entradas(bigint, jsonb, boolean) is 'Lo que una operación toma de cada lote, con sus saldos tomados; o el error que dice por qué no puede.';
revoke all on function privado.cifra_vigente(empresa bigint, v_tipo text, v_variante text, fecha date) from public;
revoke all on function privado.pasar_retenciones(v_operacion uuid) from public;
revoke all on function privado.terminar_operacion(v_operacion uuid) from public;
revoke all on function privado.tomar_entradas(empresa bigint, entradas jsonb, llega boolean) from public;
reset check_function_bodies;
