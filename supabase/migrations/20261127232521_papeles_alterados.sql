-- Why: papers that are not what they were are read again each day, so that what is put back from a backup is found.
-- Touches: privado.releer_al_azar, public.documentos_contrato_alterados_idx.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.releer_al_azar (
  cuantos integer
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  elegidos bigint[];
begin
  if cuantos <= 0 then
    return 0;
  end if;
  insert into privado.relecturas (dia) values (privado.hoy()) on conflict do nothing;
  if not found then
    return 0;
  end if;
  select array_agg(distinct e.id) into elegidos
  from (
    select d.id from public.documentos_contrato d
    where d.verificacion in ('alterado', 'sin archivo') and d.huella_de in ('subida', 'revision')
    union all
    select d.id
    from (
      select l.primero + floor(random() * (l.ultimo - l.primero + 1))::bigint as id
      from (select min(x.id) as primero, max(x.id) as ultimo from public.documentos_contrato x) as l,
        generate_series(1, cuantos)
    ) as punto
    cross join lateral (
      select x.id from public.documentos_contrato x
      where x.id >= punto.id and x.id < punto.id + 1000 and x.huella_de in ('subida', 'revision') order by x.id limit 1
    ) as d
  ) as e;
  update privado.relecturas r set documentos = coalesce(cardinality(elegidos), 0) where r.dia = privado.hoy();
  return privado.pedir_lecturas(elegidos);
end
$function$;

create index documentos_contrato_alterados_idx on public.documentos_contrato using btree (id)
  where
    ((verificacion = ANY (ARRAY['alterado'::text, 'sin archivo'::text])) AND (huella_de = ANY (ARRAY['subida'::text,
    'revision'::text])));

reset check_function_bodies;
