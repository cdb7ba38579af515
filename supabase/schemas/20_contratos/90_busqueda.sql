-- A page of contracts costs the same for a company of five and one of a million, whatever is asked. No fixed plan does
-- that: a rare state goes by its index, a rare text by the trigrams, a common one by the newest contracts, a small
-- company by its own. And under RLS the planner may not use a trigram index at all (its operators could leak through
-- errors). So the ids of a page are found inside a definer that asks itself who is party, with a plan made for the
-- values at hand.

-- "rows 21": planned as if it might give a thousand, in a database of few contracts all of them would be read, and all
-- companies, instead of those that were found.
create function privado.contratos_filtrados(
  estado text default null,
  desde date default null,
  hasta date default null,
  texto text default null,
  empresas bigint[] default null,
  despues_de bigint default null,
  antiguos_primero boolean default false,
  tope integer default 20
) returns setof bigint
language plpgsql stable security definer rows 21 set search_path = '' as $$
declare
  patron constant text := '%' || regexp_replace(privado.normalizar(texto), '([%_\\])', '\\\1', 'g') || '%';
  clave constant text := case when privado.es_admin() then 'c.id' else 'p.contrato_id' end;
  sentido constant text := case when antiguos_primero then 'asc' else 'desc' end;
  consulta text := 'select ' || clave || case when privado.es_admin()
    then ' from public.contratos c where c.eliminado_en is null'
    else ' from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
      where p.empresa_id = $1 and not p.oculto' end;
begin
  -- What is asked most is planned once: the entries of a company in the order of their ids, from any of them on.
  if not privado.es_admin() and num_nonnulls(estado, desde, hasta, texto, empresas) = 0 then
    if antiguos_primero then
      return query select p.contrato_id from public.contratos_participantes p
        where p.empresa_id = privado.mi_empresa() and not p.oculto and p.contrato_id > coalesce(despues_de, 0)
        order by p.contrato_id limit tope;
    else
      return query select p.contrato_id from public.contratos_participantes p
        where p.empresa_id = privado.mi_empresa() and not p.oculto
          and p.contrato_id < coalesce(despues_de, 9223372036854775807)
        order by p.contrato_id desc limit tope;
    end if;
    return;
  end if;
  -- Only what was asked takes part in the plan; the values never become part of the text.
  consulta := consulta
    || case when estado is null then '' else ' and c.estado = $2' end
    || case when desde is null then '' else ' and privado.fecha_contrato(c.fecha_firma, c.creado_en) >= $3' end
    || case when hasta is null then '' else ' and privado.fecha_contrato(c.fecha_firma, c.creado_en) <= $4' end
    || case when texto is null then ''
      else ' and privado.normalizar(c.codigo || '' '' || coalesce(c.observaciones, '''')) like $5' end
    || case when empresas is null then ''
      else ' and (c.exportadora_id = any ($6) or c.contraparte_id = any ($6))' end
    -- Said of both tables: the planner does not carry an inequality across a join.
    || case when despues_de is null then ''
      else format(' and %s %s $7 and c.id %2$s $7', clave, case when antiguos_primero then '>' else '<' end) end
    || format(' order by %s %s limit $8', clave, sentido);
  return query execute consulta
    using privado.mi_empresa(), estado, desde, hasta, patron, empresas, despues_de, tope;
end
$$;
comment on function privado.contratos_filtrados(text, date, date, text, bigint[], bigint, boolean, integer) is
  'Página de contratos del usuario, por orden de creación: los que cumplen lo que se pide y siguen a uno dado.';
revoke all on function
  privado.contratos_filtrados(text, date, date, text, bigint[], bigint, boolean, integer) from public;
grant execute on function
  privado.contratos_filtrados(text, date, date, text, bigint[], bigint, boolean, integer) to authenticated;
