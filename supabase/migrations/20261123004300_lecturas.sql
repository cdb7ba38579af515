-- Why: how far each user has read, so that a list tells what is new.
-- Touches: creates public.lecturas and privado.sin_leer. Destructive: no.
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

create function privado.avanzar_lectura() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    new.contrato_id := old.contrato_id;
  end if;
  -- What has not been written cannot have been read.
  new.hasta := least(new.hasta, coalesce((
    select m.id from public.mensajes m where m.contrato_id = new.contrato_id order by m.id desc limit 1), 0));
  if tg_op = 'UPDATE' then
    new.hasta := greatest(new.hasta, old.hasta);
  end if;
  new.leido_en := clock_timestamp();
  return new;
end
$$;
comment on function privado.avanzar_lectura() is 'Disparador: una lectura solo avanza, y no más allá de lo escrito.';

-- For contracts that the caller has been let see; it stops counting at a hundred.
create function privado.sin_leer(contrato bigint) returns int
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select count(*) from (
      select from public.mensajes m
      where m.contrato_id = contrato and m.usuario_id is distinct from auth.uid() and m.id > coalesce((
        select l.hasta from public.lecturas l where l.contrato_id = contrato and l.usuario_id = auth.uid()), 0)
      order by m.id desc limit 100
    ) as nuevos
  );
end
$$;
comment on function privado.sin_leer(bigint) is 'Mensajes que el usuario no ha leído y no escribió; 100 son 100 o más.';
revoke all on function privado.avanzar_lectura(), privado.sin_leer(bigint) from public;
grant execute on function privado.sin_leer(bigint) to authenticated;

create trigger _100_avanzar before insert or update on public.lecturas
  for each row execute function privado.avanzar_lectura();
