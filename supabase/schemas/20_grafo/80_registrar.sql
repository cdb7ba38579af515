-- What apps call. Everything is judged here and written at once: a refusal names its field and changes nothing.

create function privado.registrar_operacion(
  v_tipo text, v_entradas jsonb, v_salidas jsonb, v_perdidas jsonb, v_centro bigint, v_destino bigint, v_fase text,
  v_contrato bigint, v_en timestamptz, v_motivo text, v_id uuid
) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) is
  'Registra una operación de quien lleva lotes y responde con lo que hizo.';

create function public.registrar_operacion(
  tipo text, entradas jsonb default '[]', salidas jsonb default '[]', perdidas jsonb default '[]',
  centro_id bigint default null, destino_id bigint default null, fase text default null, contrato_id bigint default null,
  en timestamptz default null, motivo text default null, id uuid default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.registrar_operacion(
    tipo, entradas, salidas, perdidas, centro_id, destino_id, fase, contrato_id, en, motivo, id);
end
$$;
comment on function public.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) is
  'Registra lo que se hizo con unos lotes (recibir, mezclar, dividir, fermentar, secar, clasificar, transformar, trasladar, embarcar, merma): qué entra, qué sale y qué se pierde.';

revoke all on function privado.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) from public;
revoke all on function public.registrar_operacion(
  text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) from public, anon, service_role;
grant execute on function privado.registrar_operacion(
    text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid),
  public.registrar_operacion(
    text, jsonb, jsonb, jsonb, bigint, bigint, text, bigint, timestamptz, text, uuid) to authenticated;
