-- A calculation that was kept is evidence of how a price was reached: who made it, with what input, and with which dated
-- parameters. These are copied here by the database, never told by the client, so that it recomputes to the same cent
-- whatever changes later. The result is what was told: recomputing is what proves it.
create table public.calculos (
  id bigint generated always as identity primary key,
  empresa_id bigint references public.empresas (id) on delete restrict,
  usuario_id uuid not null references public.usuarios (id) on delete restrict,
  tipo text not null,
  fecha date not null default (now() at time zone 'America/Guayaquil')::date,
  entrada jsonb not null,
  parametros jsonb not null default '[]',
  resultado jsonb not null,
  creado_en timestamptz not null default now(),
  constraint calculos_tipo_valido check (
    tipo in ('conversion', 'humedad', 'recepcion', 'calidad', 'fob', 'liquidacion', 'fijacion')),
  constraint calculos_fecha_valida check (fecha between '1990-01-01' and '2100-12-31'),
  constraint calculos_entrada_valida check (jsonb_typeof(entrada) = 'object' and octet_length(entrada::text) <= 100000),
  constraint calculos_resultado_valido check (
    jsonb_typeof(resultado) = 'object' and octet_length(resultado::text) <= 100000)
);
comment on table public.calculos is 'Cálculos guardados: quién, con qué datos y con qué parámetros; no se modifican ni se borran.';
comment on column public.calculos.fecha is 'Día de los parámetros.';
comment on column public.calculos.parametros is
  'Se escribe como lista de ids de parámetros; queda con sus valores y sus fechas, que pone la base.';
comment on column public.calculos.resultado is 'El que dijo quien lo guardó; GET /calculadora/historial/{calculo} lo comprueba.';
create index calculos_empresa_idx on public.calculos (empresa_id, id desc);
create index calculos_usuario_idx on public.calculos (usuario_id);

alter table public.calculos enable row level security;
create policy select_propio on public.calculos for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
create policy insert_propio on public.calculos for insert to authenticated
  with check (
    usuario_id = (select auth.uid()) and empresa_id is not distinct from (select privado.mi_empresa())
    and (select privado.mi_rol()) is not null);

revoke all on public.calculos from anon, authenticated, service_role;
revoke all on sequence public.calculos_id_seq from anon, authenticated, service_role;
grant select, insert (tipo, fecha, entrada, parametros, resultado) on public.calculos to authenticated;

-- A request of an app adds so many rows at most.
create trigger _000_limitar_filas before insert on public.calculos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.calculos
  for each row execute function privado.poner_id();
-- Nobody changes or deletes one.
create trigger _100_conservar before update or delete on public.calculos
  for each row execute function privado.conservar_calculo();
-- Whose it is, and the values of its parameters, which it marks as used.
create trigger _100_firmar before insert on public.calculos
  for each row execute function privado.firmar_calculo();
-- Nor all of them at once.
create trigger _110_conservar_todos before truncate on public.calculos
  for each statement execute function privado.conservar_calculo();
