-- A contract and its suppliers are created in one call and one transaction, from the SDK (rpc) and from the functions
-- alike. Inserting into public.contratos obeys the same rules.

create function public.crear_contrato(
  volumen_tm numeric,
  contraparte_id bigint default null,
  exportadora_id bigint default null,
  precio_fijado_tm numeric default null,
  fecha_firma date default null,
  observaciones text default null,
  proveedores bigint[] default '{}',
  calidad text default null,
  fecha_entrega date default null,
  tolerancia_pct numeric default null,
  modalidad_precio text default null,
  cierre text default null,
  diferencial_tm numeric default null,
  dias_confirmacion integer default null
) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  -- See privado.abrir_precio().
  perform set_config('privado.precio_acordado', coalesce(crear_contrato.precio_fijado_tm::text, ''), true),
    set_config('privado.diferencial_acordado', coalesce(crear_contrato.diferencial_tm::text, ''), true);
  insert into public.contratos (
    exportadora_id, contraparte_id, fecha_firma, volumen_tm, observaciones, calidad, fecha_entrega, tolerancia_pct,
    modalidad_precio, cierre, dias_confirmacion
  )
  values (
    crear_contrato.exportadora_id, crear_contrato.contraparte_id, crear_contrato.fecha_firma,
    crear_contrato.volumen_tm, crear_contrato.observaciones, crear_contrato.calidad, crear_contrato.fecha_entrega,
    coalesce(crear_contrato.tolerancia_pct, 0), coalesce(crear_contrato.modalidad_precio, 'fijo'),
    coalesce(crear_contrato.cierre, 'al exportar los lotes'), coalesce(crear_contrato.dias_confirmacion, 0)
  )
  returning * into contrato;
  perform set_config('privado.precio_acordado', '', true), set_config('privado.diferencial_acordado', '', true);

  insert into public.contratos_participantes (contrato_id, empresa_id)
  select distinct contrato.id, proveedor
  from unnest(proveedores) as proveedor
  -- The counterparty may be a supplier, and is party already.
  where proveedor is distinct from contrato.contraparte_id;
  return contrato;
end
$$;
comment on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text, numeric, integer) is
  'Crea un contrato entre la empresa del usuario y otra, con sus proveedores asociados.';
revoke all on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text, numeric, integer)
  from public, anon, service_role;
grant execute on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text, numeric, integer) to authenticated;
