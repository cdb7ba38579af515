-- A company that is created, renamed or switched off, in its chain (see 05_evidencia).
create function privado.encadenar_empresa() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila constant public.empresas := case tg_op when 'DELETE' then old else new end;
begin
  perform privado.encadenar(array[(-fila.id,
    case when tg_op = 'INSERT' then 'empresa.creada' when tg_op = 'DELETE' then 'empresa.borrada'
      when old.activo and not new.activo then 'empresa.apagada' when new.activo and not old.activo then 'empresa.encendida'
      else 'empresa.cambiada' end,
    'empresa/' || fila.id,
    '{"fila":' || case tg_op when 'DELETE' then 'null'
      else privado.fila_empresa(fila, privado.sal_de('empresa/' || fila.id)) end || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_empresa() is 'Disparador: lo que cambia en una empresa, en su cadena.';
revoke all on function privado.encadenar_empresa() from public;
