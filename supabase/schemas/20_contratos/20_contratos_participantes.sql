-- Who is party to each contract: one table, which every other policy asks. It comes before the contracts, whose policy
-- asks it too; so contrato_id gets its foreign key in 50_contratos.sql.
create table public.contratos_participantes (
  contrato_id bigint not null,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  papel text not null default 'proveedor',
  oculto boolean not null default false,
  creado_en timestamptz not null default now(),
  pendiente boolean not null default false,
  primary key (contrato_id, empresa_id),
  constraint contratos_participantes_papel_valido check (papel in ('exportadora', 'contraparte', 'proveedor'))
);
comment on table public.contratos_participantes is
  'Quién es parte de cada contrato: todas las políticas lo consultan.';
comment on column public.contratos_participantes.oculto is
  'Cierto cuando el contrato fue eliminado, o la empresa no aceptó todavía ser parte: para ella no está.';
comment on column public.contratos_participantes.pendiente is 'Se le propuso ser parte y no ha aceptado.';

create index contratos_participantes_empresa_idx on public.contratos_participantes (empresa_id, contrato_id desc);
create index contratos_participantes_pendiente_idx on public.contratos_participantes (empresa_id, contrato_id desc)
  where pendiente;

-- What policies ask, of each row, without a policy of its own on top: the owner of the view reads the table.
create view privado.mis_contratos as
  select p.contrato_id from public.contratos_participantes p
  where p.empresa_id = (select privado.mi_empresa()) and not p.oculto;
comment on view privado.mis_contratos is 'Contratos de los que la empresa del usuario es parte.';
revoke all on privado.mis_contratos from public;
grant select on privado.mis_contratos to authenticated, service_role;

-- Of those, the ones that its company signs: what was agreed on prices is of the two who sign. An associated supplier
-- does not; a supplier who is the counterparty does.
create view privado.mis_firmas as
  select p.contrato_id from public.contratos_participantes p
  where p.empresa_id = (select privado.mi_empresa()) and not p.oculto and p.papel <> 'proveedor';
comment on view privado.mis_firmas is 'Contratos que firma la empresa del usuario.';
revoke all on privado.mis_firmas from public;
grant select on privado.mis_firmas to authenticated, service_role;

alter table public.contratos_participantes enable row level security;
create policy select_participante on public.contratos_participantes for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = contratos_participantes.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_parte on public.contratos_participantes for insert to authenticated
  with check (
    papel = 'proveedor' and (
      (select privado.es_admin())
      or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
    )
  );
create policy delete_parte on public.contratos_participantes for delete to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );

revoke all on public.contratos_participantes from anon, authenticated, service_role;
grant select, insert (contrato_id, empresa_id) on public.contratos_participantes to authenticated, service_role;
grant delete on public.contratos_participantes to authenticated;

-- Before each row.
-- What a client writes in one request is bounded, deletions apart from new rows.
create trigger _000_limitar_borrados before delete on public.contratos_participantes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.contratos_participantes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Only suppliers leave, and never a closed contract.
create trigger _100_retirar_proveedor before delete on public.contratos_participantes
  for each row execute function privado.retirar_proveedor();
-- Who associates suppliers, which ones and when.
create trigger _100_validar_proveedor before insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.validar_proveedor();

-- After each row.
-- A supplier that its proposer has not been accepted by is asked; taken off before it answers, it is asked no more.
create trigger _500_proponer after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor' and new.pendiente) execute function privado.proponer_a_proveedor();
create trigger _510_retirar_propuesta after delete on public.contratos_participantes
  for each row when (old.pendiente) execute function privado.retirar_a_proveedor();
-- The conversation tells it. Exporter and counterparty are told of with the opening of the contract.
create trigger _600_contar after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.contar_participante();
create trigger _600_contar_retiro after delete on public.contratos_participantes
  for each row execute function privado.contar_participante();
create trigger _610_contar_llegada after update on public.contratos_participantes
  for each row when (old.pendiente and not new.pendiente) execute function privado.contar_participante();
-- The other parties are notified, and the supplier itself.
create trigger _700_notificar after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.avisar_de_participante();
create trigger _710_notificar_retiro after delete on public.contratos_participantes
  for each row execute function privado.avisar_de_participante();
create trigger _720_notificar_llegada after update on public.contratos_participantes
  for each row when (old.pendiente and not new.pendiente) execute function privado.avisar_de_participante();
-- Who is hidden from it, or left, stops hearing its channels at once.
create trigger _920_reautorizar_canal after update or delete on public.contratos_participantes
  for each row execute function privado.reautorizar_canal();
-- The chain of the contract tells who joins it and who leaves. Exporter and counterparty are in it with the contract.
create trigger _990_encadenar after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.encadenar_participante();
create trigger _990_encadenar_cambio after update on public.contratos_participantes
  for each row when (
    (old.contrato_id, old.empresa_id, old.papel, old.creado_en, old.pendiente)
      is distinct from (new.contrato_id, new.empresa_id, new.papel, new.creado_en, new.pendiente))
  execute function privado.encadenar_participante();
create trigger _990_encadenar_retiro after delete on public.contratos_participantes
  for each row execute function privado.encadenar_participante();

-- After the statement.
-- The contract enters the indicators of who joins, and goes out of those of who leaves.
create trigger _800_sumar after insert on public.contratos_participantes
  referencing new table as nuevos for each statement execute function privado.sumar_partes();
create trigger _810_sumar_retiro after delete on public.contratos_participantes
  referencing old table as viejos for each statement execute function privado.sumar_partes();
create trigger _820_sumar_llegada after update on public.contratos_participantes
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_partes();
