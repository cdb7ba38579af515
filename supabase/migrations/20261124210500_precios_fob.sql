-- Why: what cocoa is worth each day, per quality and market, with the signed differential beside it. Prices for
-- everybody are an administrator's (or the daily task's); each company keeps its own, which nobody else sees.
-- Touches: creates public.precios_fob and public.precios_vigentes. Destructive: no.
create table public.precios_fob (
  id bigint generated always as identity primary key,
  fecha date not null,
  calidad text not null,
  mercado text not null default 'NY',
  precio_tm numeric not null,
  diferencial numeric not null default 0,
  fuente text not null default 'manual',
  empresa_id bigint references public.empresas (id) on delete restrict,
  creado_por uuid references public.usuarios (id) on delete set null,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  constraint precios_fob_fecha_valida check (fecha between '1990-01-01' and '2100-12-31'),
  constraint precios_fob_calidad_valida check (
    calidad = btrim(calidad) and length(calidad) between 1 and 40 and calidad !~ '[[:cntrl:]]'),
  constraint precios_fob_mercado_valido check (mercado ~ '^[A-Z][A-Z0-9_.-]{0,19}$'),
  constraint precios_fob_precio_tm_valido check (
    precio_tm > 0 and precio_tm <= 1000000 and min_scale(precio_tm) <= 4),
  constraint precios_fob_diferencial_valido check (
    abs(diferencial) <= 1000000 and min_scale(diferencial) <= 4 and (precio_tm <= 0 or precio_tm + diferencial > 0)),
  constraint precios_fob_fuente_valida check (
    fuente = btrim(fuente) and length(fuente) between 1 and 200 and fuente !~ '[[:cntrl:]]'),
  constraint precios_fob_fecha_key unique nulls not distinct (empresa_id, calidad, mercado, fecha)
);
comment on table public.precios_fob is 'Precios por día, calidad y mercado; sin empresa son de todas.';
comment on column public.precios_fob.mercado is 'NY es el cacao de ICE Nueva York (CC).';
comment on column public.precios_fob.precio_tm is 'Precio del mercado, USD por tonelada métrica.';
comment on column public.precios_fob.diferencial is 'Con signo, USD por tonelada métrica: FOB = precio_tm + diferencial.';
-- A series, of everybody's and of one company's; the unique one finds the price in force.
create index precios_fob_serie_idx on public.precios_fob (empresa_id, fecha, id);
create index precios_fob_creado_por_idx on public.precios_fob (creado_por);

alter table public.precios_fob enable row level security;
create policy select_global_o_propio on public.precios_fob for select to authenticated
  using (
    (empresa_id is null and (select privado.mi_rol()) is not null) or empresa_id = (select privado.mi_empresa()));
create policy insert_propio on public.precios_fob for insert to authenticated
  with check (
    case when (select privado.es_admin()) then empresa_id is null else empresa_id = (select privado.mi_empresa()) end);
create policy update_propio on public.precios_fob for update to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null else empresa_id = (select privado.mi_empresa()) end);
create policy delete_propio on public.precios_fob for delete to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null else empresa_id = (select privado.mi_empresa()) end);

revoke all on public.precios_fob from anon, authenticated, service_role;
revoke all on sequence public.precios_fob_id_seq from anon, authenticated, service_role;
-- An upsert of the SDK writes the columns of the key as well.
grant select, insert (fecha, calidad, mercado, precio_tm, diferencial, fuente),
  update (fecha, calidad, mercado, precio_tm, diferencial, fuente), delete on public.precios_fob to authenticated;

-- Twenty thousand times over in an import: it asks each thing once.
create function privado.fijar_dueno_precio() returns trigger
language plpgsql set search_path = '' as $$
declare
  usuario constant uuid := auth.uid();
  rol text;
begin
  if usuario is null then
    return new;
  end if;
  rol := privado.mi_rol();
  if rol is null then
    perform privado.exigir_cuenta();
  end if;
  new.empresa_id := case when rol = 'admin' then null else privado.mi_empresa() end;
  new.creado_por := usuario;
  return new;
end
$$;
comment on function privado.fijar_dueno_precio() is
  'Disparador: el precio es de la empresa de quien lo escribe; el de un administrador, de todas.';
create trigger _100_fijar_dueno before insert on public.precios_fob
  for each row execute function privado.fijar_dueno_precio();
create trigger _900_marcar_actualizado before update on public.precios_fob
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();

