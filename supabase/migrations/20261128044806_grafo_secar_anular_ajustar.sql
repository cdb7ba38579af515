-- Why: drying and fermenting are judged by their balance, what was told wrong is voided, counts are adjusted by two
--   people, lots are held, and a producer's volume is judged by its farm. Operations are counted per company: one count
--   of all told each how much the others do; those there are keep their numbers, and the count goes on from them.
-- Touches: privado.ajuste_por_resolver, privado.anular_operacion, privado.aplicar_retencion, privado.avisos_de,
--   privado.cifra_de, privado.confirmar_ajuste, privado.cuadrar, privado.dia_de, privado.encadenar_ajuste,
--   privado.escribir_operacion, privado.fermentar, privado.fila_ajuste, privado.fila_retencion,
--   privado.filas_de_grafo, privado.juzgar, privado.levantar_retencion, privado.mi_volumen_productor,
--   privado.parametro_valido, privado.proponer_ajuste, privado.rechazar_ajuste, privado.registrar_operacion,
--   privado.retener_lote, privado.secar, privado.seco_equivalente, privado.volumen_productor, public.ajustes,
--   public.ajustes_propuesto_key, public.anular_operacion, public.confirmar_ajuste, public.levantar_retencion,
--   public.parametros, public.proponer_ajuste, public.rechazar_ajuste, public.retenciones, public.retener_lote,
--   public.volumen_productor.
-- Destructive: no.

set check_function_bodies = off;

alter table public.parametros
  drop constraint parametros_tipo_valido;

create or replace function privado.ajuste_por_resolver (
  v_id bigint
)
  returns public.ajustes
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  empresa constant bigint := case when not privado.es_admin() then privado.exigir_grafo() end;
  ajuste public.ajustes;
begin
  select * into ajuste from public.ajustes a where a.id = v_id and (empresa is null or a.empresa_id = empresa);
  if ajuste.id is null then
    raise exception 'ajuste_no_existe' using errcode = 'PT404', detail = 'No existe ese ajuste.';
  end if;
  perform privado.tomar_saldos(array[ajuste.lote_id]);
  select * into ajuste from public.ajustes a where a.id = v_id for update;
  if ajuste.estado <> 'propuesto' then
    raise exception 'ajuste_resuelto' using errcode = 'PT409', detail = 'Ese ajuste ya se confirmó o se rechazó.';
  end if;
  return ajuste;
end
$function$;

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
  perform privado.terminar_operacion(op.id, -1);
  return privado.operacion_json(op.id);
end
$function$;

