-- How far each user has read, so that a list tells what is new.
create table public.lecturas (
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  usuario_id uuid not null default auth.uid() references public.usuarios (id) on delete restrict,
  hasta bigint not null,
  leido_en timestamptz not null default now(),
  constraint lecturas_contrato_id_key primary key (usuario_id, contrato_id),
  constraint lecturas_hasta_valido check (hasta >= 0)
);
comment on table public.lecturas is 'Hasta qué mensaje leyó cada usuario la conversación de un contrato.';
comment on column public.lecturas.hasta is 'Id del último mensaje leído; solo avanza.';
create index lecturas_contrato_idx on public.lecturas (contrato_id);

alter table public.lecturas enable row level security;
create policy select_propio on public.lecturas for select to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy insert_propio on public.lecturas for insert to authenticated
  with check (
    usuario_id = (select auth.uid()) and (privado.participa(contrato_id) or (select privado.es_admin()))
  );
create policy update_propio on public.lecturas for update to authenticated
  using (usuario_id = (select auth.uid()) and (privado.participa(contrato_id) or (select privado.es_admin())));

revoke all on public.lecturas from anon, authenticated, service_role;
grant select, insert (contrato_id, hasta), update (contrato_id, hasta) on public.lecturas to authenticated;
grant select on public.lecturas to service_role;

-- What a client changes in one request has a limit,
create trigger _000_limitar_cambios before update on public.lecturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- and so has what it writes anew.
create trigger _000_limitar_filas before insert on public.lecturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- It only advances, and not beyond what is written; an upsert is both, and keeps its contract.
create trigger _100_avanzar before insert or update on public.lecturas
  for each row execute function privado.avanzar_lectura();
-- Who has read the conversation has read its notice.
create trigger _500_leer_aviso after insert or update on public.lecturas
  for each row execute function privado.leer_aviso();
