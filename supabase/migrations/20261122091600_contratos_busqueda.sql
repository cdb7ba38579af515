-- Why: text search by code and observations, without accents or case. Under RLS the planner may not use a
-- trigram index (its operators could leak through errors), so the search runs inside a definer that asks
-- itself who is party.
-- Touches: an index of public.contratos; creates privado.contratos_con_texto. Destructive: no.
create index contratos_texto_idx on public.contratos
  using gin (privado.normalizar(codigo || ' ' || coalesce(observaciones, '')) extensions.gin_trgm_ops);

create function privado.contratos_con_texto(texto text, tope integer default 10000) returns setof bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  patron constant text := '%' || regexp_replace(privado.normalizar(texto), '([%_\\])', '\\\1', 'g') || '%';
begin
  -- execute plans with the values at hand, so that a rare text goes by the trigrams, a common one by the
  -- newest contracts, and a small company by its own.
  if privado.es_admin() then
    return query execute $consulta$
      select c.id from public.contratos c
      where privado.normalizar(c.codigo || ' ' || coalesce(c.observaciones, '')) like $1 and c.eliminado_en is null
      order by c.id desc limit $2
    $consulta$ using patron, tope;
  else
    return query execute $consulta$
      select p.contrato_id from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
      where privado.normalizar(c.codigo || ' ' || coalesce(c.observaciones, '')) like $1
        and p.empresa_id = $3 and not p.oculto
      order by p.contrato_id desc limit $2
    $consulta$ using patron, tope, privado.mi_empresa();
  end if;
end
$$;
comment on function privado.contratos_con_texto(text, integer) is
  'Contratos del usuario cuyo código u observaciones contienen el texto: los más nuevos, hasta el tope.';
revoke all on function privado.contratos_con_texto(text, integer) from public;
grant execute on function privado.contratos_con_texto(text, integer) to authenticated;
