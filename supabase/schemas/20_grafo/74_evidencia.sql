-- An operation in the chain of its company (see 05_evidencia), with the lots that it made and its edges: one evidence
-- for all of them, as one transaction wrote them.

create function privado.filas_de_operacion(v_operacion uuid) returns table (objeto text, fila text)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
    select 'operacion/' || o.id, privado.fila_operacion(o, s.sal)
    from public.operaciones o left join privado.evidencias_sales s on s.objeto = 'operacion/' || o.id
    where o.id = v_operacion
    union all
    select 'lote_grafo/' || l.id, privado.fila_lote_grafo(l)
    from public.productos p join public.lotes l on l.id = p.lote_id where p.operacion_id = v_operacion
    union all
    select 'producto/' || p.lote_id, privado.fila_producto(p) from public.productos p where p.operacion_id = v_operacion
    union all
    select 'consumo/' || c.operacion_id || '/' || c.lote_id, privado.fila_consumo(c)
    from public.consumos c where c.operacion_id = v_operacion
    union all
    select 'perdida/' || p.operacion_id || '/' || p.causa, privado.fila_perdida(p)
    from public.perdidas p where p.operacion_id = v_operacion;
end
$$;
comment on function privado.filas_de_operacion(uuid) is 'Las filas de una operación, como las cuenta su cadena.';

create function privado.encadenar_operacion(v_operacion uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  op record;
begin
  select o.empresa_id, o.tipo, o.motivo into op from public.operaciones o where o.id = v_operacion;
  if op.motivo is not null then
    perform privado.sal_de('operacion/' || v_operacion);
  end if;
  perform privado.encadenar(array[(-op.empresa_id, 'operacion.' || op.tipo, 'operacion/' || v_operacion,
    (select '{"filas":{' || string_agg('"' || f.objeto || '":' || f.fila, ',' order by f.objeto collate "C") || '}}'
      from privado.filas_de_operacion(v_operacion) as f))::privado.evidencia_nueva]);
end
$$;
comment on function privado.encadenar_operacion(uuid) is 'Cuenta una operación en la cadena de su empresa.';

revoke all on function privado.filas_de_operacion(uuid), privado.encadenar_operacion(uuid) from public;
