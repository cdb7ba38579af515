-- What the other party of a contract sees of the lots that are promised to it: those, as they are now, and of where they
-- come from what their owner chose. Neither balances, places, operations nor other lots of that company.

-- Whose lots of a contract the caller reads: those who sign, all; an associated company, its own.
create function privado.lotes_prometidos(contrato bigint)
returns table (
  asociado_id bigint, codigo_lote text, estado text, lote text, kg numeric, condicion text, humedad_pct numeric,
  certificaciones text[], embarcado boolean, empresa_id bigint, origen_compartido text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  c public.contratos;
  mia constant bigint := privado.mi_empresa();
begin
  select x.* into c from public.contratos x
  where x.id = contrato and x.eliminado_en is null and (privado.participa(x.id) or privado.es_admin());
  if c.id is null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  return query
  select a.id, a.codigo_lote, a.estado, l.codigo, p.kg, l.condicion, l.humedad_pct, l.certificaciones, l.embarcado,
    l.empresa_id, a.origen_compartido
  from public.lotes_asociados a
  join privado.promesas p on p.asociado_id = a.id
  join public.lotes l on l.id = p.lote_id
  where a.contrato_id = c.id and (privado.es_admin() or mia in (c.exportadora_id, c.contraparte_id, l.empresa_id))
  order by a.id, l.codigo;
end
$$;
comment on function privado.lotes_prometidos(bigint) is 'Lotes del grafo prometidos a un contrato.';

create function public.lotes_prometidos(contrato bigint)
returns table (
  asociado_id bigint, codigo_lote text, estado text, lote text, kg numeric, condicion text, humedad_pct numeric,
  certificaciones text[], embarcado boolean, empresa_id bigint, origen_compartido text)
language sql volatile security invoker set search_path = '' as $$
  select * from privado.lotes_prometidos(contrato)
$$;
comment on function public.lotes_prometidos(bigint) is
  'Los lotes que se prometieron a un contrato, como están ahora: código, kilos, condición, humedad y certificaciones.';

revoke all on function privado.lotes_prometidos(bigint) from public;
revoke all on function public.lotes_prometidos(bigint) from public, anon, service_role;
grant execute on function privado.lotes_prometidos(bigint), public.lotes_prometidos(bigint) to authenticated;
