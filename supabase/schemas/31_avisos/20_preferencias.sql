-- Each person chooses what it is told of, and where.
create table public.preferencias (
  usuario_id uuid not null default auth.uid() references public.usuarios (id) on delete cascade,
  tipo text not null,
  en_app boolean not null default true,
  push boolean not null default true,
  primary key (usuario_id, tipo),
  constraint preferencias_tipo_valido check (tipo = any (privado.tipos_de_aviso()))
);
comment on table public.preferencias is
  'De qué quiere cada usuario que se le avise, y por dónde; lo que no está aquí se avisa por ambos.';

alter table public.preferencias enable row level security;
create policy select_propio on public.preferencias for select to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy insert_propio on public.preferencias for insert to authenticated
  with check (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy update_propio on public.preferencias for update to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);

revoke all on public.preferencias from anon, authenticated, service_role;
grant select, insert (tipo, en_app, push), update (tipo, en_app, push) on public.preferencias to authenticated;

-- What a client changes in one request has a limit,
create trigger _000_limitar_cambios before update on public.preferencias
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- and so has what it writes anew.
create trigger _000_limitar_filas before insert on public.preferencias
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
