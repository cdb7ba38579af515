-- A count and what came of it, in the chain of its company (see 05_evidencia).
create function privado.encadenar_ajuste() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(-new.empresa_id, 'ajuste.' || new.estado, 'ajuste/' || new.id,
    '{"fila":' || privado.fila_ajuste(new, privado.sal_de('ajuste/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_ajuste() is 'Disparador: un ajuste, en la cadena de su empresa.';
revoke all on function privado.encadenar_ajuste() from public;
