-- Why: a time stamp that is dropped is missed, since the installation's chain tells of each; a proposal that waited for a
--   company is told once; and a letter is tried for more than a day.
-- Touches: privado.encadenar_sello, privado.evidencias_sellos, privado.fila_sello, privado.filas_de_empresa,
--   privado.recibir_propuestas, privado.tomar_cartas, public.relaciones.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.encadenar_sello()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array[(0, 'raiz.sellada', 'sello/' || new.tamano,
    '{"fila":' || privado.fila_sello(new) || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.fila_sello (
  s privado.evidencias_sellos
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"en":' || privado.json_de(s.en)
    || ',"respuesta":"sha256:' || encode(sha256(s.respuesta), 'hex')
    || '","tamano":' || privado.json_de(s.tamano)
    || ',"tsa":' || privado.json_de(s.tsa) || '}';
end
$function$;

create or replace function privado.filas_de_empresa (
  v_empresa bigint
)
  returns table (
    cadena bigint,
    objeto text,
    fila text
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select -e.id, 'empresa/' || e.id, privado.fila_empresa(e, s.sal)
  from public.empresas e left join privado.evidencias_sales s on s.objeto = 'empresa/' || e.id where e.id = v_empresa
  union all
  select coalesce(-v_empresa, 0), 'usuario/' || u.id, privado.fila_usuario(u)
  from public.usuarios u where u.empresa_id is not distinct from v_empresa
  union all
  select coalesce(-v_empresa, 0), 'parametro/' || p.id, privado.fila_parametro(p)
  from public.parametros p where p.empresa_id is not distinct from v_empresa
  union all
  select coalesce(-v_empresa, 0), 'precio/' || p.id, privado.fila_precio(p)
  from public.precios_fob p where p.empresa_id is not distinct from v_empresa
  union all
  select -v_empresa, 'relacion/' || r.id, privado.fila_relacion(r, s.sal)
  from public.relaciones r left join privado.evidencias_sales s on s.objeto = 'relacion/' || r.id
  where v_empresa = r.propone_id or v_empresa = r.para_id
  union all
  select -v_empresa, f.objeto, f.fila from privado.filas_de_grafo(v_empresa) as f
  union all
  select 0, 'sello/' || s.tamano, privado.fila_sello(s) from privado.evidencias_sellos s where v_empresa is null
$function$;

create or replace function privado.recibir_propuestas()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  r public.relaciones;
begin
  -- Of one proposer one is alive, also where an administrator corrects a RUC. Whoever is there already is told; who comes
  -- first, then (privado.avisar_al_llegar).
  for r in
    update public.relaciones x set para_id = new.id, avisada = not privado.bloqueo(new.id, x.propone_id)
    where x.ruc = new.ruc and x.estado = 'propuesta' and x.para_id is null and x.propone_id <> new.id
      and not exists (
        select from public.relaciones o
        where least(o.propone_id, o.para_id) = least(x.propone_id, new.id)
          and greatest(o.propone_id, o.para_id) = greatest(x.propone_id, new.id) and o.para_id is not null
          and o.estado in ('propuesta', 'aceptada'))
    returning *
  loop
    if r.avisada then
      perform privado.notificar_empresa(new.id, 'relacion', format(
        case when r.contrato_id is null then '%s le propone trabajar juntos.' else '%s le propone un contrato.' end,
        (select e.nombre from public.empresas e where e.id = r.propone_id)), jsonb_build_object('relacion_id', r.id));
    end if;
  end loop;
  return null;
end
$function$;

create or replace function privado.tomar_cartas (
  tope integer
)
  returns table (
    relacion_id bigint,
    correo text,
    nombre text,
    con_contrato boolean
  )
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  return query
    with tomadas as (
      update privado.cartas k set intentos = k.intentos + 1, desde = clock_timestamp() + interval '5 minutes' * (1 << 2 * k.intentos)
      where k.relacion_id in (
        select c.relacion_id from privado.cartas c join public.relaciones r on r.id = c.relacion_id and r.estado = 'propuesta'
        where c.enviada_en is null and c.intentos < 6 and c.desde <= clock_timestamp()
        order by c.desde limit least(tope, 100) for update of c skip locked)
      returning k.relacion_id
    )
    select t.relacion_id, r.correo, e.nombre, r.contrato_id is not null
    from tomadas t join public.relaciones r on r.id = t.relacion_id join public.empresas e on e.id = r.propone_id;
end
$function$;

create trigger _990_encadenar
  after insert on privado.evidencias_sellos
  for each row
  execute function privado.encadenar_sello();

comment on column public.relaciones.avisada is 'Si la otra empresa recibió un aviso de ella, o lo recibirá la primera persona que tenga.';
comment on function privado.encadenar_sello() is 'Disparador: el sello de una raíz, en la cadena de la instalación.';
comment on function privado.fila_sello(privado.evidencias_sellos) is 'El sello de una raíz, en JSON canónico.';
revoke all on function privado.encadenar_sello() from public;
revoke all on function privado.fila_sello(s privado.evidencias_sellos) from public;
reset check_function_bodies;

-- By hand: the stamps of before join the chain, as they are today.
select privado.encadenar(array_agg((0, 'migracion.inicial', 'sello/' || s.tamano, '{"fila":' || privado.fila_sello(s) || '}')
  ::privado.evidencia_nueva order by s.tamano)) from privado.evidencias_sellos s;
