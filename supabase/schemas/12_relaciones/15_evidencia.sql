-- Who proposed to work together and what was answered, in the chains of both companies (see 05_evidencia): nobody reads
-- those, so the one does not learn there whom its proposal reached. The chain with the lower number is taken first.
create function privado.encadenar_relacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  que constant text := case when tg_op = 'INSERT' or old.estado <> new.estado then 'relacion.' || new.estado
    else 'relacion.cambiada' end;
  dicho constant text := '{"fila":' || privado.fila_relacion(new,
    case when num_nonnulls(new.ruc, new.correo, new.motivo) > 0 then privado.sal_de('relacion/' || new.id) end) || '}';
  antes constant bigint := case when tg_op = 'UPDATE' then old.para_id end;
begin
  perform privado.encadenar(array_agg((x.cadena, x.tipo, 'relacion/' || new.id, x.datos)::privado.evidencia_nueva
    order by x.cadena))
  from (values
    (-new.propone_id, que, dicho), (-new.para_id, que, dicho),
    (case when antes is distinct from new.para_id then -antes end, 'relacion.retirada', '{"fila":null}')
  ) as x (cadena, tipo, datos)
  where x.cadena is not null;
  return null;
end
$$;
comment on function privado.encadenar_relacion() is 'Disparador: una relación y lo que se responde, en las cadenas de sus empresas.';
revoke all on function privado.encadenar_relacion() from public;
