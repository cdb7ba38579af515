-- Parameters that are published, changed or erased, in the chain of their company, or of the installation if they are of
-- all (see 05_evidencia).
create function privado.encadenar_parametros() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((coalesce(-n.empresa_id, 0), 'parametro.publicado', 'parametro/' || n.id,
      '{"fila":' || privado.fila_parametro(n::public.parametros) || '}')::privado.evidencia_nueva
      order by coalesce(-n.empresa_id, 0), n.id))
    from nuevas n;
  elsif tg_op = 'DELETE' then
    perform privado.encadenar(array_agg((coalesce(-v.empresa_id, 0), 'parametro.borrado', 'parametro/' || v.id,
      '{"fila":null}')::privado.evidencia_nueva order by coalesce(-v.empresa_id, 0), v.id))
    from viejas v;
  else
    perform privado.encadenar(array_agg((coalesce(-n.empresa_id, 0), 'parametro.cambiado', 'parametro/' || n.id,
      '{"fila":' || privado.fila_parametro(n::public.parametros) || '}')::privado.evidencia_nueva
      order by coalesce(-n.empresa_id, 0), n.id))
    from nuevas n join viejas v on v.id = n.id
    where privado.fila_parametro(n::public.parametros) <> privado.fila_parametro(v::public.parametros);
  end if;
  return null;
end
$$;
comment on function privado.encadenar_parametros() is 'Disparador: parámetros, en la cadena de su empresa.';
revoke all on function privado.encadenar_parametros() from public;
