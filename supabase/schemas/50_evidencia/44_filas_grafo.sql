-- The graph of lots, its places and its producers, as the chain of their company tells them.

create function privado.fila_centro(c public.centros) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"activo":' || privado.json_de(c.activo)
    || ',"codigo":' || privado.json_de(c.codigo)
    || ',"creado_en":' || privado.json_de(c.creado_en)
    || ',"empresa_id":' || privado.json_de(c.empresa_id)
    || ',"id":' || privado.json_de(c.id)
    || ',"nombre":' || privado.json_de(c.nombre)
    || ',"tipo":' || privado.json_de(c.tipo) || '}';
end
$$;
comment on function privado.fila_centro(public.centros) is 'Un centro, en JSON canónico.';

create function privado.fila_productor(p public.productores, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"activo":' || privado.json_de(p.activo)
    || ',"correo":' || privado.json_de(p.correo, sal)
    || ',"creado_en":' || privado.json_de(p.creado_en)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"hectareas":' || privado.json_de(p.hectareas)
    || ',"id":' || privado.json_de(p.id)
    || ',"identificacion":' || privado.json_de(p.identificacion, sal)
    || ',"nombre":' || privado.json_de(p.nombre, sal)
    || ',"telefono":' || privado.json_de(p.telefono, sal) || '}';
end
$$;
comment on function privado.fila_productor(public.productores, bytea) is 'Un productor, en JSON canónico.';

create function privado.fila_operacion(o public.operaciones, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"anula":' || privado.json_de(o.anula)
    || ',"centro_id":' || privado.json_de(o.centro_id)
    || ',"contrato_id":' || privado.json_de(o.contrato_id)
    || ',"creado_en":' || privado.json_de(o.creado_en)
    || ',"destino_id":' || privado.json_de(o.destino_id)
    || ',"empresa_id":' || privado.json_de(o.empresa_id)
    || ',"en":' || privado.json_de(o.en)
    || ',"esperado_kg":' || privado.json_de(o.esperado_kg)
    || ',"fase":' || privado.json_de(o.fase)
    || ',"huella":' || privado.json_de(o.huella)
    || ',"id":' || privado.json_de(o.id)
    || ',"motivo":' || privado.json_de(o.motivo, sal)
    || ',"secuencia":' || privado.json_de(o.secuencia)
    || ',"segundo_usuario_id":' || privado.json_de(o.segundo_usuario_id)
    || ',"tipo":' || privado.json_de(o.tipo)
    || ',"usuario_id":' || privado.json_de(o.usuario_id)
    || ',"veredicto":' || privado.json_de(o.veredicto) || '}';
end
$$;
comment on function privado.fila_operacion(public.operaciones, bytea) is 'Una operación, en JSON canónico.';

create function privado.fila_lote_grafo(l public.lotes) returns text
language plpgsql immutable set search_path = '' as $$
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
$$;
comment on function privado.fila_lote_grafo(public.lotes) is 'Un lote del grafo, en JSON canónico.';

create function privado.fila_consumo(c public.consumos) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"empresa_id":' || privado.json_de(c.empresa_id)
    || ',"kg":' || privado.json_de(c.kg)
    || ',"lote_id":' || privado.json_de(c.lote_id)
    || ',"operacion_id":' || privado.json_de(c.operacion_id) || '}';
end
$$;
comment on function privado.fila_consumo(public.consumos) is 'Lo que una operación tomó de un lote, en JSON canónico.';

create function privado.fila_producto(p public.productos) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"kg":' || privado.json_de(p.kg)
    || ',"lote_id":' || privado.json_de(p.lote_id)
    || ',"operacion_id":' || privado.json_de(p.operacion_id) || '}';
end
$$;
comment on function privado.fila_producto(public.productos) is 'Un lote que hizo una operación, en JSON canónico.';

create function privado.fila_perdida(p public.perdidas) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"causa":' || privado.json_de(p.causa)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"kg":' || privado.json_de(p.kg)
    || ',"operacion_id":' || privado.json_de(p.operacion_id) || '}';
end
$$;
comment on function privado.fila_perdida(public.perdidas) is 'Lo que una operación perdió, en JSON canónico.';

create function privado.fila_retencion(r public.retenciones, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
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
$$;
comment on function privado.fila_retencion(public.retenciones, bytea) is 'Una retención, en JSON canónico.';

create function privado.fila_ajuste(a public.ajustes, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
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
$$;
comment on function privado.fila_ajuste(public.ajustes, bytea) is 'Un ajuste, en JSON canónico.';
revoke all on function privado.fila_retencion(public.retenciones, bytea), privado.fila_ajuste(public.ajustes, bytea)
  from public;

create function privado.filas_de_grafo(v_empresa bigint) returns table (objeto text, fila text)
language plpgsql stable security definer set search_path = '' as $$
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
$$;
comment on function privado.filas_de_grafo(bigint) is 'El grafo de una empresa, como lo cuenta su cadena.';
revoke all on function privado.filas_de_grafo(bigint) from public;

revoke all on function privado.fila_centro(public.centros), privado.fila_productor(public.productores, bytea),
  privado.fila_operacion(public.operaciones, bytea), privado.fila_lote_grafo(public.lotes),
  privado.fila_consumo(public.consumos), privado.fila_producto(public.productos), privado.fila_perdida(public.perdidas)
  from public;