-- One step of the index per quality and market, not one per price: years of prices cost the same as a week.
create function privado.precios_de(v_empresa bigint, v_fecha date, v_calidad text, v_mercado text)
returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  fila public.precios_fob;
  -- Of everybody's, or of one company's: the index wants one form or the other, and to be asked in its own order,
  -- since `is null` does not tell the planner that its first column stays the same.
  dueno constant text := case when v_empresa is null then 'p.empresa_id is null' else 'p.empresa_id = $1' end;
  siguiente constant text := 'select * from public.precios_fob p where ' || dueno
    || ' and (p.calidad, p.mercado) > ($2, $3) and ($4 is null or p.calidad = $4)'
    || ' order by p.empresa_id, p.calidad, p.mercado limit 1';
  vigente constant text := 'select * from public.precios_fob p where ' || dueno
    || ' and p.calidad = $2 and p.mercado = $3 and p.fecha <= $4'
    || ' order by p.empresa_id desc, p.calidad desc, p.mercado desc, p.fecha desc limit 1';
  v_de text := coalesce(v_calidad, '');
  v_en text := '';
begin
  loop
    execute siguiente into fila using v_empresa, v_de, v_en, v_calidad;
    exit when fila.id is null;
    v_de := fila.calidad;
    v_en := fila.mercado;
    if v_mercado is null or v_mercado = v_en then
      execute vigente into fila using v_empresa, v_de, v_en, v_fecha;
      if fila.id is not null then
        return next fila;
      end if;
    end if;
  end loop;
end
$$;
comment on function privado.precios_de(bigint, date, text, text) is
  'De cada calidad y mercado de una empresa, o de todas, el último precio hasta ese día.';

create function privado.precios_vigentes(v_fecha date, v_calidad text, v_mercado text)
returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  if privado.mi_rol() is null then
    return;
  end if;
  return query select * from privado.precios_de(null, coalesce(v_fecha, privado.hoy()), v_calidad, v_mercado);
  if empresa is not null then
    return query select * from privado.precios_de(empresa, coalesce(v_fecha, privado.hoy()), v_calidad, v_mercado);
  end if;
end
$$;
comment on function privado.precios_vigentes(date, text, text) is 'Precios que rigen un día para quien llama.';

create function public.precios_vigentes(fecha date default null, calidad text default null, mercado text default null)
returns setof public.precios_fob
language sql stable security invoker set search_path = '' as $$
  select * from privado.precios_vigentes(fecha, calidad, mercado)
$$;
comment on function public.precios_vigentes(date, text, text) is
  'De cada calidad y mercado, el último precio hasta un día (hoy en Guayaquil, si falta): el de todas y el propio.';

-- Of each owner as many as the page holds, in the order of the index; under RLS the planner reads all that it has.
create function privado.precios_serie(
  tope int, v_fecha date, v_id bigint, v_desde date, v_hasta date, v_calidad text, v_mercado text, v_ambito text
) returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  if privado.mi_rol() is not null and v_ambito is distinct from 'propio' then
    return query select * from public.precios_fob p
    where p.empresa_id is null
      and (v_desde is null or p.fecha >= v_desde) and (v_hasta is null or p.fecha <= v_hasta)
      and (v_calidad is null or p.calidad = v_calidad) and (v_mercado is null or p.mercado = v_mercado)
      and (v_fecha is null or (p.fecha, p.id) < (v_fecha, v_id))
    order by p.empresa_id desc, p.fecha desc, p.id desc limit tope;
  end if;
  if empresa is not null and v_ambito is distinct from 'global' then
    return query select * from public.precios_fob p
    where p.empresa_id = empresa
      and (v_desde is null or p.fecha >= v_desde) and (v_hasta is null or p.fecha <= v_hasta)
      and (v_calidad is null or p.calidad = v_calidad) and (v_mercado is null or p.mercado = v_mercado)
      and (v_fecha is null or (p.fecha, p.id) < (v_fecha, v_id))
    order by p.fecha desc, p.id desc limit tope;
  end if;
end
$$;
comment on function privado.precios_serie(int, date, bigint, date, date, text, text, text) is
  'Los últimos precios de todas y los últimos propios, desde una fila en adelante, para una página de la serie.';

revoke all on function privado.fijar_dueno_precio(), privado.precios_de(bigint, date, text, text),
  privado.precios_vigentes(date, text, text),
  privado.precios_serie(int, date, bigint, date, date, text, text, text) from public;
revoke all on function public.precios_vigentes(date, text, text) from public, anon, service_role;
grant execute on function privado.precios_vigentes(date, text, text), public.precios_vigentes(date, text, text),
  privado.precios_serie(int, date, bigint, date, date, text, text, text) to authenticated;
