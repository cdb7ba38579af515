-- Why: a calculation that was kept is evidence of how a price was reached: who made it, with what input, and with which
-- dated parameters. These are copied here by the database, never told by the client, so that it recomputes to the same
-- cent whatever changes later. The result is what was told: recomputing is what proves it.
-- Touches: creates public.calculos; marks public.parametros as used. Destructive: no.
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

-- Definer: marks parameters as used, which nobody may write.
create function privado.firmar_calculo() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  ids bigint[];
begin
  if auth.uid() is not null then
    perform privado.exigir_cuenta();
    new.usuario_id := auth.uid();
    new.empresa_id := privado.mi_empresa();
  end if;
  new.creado_en := now();
  if not jsonb_path_match(new.parametros, 'strict $.type() == "array" && $.size() <= 50')
    or exists (select from jsonb_array_elements(new.parametros) as e where coalesce(e #>> '{}', '') !~ '^[1-9][0-9]{0,17}$') then
    raise exception 'calculo_parametros_invalidos' using errcode = 'PT422',
      detail = 'Los parámetros de un cálculo se dicen con la lista de sus identificadores.', hint = 'parametros';
  end if;
  select array_agg(distinct (e #>> '{}')::bigint) into ids from jsonb_array_elements(new.parametros) as e;
  -- Taken first, so that what is copied is what holds: nobody edits them from here on.
  perform privado.usar_parametros(ids, new.fecha);
  select coalesce(jsonb_agg(to_jsonb(p) order by p.id), '[]') into new.parametros
  from privado.parametros_vigentes(new.fecha) as p where p.id = any (ids);
  if jsonb_array_length(new.parametros) < cardinality(ids) then
    raise exception 'parametro_no_vigente' using errcode = 'PT409',
      detail = 'Un parámetro del cálculo ya no rige en esa fecha: vuelva a calcular.', hint = 'fecha';
  end if;
  return new;
end
$$;
comment on function privado.firmar_calculo() is
  'Disparador: de quién es un cálculo, y los valores de los parámetros de su fecha, que ya no se editan.';

create function privado.conservar_calculo() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'calculo_inmutable' using errcode = 'PT409',
    detail = 'Un cálculo guardado no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_calculo() is 'Disparador: los cálculos guardados son evidencia.';
revoke all on function privado.firmar_calculo(), privado.conservar_calculo() from public;

create trigger _100_firmar before insert on public.calculos
  for each row execute function privado.firmar_calculo();
create trigger _100_conservar before update or delete on public.calculos
  for each row execute function privado.conservar_calculo();
create trigger _110_conservar_todos before truncate on public.calculos
  for each statement execute function privado.conservar_calculo();
