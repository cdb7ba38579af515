-- The rows that are one company's, or nobody's, as their chain tells them.

create function privado.fila_empresa(e public.empresas, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"activo":' || privado.json_de(e.activo)
    || ',"creado_en":' || privado.json_de(e.creado_en)
    || ',"id":' || privado.json_de(e.id)
    || ',"nombre":' || privado.json_de(e.nombre, sal)
    -- That of a natural person is a cédula.
    || ',"ruc":' || privado.json_de(e.ruc, sal)
    || ',"siglas":' || privado.json_de(e.siglas)
    || ',"tipo":' || privado.json_de(e.tipo) || '}';
end
$$;
comment on function privado.fila_empresa(public.empresas, bytea) is 'Una empresa, en JSON canónico.';

-- What a person may do. Its name, phone and language are its own to change, and prove nothing.
create function privado.fila_usuario(u public.usuarios) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"activo":' || privado.json_de(u.activo)
    || ',"creado_en":' || privado.json_de(u.creado_en)
    || ',"empresa_id":' || privado.json_de(u.empresa_id)
    || ',"id":' || privado.json_de(u.id)
    || ',"invitado_por":' || privado.json_de(u.invitado_por)
    || ',"rol":' || privado.json_de(u.rol) || '}';
end
$$;
comment on function privado.fila_usuario(public.usuarios) is 'Lo que un usuario puede, en JSON canónico.';

create function privado.fila_precio(p public.precios_fob) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"calidad":' || privado.json_de(p.calidad)
    || ',"creado_en":' || privado.json_de(p.creado_en)
    || ',"creado_por":' || privado.json_de(p.creado_por)
    || ',"diferencial":' || privado.json_de(p.diferencial)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"fecha":' || privado.json_de(p.fecha)
    || ',"fuente":' || privado.json_de(p.fuente)
    || ',"id":' || privado.json_de(p.id)
    || ',"mercado":' || privado.json_de(p.mercado)
    || ',"precio_tm":' || privado.json_de(p.precio_tm) || '}';
end
$$;
comment on function privado.fila_precio(public.precios_fob) is 'Un precio publicado, en JSON canónico.';

revoke all on function privado.fila_empresa(public.empresas, bytea), privado.fila_usuario(public.usuarios),
  privado.fila_precio(public.precios_fob) from public;
