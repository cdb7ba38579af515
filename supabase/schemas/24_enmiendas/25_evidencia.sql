-- What is agreed anew, and what is proposed, in the chain of its contract (see 05_evidencia).

create function privado.encadenar_version() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(new.contrato_id,
    case tg_op when 'INSERT' then 'version.anotada' else 'version.aceptada' end, 'version/' || new.n,
    '{"fila":' || privado.fila_version(new) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_version() is 'Disparador: cada versión de los términos, y que se aceptó, en la cadena.';

create function privado.encadenar_enmienda() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.encadenar(array[(new.contrato_id, 'enmienda.' || new.estado, 'enmienda/' || new.id,
    '{"fila":' || privado.fila_enmienda(new,
      case when num_nonnulls(new.nota, new.motivo) > 0 then privado.sal_de('enmienda/' || new.id) end)
      || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.encadenar_enmienda() is 'Disparador: lo que se propone y lo que se responde, en la cadena.';

revoke all on function privado.encadenar_version(), privado.encadenar_enmienda() from public;
