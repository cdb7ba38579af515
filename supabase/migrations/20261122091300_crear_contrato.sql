-- Why: a contract and its suppliers are created in one call and one transaction, from the SDK (rpc) and from
-- the functions alike. Inserting into public.contratos obeys the same rules.
-- Touches: creates public.crear_contrato and public.eliminar_contrato. Destructive: no.
create function public.crear_contrato(
  volumen_tm numeric,
  contraparte_id bigint default null,
  exportadora_id bigint default null,
  precio_fijado_tm numeric default null,
  fecha_firma date default null,
  observaciones text default null,
  proveedores bigint[] default '{}'
) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  insert into public.contratos (
    exportadora_id, contraparte_id, fecha_firma, volumen_tm, precio_fijado_tm, observaciones
  )
  values (
    crear_contrato.exportadora_id, crear_contrato.contraparte_id, crear_contrato.fecha_firma,
    crear_contrato.volumen_tm, crear_contrato.precio_fijado_tm, crear_contrato.observaciones
  )
  returning * into contrato;

  insert into public.contratos_participantes (contrato_id, empresa_id)
  select distinct contrato.id, proveedor
  from unnest(proveedores) as proveedor
  -- The counterparty may be a supplier, and is party already.
  where proveedor is distinct from contrato.contraparte_id;
  return contrato;
end
$$;
comment on function public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[]) is
  'Crea un contrato entre la empresa del usuario y otra, con sus proveedores asociados.';

create function privado.marcar_eliminado(contrato bigint) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos := privado.exigir_contrato(contrato, bloquear => true);
begin
  if not privado.es_admin() then
    raise exception 'contrato_elimina_admin' using errcode = 'PT403',
      detail = 'Solo un administrador elimina un contrato.';
  end if;
  update public.contratos c set eliminado_en = clock_timestamp() where c.id = contrato returning * into fila;
  return fila;
end
$$;
comment on function privado.marcar_eliminado(bigint) is 'Marca un contrato como eliminado; solo administradores.';

create function public.eliminar_contrato(contrato_id bigint) returns public.contratos
language sql volatile security invoker set search_path = '' as $$
  select privado.marcar_eliminado(contrato_id)
$$;
comment on function public.eliminar_contrato(bigint) is
  'Marca un contrato como eliminado: se oculta a sus partes y se conserva con sus documentos. Solo administradores.';

revoke all on function public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[]),
  privado.marcar_eliminado(bigint), public.eliminar_contrato(bigint) from public, anon, service_role;
grant execute on function public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[]),
  privado.marcar_eliminado(bigint), public.eliminar_contrato(bigint) to authenticated;
