-- A parameter, as its chain tells it (see 05_evidencia): before the first of them are written.
create function privado.fila_parametro(p public.parametros) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"creado_en":' || privado.json_de(p.creado_en)
    || ',"creado_por":' || privado.json_de(p.creado_por)
    || ',"desde":' || privado.json_de(p.desde)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"hasta":' || privado.json_de(p.hasta)
    || ',"id":' || privado.json_de(p.id)
    || ',"tipo":' || privado.json_de(p.tipo)
    -- As text: its decimals keep their zeros.
    || ',"valor":' || privado.json_de(p.valor::text)
    || ',"variante":' || privado.json_de(p.variante) || '}';
end
$$;
comment on function privado.fila_parametro(public.parametros) is 'Un parámetro, en JSON canónico.';
revoke all on function privado.fila_parametro(public.parametros) from public;