create or replace function privado.aplicar_retencion()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  update privado.saldos s set retenido = exists (
    select from public.retenciones r where r.lote_id = new.lote_id and r.levantada_en is null)
  where s.lote_id = new.lote_id;
  perform privado.encadenar(array[(-new.empresa_id,
    case tg_op when 'INSERT' then 'lote.retenido' else 'lote.liberado' end, 'retencion/' || new.id,
    '{"fila":' || privado.fila_retencion(new, privado.sal_de('retencion/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.avisos_de (
  v_operacion uuid
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
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
  hallado jsonb;
begin
  select p.valor into hallado from public.parametros p
  where (p.empresa_id = empresa or p.empresa_id is null) and p.tipo = v_tipo and p.variante = v_variante
    and p.desde <= fecha and coalesce(p.hasta > fecha, true)
  order by p.empresa_id nulls last limit 1;
  if hallado is null then
    raise exception 'limite_sin_definir' using errcode = 'PT422',
      detail = 'Falta un parámetro para esa fecha: un límite, un rendimiento o la humedad objetivo.', hint = 'en';
  end if;
  return hallado;
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
  op.en := clock_timestamp();
  op.usuario_id := ajuste.propuesto_por;
  op.segundo_usuario_id := auth.uid();
  op.motivo := ajuste.motivo;
  t.entradas := privado.tomar_entradas(ajuste.empresa_id,
    jsonb_build_array(jsonb_build_object('lote', ajuste.lote_id)));
  op.centro_id := t.entradas[1].centro_id;
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
  perform privado.terminar_operacion(op.id, 1);
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
  elsif tipo = 'secar' then
    t := privado.secar(t);
  elsif tipo = 'fermentar' then
    t := privado.fermentar(t);
  end if;
  if consumo <> producto + (select coalesce(sum(p.kg), 0) from unnest(t.perdidas) as p) then
    raise exception 'balance_no_cuadra' using errcode = 'PT422',
      detail = 'Lo que entra es lo que sale más lo que se pierde, al gramo: diga qué se perdió y por qué.',
      hint = case when cardinality(t.salidas) = 0 then 'perdidas' else 'salidas' end;
  end if;
  return t;
end
$function$;

create or replace function privado.dia_de (
  v_en timestamp with time zone
)
  returns date
  language sql
  immutable
  set search_path to ''
  AS $function$
  select (v_en at time zone 'America/Guayaquil')::date
$function$;

create or replace function privado.encadenar_ajuste()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array[(-new.empresa_id, 'ajuste.' || new.estado, 'ajuste/' || new.id,
    '{"fila":' || privado.fila_ajuste(new, privado.sal_de('ajuste/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.escribir_operacion (
  t privado.trabajo
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  op constant public.operaciones := t.op;
  anio constant int := extract(year from privado.hoy());
  numero bigint;
begin
  -- A count of the company's own: one of all companies would tell each how much the others do. It is held until the end,
  -- so that the order of numbers is that in which things were done.
  insert into public.operaciones (
    id, secuencia, empresa_id, tipo, en, centro_id, destino_id, fase, contrato_id, usuario_id, segundo_usuario_id, motivo, anula,
    esperado_kg, veredicto, huella)
  overriding system value values (
    op.id, privado.siguiente_numero('operaciones ' || op.empresa_id, 0), op.empresa_id, op.tipo, op.en, op.centro_id, op.destino_id, op.fase, op.contrato_id, op.usuario_id,
    op.segundo_usuario_id, op.motivo, op.anula, op.esperado_kg, op.veredicto, op.huella);
  if cardinality(t.salidas) > 0 then
    -- The counter is held until the end: codes have no holes.
    numero := privado.siguiente_numero('lotes ' || op.empresa_id, anio, cardinality(t.salidas));
    with hechos as (
      insert into public.lotes (
        empresa_id, codigo, operacion_id, centro_id, producto, condicion, variedad, grado, certificaciones,
        origen_conocido, kg, humedad_pct, productor_id, lote_externo, embarcado)
      select op.empresa_id,
        'LO-' || anio || '-' || lpad((numero + s.n - 1)::text, greatest(6, length((numero + s.n - 1)::text)), '0'), op.id,
        s.centro_id, s.producto, s.condicion, s.variedad, s.grado, s.certificaciones, s.origen_conocido, s.kg,
        s.humedad_pct, s.productor_id, s.lote_externo, s.embarcado
      from unnest(t.salidas) with ordinality as s (
        kg, centro_id, condicion, humedad_pct, producto, variedad, grado, certificaciones, origen_conocido, productor_id,
        lote_externo, embarcado, n)
      order by s.n
      returning id, empresa_id, centro_id, condicion, kg, codigo
    ), nacidos as (
      insert into privado.saldos (lote_id, empresa_id, centro_id, condicion, kg)
      select h.id, h.empresa_id, h.centro_id, h.condicion, h.kg from hechos h
    )
    insert into public.productos (operacion_id, lote_id, empresa_id, kg)
    select op.id, h.id, h.empresa_id, h.kg from hechos h order by h.codigo;
  end if;
  if cardinality(t.entradas) > 0 then
    insert into public.consumos (operacion_id, lote_id, empresa_id, kg)
    select op.id, e.lote_id, op.empresa_id, e.kg from unnest(t.entradas) as e;
    update privado.saldos s set kg = s.kg - e.kg from unnest(t.entradas) as e where s.lote_id = e.lote_id;
  end if;
  insert into public.perdidas (operacion_id, causa, empresa_id, kg)
  select op.id, p.causa, op.empresa_id, p.kg from unnest(t.perdidas) as p where p.kg > 0;
end
$function$;

create or replace function privado.fermentar (
  t privado.trabajo
)
  returns privado.trabajo
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.fila_ajuste (
  a public.ajustes,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"empresa_id":' || privado.json_de(a.empresa_id)
    || ',"estado":' || privado.json_de(a.estado)
    || ',"id":' || privado.json_de(a.id)
    || ',"kg_contado":' || privado.json_de(a.kg_contado)
    || ',"lote_id":' || privado.json_de(a.lote_id)
    || ',"motivo":' || privado.json_de(a.motivo, sal)
    || ',"operacion_id":' || privado.json_de(a.operacion_id)
    || ',"propuesto_en":' || privado.json_de(a.propuesto_en)
    || ',"propuesto_por":' || privado.json_de(a.propuesto_por)
    || ',"resuelto_en":' || privado.json_de(a.resuelto_en)
    || ',"resuelto_por":' || privado.json_de(a.resuelto_por)
    || ',"saldo_kg":' || privado.json_de(a.saldo_kg) || '}';
end
$function$;

create or replace function privado.fila_retencion (
  r public.retenciones,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"creada_en":' || privado.json_de(r.creada_en)
    || ',"creada_por":' || privado.json_de(r.creada_por)
    || ',"empresa_id":' || privado.json_de(r.empresa_id)
    || ',"id":' || privado.json_de(r.id)
    || ',"levantada_en":' || privado.json_de(r.levantada_en)
    || ',"levantada_motivo":' || privado.json_de(r.levantada_motivo, sal)
    || ',"levantada_por":' || privado.json_de(r.levantada_por)
    || ',"lote_id":' || privado.json_de(r.lote_id)
    || ',"motivo":' || privado.json_de(r.motivo, sal)
    || ',"retiro_id":' || privado.json_de(r.retiro_id) || '}';
end
$function$;

create or replace function privado.filas_de_grafo (
  v_empresa bigint
)
  returns table (
    objeto text,
    fila text
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return query
    select 'centro/' || c.id, privado.fila_centro(c) from public.centros c where c.empresa_id = v_empresa
    union all
    select 'productor/' || p.id, privado.fila_productor(p, s.sal)
    from public.productores p left join privado.evidencias_sales s on s.objeto = 'productor/' || p.id
    where p.empresa_id = v_empresa
    union all
    select 'operacion/' || o.id, privado.fila_operacion(o, s.sal)
    from public.operaciones o left join privado.evidencias_sales s on s.objeto = 'operacion/' || o.id
    where o.empresa_id = v_empresa
    union all
    select 'lote_grafo/' || l.id, privado.fila_lote_grafo(l) from public.lotes l where l.empresa_id = v_empresa
    union all
    select 'producto/' || p.lote_id, privado.fila_producto(p) from public.productos p where p.empresa_id = v_empresa
    union all
    select 'consumo/' || c.operacion_id || '/' || c.lote_id, privado.fila_consumo(c)
    from public.consumos c where c.empresa_id = v_empresa
    union all
    select 'perdida/' || p.operacion_id || '/' || p.causa, privado.fila_perdida(p)
    from public.perdidas p where p.empresa_id = v_empresa
    union all
    select 'retencion/' || r.id, privado.fila_retencion(r, s.sal)
    from public.retenciones r left join privado.evidencias_sales s on s.objeto = 'retencion/' || r.id
    where r.empresa_id = v_empresa
    union all
    select 'ajuste/' || a.id, privado.fila_ajuste(a, s.sal)
    from public.ajustes a left join privado.evidencias_sales s on s.objeto = 'ajuste/' || a.id
    where a.empresa_id = v_empresa;
end
$function$;

create or replace function privado.juzgar (
  t privado.trabajo,
  pct numeric,
  limites jsonb
)
  returns privado.trabajo
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.levantar_retencion (
  v_lote uuid,
  v_motivo text
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.mi_volumen_productor (
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
  empresa constant bigint := privado.exigir_grafo();
begin
  if not coalesce(anio between 1990 and 2100, false) then
    raise exception 'anio_invalido' using errcode = 'PT422', detail = 'El año va de 1990 a 2100.', hint = 'anio';
  end if;
  return privado.volumen_productor(empresa, productor, anio);
end
$function$;

create or replace function privado.parametro_valido (
  tipo text,
  valor jsonb
)
  returns boolean
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  if jsonb_typeof(valor) is distinct from 'object' then
    return false;
  end if;
  return case
    when tipo in ('quintal', 'saco') then valor - 'kg' = '{}' and privado.numero_valido(valor -> 'kg', 0.001, 1000, 6)
    when tipo = 'humedad_objetivo'
      then valor - 'porcentaje' = '{}' and privado.numero_valido(valor -> 'porcentaje', 0, 99.99, 2)
    when tipo = 'rendimiento' then valor - 'factor' = '{}' and privado.numero_valido(valor -> 'factor', 0.0001, 1, 6)
    when tipo = 'descuento_calificacion' then valor - 'tramos' = '{}' and privado.tramos_validos(valor -> 'tramos')
    when tipo = 'costo_qq' then valor - 'usd' = '{}' and privado.numero_valido(valor -> 'usd', 0, 10000, 4)
    when tipo = 'retencion'
      then valor - 'porcentaje' = '{}' and privado.numero_valido(valor -> 'porcentaje', 0, 99.9999, 4)
    when tipo = 'norma_calidad' then valor - '{edicion,grados}'::text[] = '{}'
      and jsonb_typeof(valor -> 'edicion') is not distinct from 'string'
      and privado.nombre_valido(valor ->> 'edicion', 40)
      and privado.grados_validos(valor -> 'grados')
    -- Percents of what should have come out: told, and to be explained; and of what is too much.
    when tipo = 'limite_secado' then valor - '{aviso,alerta,ganancia}'::text[] = '{}'
      and privado.numero_valido(valor -> 'aviso', 0, 100, 2) and privado.numero_valido(valor -> 'ganancia', 0, 100, 2)
      and privado.numero_valido(valor -> 'alerta', coalesce((valor ->> 'aviso')::numeric, 0), 100, 2)
    when tipo = 'limite_fermentado' then valor - '{aviso,alerta}'::text[] = '{}'
      and privado.numero_valido(valor -> 'aviso', 0, 100, 2)
      and privado.numero_valido(valor -> 'alerta', coalesce((valor ->> 'aviso')::numeric, 0), 100, 2)
    when tipo = 'rendimiento_hectarea' then valor - 'kg' = '{}' and privado.numero_valido(valor -> 'kg', 1, 100000, 3)
    when tipo = 'lote_minimo' then valor - 'qq' = '{}' and privado.numero_valido(valor -> 'qq', 0.0001, 1000, 4)
    else false end;
end
$function$;

create or replace function privado.proponer_ajuste (
  v_lote uuid,
  contado numeric,
  v_motivo text
)
  returns bigint
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  empresa constant bigint := privado.exigir_grafo();
  lote constant uuid := privado.lote_llamado(empresa, to_jsonb(v_lote), 'lote');
  motivo constant text := privado.leer_motivo(v_motivo, true);
  saldo privado.saldos;
  v_id bigint;
begin
  if coalesce(contado < 0 or contado > 1000000000 or min_scale(contado) > 3, true) then
    raise exception 'conteo_invalido' using errcode = 'PT422',
      detail = 'Lo contado es un número desde cero, con 3 decimales como máximo.', hint = 'kg_contado';
  end if;
  perform privado.tomar_saldos(array[lote]);
  select * into saldo from privado.saldos s where s.lote_id = lote;
  if saldo.kg = 0 or (select l.embarcado from public.lotes l where l.id = lote) then
    raise exception 'lote_sin_existencias' using errcode = 'PT409',
      detail = 'De ese lote no queda nada que contar: se consumió, se embarcó o se anuló.', hint = 'lote';
  elsif saldo.kg = contado then
    raise exception 'conteo_sin_diferencia' using errcode = 'PT409', detail = 'Lo contado es lo que dice el saldo.',
      hint = 'kg_contado';
  elsif exists (select from public.ajustes a where a.lote_id = lote and a.estado = 'propuesto') then
    raise exception 'ajuste_pendiente' using errcode = 'PT409', detail = 'Ese lote ya tiene un ajuste por confirmar.',
      hint = 'lote';
  end if;
  insert into public.ajustes (empresa_id, lote_id, kg_contado, saldo_kg, motivo, propuesto_por)
  values (empresa, lote, contado, saldo.kg, motivo, auth.uid()) returning id into v_id;
  return v_id;
end
$function$;

create or replace function privado.rechazar_ajuste (
  v_id bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  ajuste constant public.ajustes := privado.ajuste_por_resolver(v_id);
begin
  update public.ajustes a set estado = 'rechazado', resuelto_por = auth.uid(), resuelto_en = clock_timestamp()
  where a.id = ajuste.id;
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
  t.entradas := privado.tomar_entradas(op.empresa_id, v_entradas);
  perform privado.exigir_forma(v_tipo, cardinality(t.entradas), cardinality(t.salidas));
  t.op := privado.lugar_de(op, t.entradas);
  perform privado.exigir_momento(op.en, t.entradas);
  t := case v_tipo when 'recibir' then privado.recibir(t) else privado.cuadrar(t) end;
  perform privado.escribir_operacion(t);
  perform privado.terminar_operacion(op.id, 1);
  return privado.operacion_json(op.id) || jsonb_build_object('avisos', privado.avisos_de(op.id));
end
$function$;

create or replace function privado.retener_lote (
  v_lote uuid,
  v_motivo text
)
  returns bigint
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
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
  t := privado.juzgar(t, sin_explicar * 100 / esperado, privado.cifra_de(empresa, 'limite_secado', '', fecha));
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
    return kg * (privado.cifra_de(empresa, 'rendimiento', condicion, fecha) ->> 'factor')::numeric
      * (100 - (privado.cifra_de(empresa, 'humedad_objetivo', '', fecha) ->> 'porcentaje')::numeric) / (100 - objetivo);
  end if;
  return null;
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
  -- What is dry and was not measured counts as it weighed.
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

create or replace function public.anular_operacion (
  operacion uuid,
  motivo text,
  id uuid default null::uuid
)
  returns jsonb
  language plpgsql
  set search_path to ''
  AS $function$
begin
  return privado.anular_operacion(operacion, motivo, id);
end
$function$;

create or replace function public.confirmar_ajuste (
  id bigint
)
  returns jsonb
  language plpgsql
  set search_path to ''
  AS $function$
begin
  return privado.confirmar_ajuste(id);
end
$function$;

create or replace function public.levantar_retencion (
  lote uuid,
  motivo text
)
  returns void
  language plpgsql
  set search_path to ''
  AS $function$
begin
  perform privado.levantar_retencion(lote, motivo);
end
$function$;

create or replace function public.proponer_ajuste (
  lote uuid,
  kg_contado numeric,
  motivo text
)
  returns bigint
  language plpgsql
  set search_path to ''
  AS $function$
begin
  return privado.proponer_ajuste(lote, kg_contado, motivo);
end
$function$;

create or replace function public.rechazar_ajuste (
  id bigint
)
  returns void
  language plpgsql
  set search_path to ''
  AS $function$
begin
  perform privado.rechazar_ajuste(id);
end
$function$;

create or replace function public.retener_lote (
  lote uuid,
  motivo text
)
  returns bigint
  language plpgsql
  set search_path to ''
  AS $function$
begin
  return privado.retener_lote(lote, motivo);
end
$function$;

create or replace function public.volumen_productor (
  productor bigint,
  anio integer
)
  returns jsonb
  language plpgsql
  stable
  set search_path to ''
  AS $function$
begin
  return privado.mi_volumen_productor(productor, anio);
end
$function$;

alter table public.parametros
  add constraint parametros_tipo_valido
    check
    ((tipo = ANY (ARRAY['quintal'::text, 'saco'::text, 'humedad_objetivo'::text, 'rendimiento'::text,
    'descuento_calificacion'::text,
    'costo_qq'::text,
    'retencion'::text,
    'norma_calidad'::text,
    'lote_minimo'::text, 'limite_secado'::text, 'limite_fermentado'::text, 'rendimiento_hectarea'::text])));

create unique index ajustes_propuesto_key on public.ajustes using btree (lote_id)
  where (estado = 'propuesto'::text);

create trigger _990_encadenar
  after insert or update on public.ajustes
  for each row
  execute function privado.encadenar_ajuste();

create trigger _500_aplicar
  after insert or update on public.retenciones
  for each row
  execute function privado.aplicar_retencion();

comment on function privado.ajuste_por_resolver(bigint) is 'Un ajuste que espera, tomado; o el error que dice por qué no.';
comment on function privado.anular_operacion(uuid, text, uuid) is 'Anula una operación de la que nada se consumió después.';
comment on function privado.aplicar_retencion() is 'Disparador: un lote queda retenido mientras alguien lo retenga.';
comment on function privado.avisos_de(uuid) is 'De qué avisa una operación: un volumen que no es verosímil.';
comment on function privado.cifra_de(bigint, text, text, date) is 'Un parámetro que rige un día para una empresa.';
comment on function privado.confirmar_ajuste(bigint) is 'Confirma un ajuste que propuso otra persona, y lo registra.';
comment on function privado.dia_de(timestamp with time zone) is 'El día de Guayaquil de un instante.';
comment on function privado.encadenar_ajuste() is 'Disparador: un ajuste, en la cadena de su empresa.';
comment on function privado.fermentar(privado.trabajo) is 'El exudado de una fermentación, y lo que pasa de él.';
comment on function privado.fila_ajuste(public.ajustes, bytea) is 'Un ajuste, en JSON canónico.';
comment on function privado.fila_retencion(public.retenciones, bytea) is 'Una retención, en JSON canónico.';
comment on function privado.juzgar(privado.trabajo, numeric, jsonb) is 'El veredicto de lo que nadie explica, en por ciento; una alerta pide motivo.';
comment on function privado.levantar_retencion(uuid, text) is 'Levanta la retención de un lote.';
comment on function privado.mi_volumen_productor(bigint, integer) is 'El volumen de un productor de la empresa de quien pregunta.';
comment on function privado.proponer_ajuste(uuid, numeric, text) is 'Propone lo que se contó de un lote.';
comment on function privado.rechazar_ajuste(bigint) is 'Rechaza un ajuste, o lo retira quien lo propuso.';
comment on function privado.retener_lote(uuid, text) is 'Retiene un lote de quien lleva lotes.';
comment on function privado.secar(privado.trabajo) is 'Lo que un secado debía dar, el agua y el exudado que se fueron, y lo que nadie explica.';

comment on function privado.seco_equivalente(bigint, numeric, text, numeric, numeric, date) is
  'Kilos que quedan de un cacao a una humedad; null si no se sabe la suya.';

comment on function privado.volumen_productor(bigint, bigint, integer) is 'Lo que un productor entregó en un año, y lo que cabe esperar.';
comment on function public.anular_operacion(uuid, text, uuid) is 'Anula una operación, diciendo por qué: lo que consumió vuelve a sus lotes y lo que hizo deja de valer.';
comment on function public.confirmar_ajuste(bigint) is 'Confirma un ajuste que propuso otra persona: lo contado pasa a un lote nuevo.';
comment on function public.levantar_retencion(uuid, text) is 'Levanta la retención de un lote, diciendo por qué.';
comment on function public.proponer_ajuste(uuid, numeric, text) is 'Propone que de un lote quedan los kilos que se contaron; lo confirma otra persona.';
comment on function public.rechazar_ajuste(bigint) is 'Rechaza un ajuste, o lo retira quien lo propuso.';
comment on function public.retener_lote(uuid, text) is 'Retiene un lote: nadie lo consume hasta que se levante la retención.';
comment on function public.volumen_productor(bigint, integer) is 'Kilos secos que un productor entregó en un año, contra lo que su superficie puede dar.';
revoke all on function privado.ajuste_por_resolver(v_id bigint) from public;
revoke all on function privado.anular_operacion(v_operacion uuid, v_motivo text, v_id uuid) from public;
revoke all on function privado.aplicar_retencion() from public;
revoke all on function privado.avisos_de(v_operacion uuid) from public;
revoke all on function privado.cifra_de(empresa bigint, v_tipo text, v_variante text, fecha date) from public;
revoke all on function privado.confirmar_ajuste(v_id bigint) from public;
revoke all on function privado.dia_de(v_en timestamp with time zone) from public;
revoke all on function privado.encadenar_ajuste() from public;
revoke all on function privado.fermentar(t privado.trabajo) from public;
revoke all on function privado.fila_ajuste(a public.ajustes, sal bytea) from public;
revoke all on function privado.fila_retencion(r public.retenciones, sal bytea) from public;
revoke all on function privado.juzgar(t privado.trabajo, pct numeric, limites jsonb) from public;
revoke all on function privado.levantar_retencion(v_lote uuid, v_motivo text) from public;
revoke all on function privado.mi_volumen_productor(productor bigint, anio integer) from public;
revoke all on function privado.proponer_ajuste(v_lote uuid, contado numeric, v_motivo text) from public;
revoke all on function privado.rechazar_ajuste(v_id bigint) from public;
revoke all on function privado.retener_lote(v_lote uuid, v_motivo text) from public;
revoke all on function privado.secar(t privado.trabajo) from public;
revoke all on function privado.seco_equivalente(empresa bigint, kg numeric, condicion text, humedad numeric, objetivo numeric, fecha date) from public;
revoke all on function privado.volumen_productor(empresa bigint, productor bigint, anio integer) from public;
revoke all on function public.anular_operacion(operacion uuid, motivo text, id uuid) from public, anon, service_role;
revoke all on function public.confirmar_ajuste(id bigint) from public, anon, service_role;
revoke all on function public.levantar_retencion(lote uuid, motivo text) from public, anon, service_role;
revoke all on function public.proponer_ajuste(lote uuid, kg_contado numeric, motivo text) from public, anon, service_role;
revoke all on function public.rechazar_ajuste(id bigint) from public, anon, service_role;
revoke all on function public.retener_lote(lote uuid, motivo text) from public, anon, service_role;
revoke all on function public.volumen_productor(productor bigint, anio integer) from public, anon, service_role;
grant execute on function privado.anular_operacion(v_operacion uuid, v_motivo text, v_id uuid) to authenticated;
grant execute on function privado.confirmar_ajuste(v_id bigint) to authenticated;
grant execute on function privado.levantar_retencion(v_lote uuid, v_motivo text) to authenticated;
grant execute on function privado.mi_volumen_productor(productor bigint, anio integer) to authenticated;
grant execute on function privado.proponer_ajuste(v_lote uuid, contado numeric, v_motivo text) to authenticated;
grant execute on function privado.rechazar_ajuste(v_id bigint) to authenticated;
grant execute on function privado.retener_lote(v_lote uuid, v_motivo text) to authenticated;
grant execute on function public.anular_operacion(operacion uuid, motivo text, id uuid) to authenticated;
grant execute on function public.confirmar_ajuste(id bigint) to authenticated;
grant execute on function public.levantar_retencion(lote uuid, motivo text) to authenticated;
grant execute on function public.proponer_ajuste(lote uuid, kg_contado numeric, motivo text) to authenticated;
grant execute on function public.rechazar_ajuste(id bigint) to authenticated;
grant execute on function public.retener_lote(lote uuid, motivo text) to authenticated;
grant execute on function public.volumen_productor(productor bigint, anio integer) to authenticated;
reset check_function_bodies;

insert into privado.contadores (serie, anio, ultimo)
select 'operaciones ' || o.empresa_id, 0, max(o.secuencia) from public.operaciones o group by o.empresa_id
on conflict (serie, anio) do nothing;

-- Those of all have the ids that they have in every installation.
alter table public.parametros disable trigger _050_poner_id;
insert into public.parametros (tipo, variante, valor, desde) values
  ('limite_secado', '', '{"aviso": 2, "alerta": 5, "ganancia": 1}', '1990-01-01'),
  ('limite_fermentado', '', '{"aviso": 20, "alerta": 30}', '1990-01-01'),
  ('rendimiento_hectarea', '', '{"kg": 2000}', '1990-01-01');
alter table public.parametros enable trigger _050_poner_id;
