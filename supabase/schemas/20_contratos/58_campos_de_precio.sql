-- A contract shows its price as if it were a column of it (`select=codigo,precio_fijado_tm`): the two who sign it read
-- it, and anybody else a null, also where it is filtered, ordered or counted by. The caller's own row-level security
-- decides, by the id alone: a made-up row that names another contract gives no more than the table does.
--
-- plpgsql, which keeps its plans for the whole connection; and volatile, so that it sees what the function it is asked
-- of has just written (rpc('crear_contrato').select('codigo, precio_fijado_tm')).

create function public.precio_fijado_tm(contrato public.contratos) returns numeric
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return (select p.precio_fijado_tm from public.contratos_precios p where p.contrato_id = contrato.id);
end
$$;
comment on function public.precio_fijado_tm(public.contratos) is
  'Precio del contrato, en dólares por tonelada métrica; null para quien no lo firma.';

create function public.diferencial_tm(contrato public.contratos) returns numeric
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return (select p.diferencial_tm from public.contratos_precios p where p.contrato_id = contrato.id);
end
$$;
comment on function public.diferencial_tm(public.contratos) is
  'Diferencial acordado sobre Nueva York, en dólares por tonelada métrica; null para quien no firma el contrato.';

revoke all on function public.precio_fijado_tm(public.contratos), public.diferencial_tm(public.contratos)
  from public, anon, service_role;
grant execute on function public.precio_fijado_tm(public.contratos), public.diferencial_tm(public.contratos)
  to authenticated, service_role;
