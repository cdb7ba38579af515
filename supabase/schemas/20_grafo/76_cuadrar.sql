-- That what goes in is what comes out and what was lost, to the gram; and what each lot that comes out is.

-- A lot that was born: its origin is known if its producer is, or if it came from another company with a contract, whose
-- papers tell it.
create function privado.recibir(t privado.trabajo) returns privado.trabajo
language plpgsql stable security definer set search_path = '' as $$
declare
  una privado.salida := t.salidas[1];
  v_activo boolean;
begin
  if cardinality(t.perdidas) > 0 then
    raise exception 'dato_sobrante' using errcode = 'PT422', detail = 'Ese dato no es de este tipo de operación.',
      hint = 'perdidas';
  elsif una.kg is null then
    raise exception 'kg_invalidos' using errcode = 'PT422',
      detail = 'Los kilos son un número mayor que cero, con 3 decimales como máximo.', hint = 'salidas[0].kg';
  elsif una.condicion is null then
    raise exception 'condicion_invalida' using errcode = 'PT422',
      detail = 'La condición es baba, escurrido, semiseco, seco o transformado.', hint = 'salidas[0].condicion';
  end if;
  if una.productor_id is not null then
    select p.activo into v_activo from public.productores p
    where p.id = una.productor_id and p.empresa_id = (t.op).empresa_id;
    if not found then
      raise exception 'productor_no_existe' using errcode = 'PT404', detail = 'No existe ese productor.',
        hint = 'salidas[0].productor_id';
    elsif not v_activo then
      raise exception 'productor_apagado' using errcode = 'PT409', detail = 'De ese productor ya no se recibe.',
        hint = 'salidas[0].productor_id';
    end if;
  end if;
  una.centro_id := (t.op).centro_id;
  una.producto := coalesce(una.producto, 'cacao');
  una.certificaciones := coalesce(una.certificaciones, '{}');
  una.origen_conocido := una.productor_id is not null
    or (una.lote_externo is not null and (t.op).contrato_id is not null);
  t.salidas := array[una];
  return t;
end
$$;
comment on function privado.recibir(privado.trabajo) is 'El lote que nace al recibir.';

-- What one lot may leave unsaid is its kilos: what remains of the others.
create function privado.repartir_resto(t privado.trabajo) returns privado.trabajo
language plpgsql immutable set search_path = '' as $$
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
$$;
comment on function privado.repartir_resto(privado.trabajo) is 'Los kilos que no se dijeron de un lote: lo que queda de los demás.';

create function privado.cuadrar(t privado.trabajo) returns privado.trabajo
language plpgsql stable security definer set search_path = '' as $$
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
$$;
comment on function privado.cuadrar(privado.trabajo) is 'Lo que sale de una operación, si entra lo mismo que sale y se pierde.';

revoke all on function privado.recibir(privado.trabajo), privado.repartir_resto(privado.trabajo),
  privado.cuadrar(privado.trabajo) from public;
