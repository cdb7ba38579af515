-- Why: what was agreed beyond volume and price: quality, when it is delivered, how much more or less is admitted, and
-- whether the price is fixed or to be fixed. A contract already signed keeps what it says: a fixed price.
-- Touches: public.contratos gets four columns; public.crear_contrato takes them (it is dropped and made again with
-- the same rules); the notice of an edition heeds them. Destructive: no.
alter table public.contratos
  add column calidad text,
  add column fecha_entrega date,
  add column tolerancia_pct numeric not null default 0,
  add column modalidad_precio text not null default 'fijo',
  add constraint contratos_calidad_valida check (calidad = btrim(calidad) and length(calidad) between 1 and 40),
  add constraint contratos_fecha_entrega_valida check (fecha_entrega between '1990-01-01' and '2100-12-31'),
  add constraint contratos_tolerancia_pct_valida check (
    tolerancia_pct >= 0 and tolerancia_pct <= 50 and scale(tolerancia_pct) <= 2),
  add constraint contratos_modalidad_precio_valida check (modalidad_precio in ('fijo', 'por fijar'));
comment on column public.contratos.calidad is 'Calidad acordada, como la nombran las partes: ASE, CCN-51.';
comment on column public.contratos.fecha_entrega is 'Hasta cuándo se entrega.';
comment on column public.contratos.tolerancia_pct is 'Cuánto más o menos del volumen se admite, en porcentaje.';
comment on column public.contratos.modalidad_precio is
  'fijo, o por fijar: entonces el precio es el promedio de sus fijaciones.';

grant insert (calidad, fecha_entrega, tolerancia_pct, modalidad_precio),
  update (calidad, fecha_entrega, tolerancia_pct, modalidad_precio) on public.contratos to authenticated, service_role;

drop function public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[]);
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
  modalidad_precio text default null
) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  insert into public.contratos (
    exportadora_id, contraparte_id, fecha_firma, volumen_tm, precio_fijado_tm, observaciones, calidad, fecha_entrega,
    tolerancia_pct, modalidad_precio
  )
  values (
    crear_contrato.exportadora_id, crear_contrato.contraparte_id, crear_contrato.fecha_firma,
    crear_contrato.volumen_tm, crear_contrato.precio_fijado_tm, crear_contrato.observaciones,
    crear_contrato.calidad, crear_contrato.fecha_entrega, coalesce(crear_contrato.tolerancia_pct, 0),
    coalesce(crear_contrato.modalidad_precio, 'fijo')
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
comment on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text) is
  'Crea un contrato entre la empresa del usuario y otra, con sus proveedores asociados.';
revoke all on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text) from public, anon, service_role;
grant execute on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text) to authenticated;

-- A price that a trigger writes is told by what made it.
drop trigger _710_notificar_edicion on public.contratos;
create trigger _710_notificar_edicion after update on public.contratos
  for each row when (
    (old.volumen_tm, old.fecha_firma, old.observaciones, old.estado, old.calidad, old.fecha_entrega,
      old.tolerancia_pct, old.modalidad_precio)
      is distinct from (new.volumen_tm, new.fecha_firma, new.observaciones, new.estado, new.calidad, new.fecha_entrega,
      new.tolerancia_pct, new.modalidad_precio)
    or (old.precio_fijado_tm is distinct from new.precio_fijado_tm and pg_trigger_depth() = 0))
  execute function privado.notificar_cambio();
