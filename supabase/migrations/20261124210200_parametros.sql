-- Why: the figures that calculations depend on (quintal, sack, yields, discounts, levies, limits of the norm) change by
-- resolution or by company. Each is a row with the days it holds; a past ticket is computed with those of its date.
-- Touches: creates public.parametros. Rows without empresa are for everybody and an administrator's to write; those of
-- a company are seen by it alone, administrators included. Destructive: no.
create table public.parametros (
  id bigint generated always as identity primary key,
  empresa_id bigint references public.empresas (id) on delete restrict,
  tipo text not null,
  variante text not null default '',
  valor jsonb not null,
  desde date not null,
  hasta date,
  usado_hasta date,
  creado_por uuid references public.usuarios (id) on delete set null,
  creado_en timestamptz not null default now(),
  constraint parametros_tipo_valido check (tipo in (
    'quintal', 'saco', 'humedad_objetivo', 'rendimiento', 'descuento_calificacion', 'costo_qq', 'retencion',
    'norma_calidad')),
  constraint parametros_variante_valida check (privado.variante_valida(tipo, variante)),
  constraint parametros_valor_valido check (privado.parametro_valido(tipo, valor)),
  constraint parametros_desde_valido check (desde between '1990-01-01' and '2100-12-31'),
  constraint parametros_hasta_valido check (hasta > desde and hasta <= '2101-01-01'),
  constraint parametros_desde_key exclude using gist (
    (coalesce(empresa_id, 0)) with =, tipo with =, variante with =, daterange(desde, hasta, '[)') with &&)
);
comment on table public.parametros is 'Cifras de los cálculos, con los días en que rigen; sin empresa rigen para todas.';
comment on column public.parametros.hasta is 'Primer día en que ya no rige.';
comment on column public.parametros.usado_hasta is
  'Último día para el que un cálculo guardado lo usó; desde entonces solo puede terminar después.';
create index parametros_vigencia_idx on public.parametros (empresa_id, tipo, variante, desde);
create index parametros_creado_por_idx on public.parametros (creado_por);

alter table public.parametros enable row level security;
create policy select_global_o_propio on public.parametros for select to authenticated
  using (
    (empresa_id is null and (select privado.mi_rol()) is not null) or empresa_id = (select privado.mi_empresa()));
create policy insert_propio on public.parametros for insert to authenticated
  with check (
    case when (select privado.es_admin()) then empresa_id is null
      else empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) <> 'proveedor' end);
create policy update_propio on public.parametros for update to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null
      else empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) <> 'proveedor' end);
create policy delete_propio on public.parametros for delete to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null
      else empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) <> 'proveedor' end);

-- usado_hasta of a row for everybody would tell a company that others calculate, and until when.
revoke all on public.parametros from anon, authenticated, service_role;
revoke all on sequence public.parametros_id_seq from anon, authenticated, service_role;
grant select (id, empresa_id, tipo, variante, valor, desde, hasta, creado_en),
  insert (tipo, variante, valor, desde, hasta), update (valor, desde, hasta), delete
  on public.parametros to authenticated;

create function privado.fijar_dueno_parametro() returns trigger
language plpgsql set search_path = '' as $$
begin
  if auth.uid() is null then
    return new;
  end if;
  perform privado.exigir_cuenta();
  if privado.mi_rol() = 'proveedor' then
    raise exception 'parametro_sin_permiso' using errcode = 'PT403',
      detail = 'Los parámetros los escribe una exportadora, un centro de acopio o un administrador.';
  end if;
  new.empresa_id := case when privado.es_admin() then null else privado.mi_empresa() end;
  new.creado_por := auth.uid();
  return new;
end
$$;
comment on function privado.fijar_dueno_parametro() is
  'Disparador: el parámetro es de la empresa de quien lo escribe; el de un administrador, de todas.';

create function privado.proteger_parametro_usado() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.usado_hasta is null then
    return case when tg_op = 'DELETE' then old else new end;
  elsif tg_op = 'DELETE' or (old.valor, old.desde) is distinct from (new.valor, new.desde) then
    raise exception 'parametro_usado' using errcode = 'PT409',
      detail = 'Un cálculo ya usó este parámetro: solo puede terminar después de esa fecha. Cree otro desde entonces.',
      hint = 'hasta';
  elsif new.hasta <= old.usado_hasta then
    raise exception 'parametro_usado' using errcode = 'PT409',
      detail = 'Un cálculo ya usó este parámetro: solo puede terminar después de esa fecha. Cree otro desde entonces.',
      hint = 'hasta';
  end if;
  return new;
end
$$;
comment on function privado.proteger_parametro_usado() is
  'Disparador: un parámetro usado no cambia ni se borra; puede terminar después del último uso.';

-- Definer: the rows of the key are those of the new one's owner, which RLS shows to the writer anyway; ending one of
-- them is this rule's own doing. The lock makes two writers of one key take turns, so that both get a clear answer.
create function privado.encadenar_parametro() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What the constraints will refuse has no place in the chain.
  if new.desde is null or new.hasta <= new.desde then
    return new;
  end if;
  perform pg_advisory_xact_lock(
    hashtextextended(concat_ws(' ', 'parametro', coalesce(new.empresa_id, 0), new.tipo, new.variante), 0));
  if tg_op = 'INSERT' then
    update public.parametros p set hasta = new.desde
    where p.empresa_id is not distinct from new.empresa_id and p.tipo = new.tipo and p.variante = new.variante
      and p.hasta is null and p.desde < new.desde and coalesce(p.usado_hasta < new.desde, true);
  end if;
  if exists (
    select from public.parametros p
    where p.empresa_id is not distinct from new.empresa_id and p.tipo = new.tipo and p.variante = new.variante
      and p.id is distinct from new.id and daterange(p.desde, p.hasta, '[)') && daterange(new.desde, new.hasta, '[)')
  ) then
    raise exception 'parametro_traslapado' using errcode = 'PT409',
      detail = 'Otro valor rige en esas fechas, o un cálculo ya lo usó después: empiece más tarde o termine antes.',
      hint = 'desde';
  end if;
  return new;
end
$$;
comment on function privado.encadenar_parametro() is
  'Disparador: el valor abierto que regía termina donde empieza el nuevo; dos nunca rigen a la vez.';
revoke all on function privado.fijar_dueno_parametro(), privado.proteger_parametro_usado(),
  privado.encadenar_parametro() from public;

create trigger _100_fijar_dueno before insert on public.parametros
  for each row execute function privado.fijar_dueno_parametro();
create trigger _200_proteger_usado before update of valor, desde, hasta or delete on public.parametros
  for each row execute function privado.proteger_parametro_usado();
create trigger _300_encadenar before insert or update of desde, hasta on public.parametros
  for each row execute function privado.encadenar_parametro();
