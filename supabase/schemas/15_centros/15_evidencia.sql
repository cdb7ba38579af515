-- Centres and producers in the chain of their company (see 05_evidencia). What is personal of a producer is told by a
-- salted hash.
create function privado.encadenar_centro() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(-new.empresa_id,
    case tg_op when 'INSERT' then 'centro.creado' else 'centro.cambiado' end, 'centro/' || new.id,
    '{"fila":' || privado.fila_centro(new) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_centro() is 'Disparador: un centro, en la cadena de su empresa.';

create function privado.encadenar_productor() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(-new.empresa_id,
    case tg_op when 'INSERT' then 'productor.creado' else 'productor.cambiado' end, 'productor/' || new.id,
    '{"fila":' || privado.fila_productor(new, privado.sal_de('productor/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_productor() is 'Disparador: un productor, en la cadena de su empresa.';

revoke all on function privado.encadenar_centro(), privado.encadenar_productor() from public;
