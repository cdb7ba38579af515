-- What was agreed on the price of a contract, for the two who sign it. Apart from public.contratos because PostgREST has
-- no right by column and row, and Realtime sends whole rows: whoever reads a contract there reads all of it. Every
-- contract has its row, from its creation on.
create table public.contratos_precios (
  contrato_id bigint primary key references public.contratos (id) on delete restrict,
  precio_fijado_tm numeric,
  diferencial_tm numeric,
  actualizado_en timestamptz not null default now(),
  -- NaN is greater than any number, and so refused.
  constraint contratos_precios_precio_fijado_tm_valido check (
    precio_fijado_tm > 0 and precio_fijado_tm <= 1000000 and scale(precio_fijado_tm) <= 4),
  constraint contratos_precios_diferencial_tm_valido check (
    diferencial_tm >= -1000000 and diferencial_tm <= 1000000 and scale(diferencial_tm) <= 2)
);
comment on table public.contratos_precios is 'Precio acordado de cada contrato; lo leen las dos empresas que lo firman.';
comment on column public.contratos_precios.precio_fijado_tm is
  'Precio, en dólares por tonelada métrica; de un contrato por fijar, el promedio de sus fijaciones.';
comment on column public.contratos_precios.diferencial_tm is
  'Diferencial acordado sobre Nueva York, con su signo, en dólares por tonelada métrica: el de los contratos por fijar.';

alter table public.contratos_precios enable row level security;
create policy select_firmante on public.contratos_precios for select to authenticated
  using (
    exists (select from privado.mis_firmas m where m.contrato_id = contratos_precios.contrato_id)
    or (select privado.es_admin())
  );
create policy update_firmante on public.contratos_precios for update to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and exists (
      select from privado.mis_firmas m where m.contrato_id = contratos_precios.contrato_id))
  );

revoke all on public.contratos_precios from anon, authenticated, service_role;
grant select, update (precio_fijado_tm, diferencial_tm) on public.contratos_precios to authenticated, service_role;

-- The apps of the two who sign follow it with postgres_changes.
alter publication supabase_realtime add table public.contratos_precios;

-- Before each row.
-- What a client writes in one request is bounded.
create trigger _000_limitar_cambios before update on public.contratos_precios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- The price of a contract to be fixed is that of its fixings, and a closed contract is not edited; takes the contract.
create trigger _100_proteger_precio before update on public.contratos_precios
  for each row execute function privado.proteger_precio();
create trigger _110_proteger_precio before insert on public.contratos_precios
  for each row when (new.precio_fijado_tm is not null) execute function privado.proteger_precio();
-- When it was last written.
create trigger _900_marcar_actualizado before update on public.contratos_precios
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
-- What both sides agreed on changes by an amendment; after _100, which takes the contract.
create trigger _130_exigir_enmienda before update on public.contratos_precios
  for each row when (
    current_user in ('anon', 'authenticated')
    and (old.precio_fijado_tm, old.diferencial_tm) is distinct from (new.precio_fijado_tm, new.diferencial_tm))
  execute function privado.exigir_enmienda_de_precio();

-- After each row.
-- While its contract is in review, who changes what was agreed on the price says yes to it anew, and the other has not.
create trigger _400_renovar_acuerdo after update on public.contratos_precios
  for each row when (
    (old.precio_fijado_tm, old.diferencial_tm) is distinct from (new.precio_fijado_tm, new.diferencial_tm))
  execute function privado.renovar_acuerdo_por_precio();
-- The version of its contract moves, and the other parties are notified.
create trigger _500_aplicar after update on public.contratos_precios
  for each row when (
    (old.precio_fijado_tm, old.diferencial_tm) is distinct from (new.precio_fijado_tm, new.diferencial_tm))
  execute function privado.aplicar_precio();
-- The chain of the contract tells it.
create trigger _990_encadenar after insert on public.contratos_precios
  for each row when (num_nonnulls(new.precio_fijado_tm, new.diferencial_tm) > 0)
  execute function privado.encadenar_acuerdo();
create trigger _990_encadenar_cambio after update on public.contratos_precios
  for each row when (
    (old.precio_fijado_tm, old.diferencial_tm) is distinct from (new.precio_fijado_tm, new.diferencial_tm))
  execute function privado.encadenar_acuerdo();

-- After the statement.
-- What was sold at that price, in the indicators.
create trigger _810_sumar_cambio after update on public.contratos_precios
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_precios();
-- Another price is another version of the terms.
create trigger _830_anotar_cambio after update on public.contratos_precios
  referencing old table as viejos new table as nuevos for each statement execute function privado.anotar_versiones_de_precio();
