-- Why: the public page of a contract tells the beginning of hashes of its chain. An associated supplier, who knows of the
-- contract all but its price, could find the price by trying, here or against the page. Tokens bring their salt to the
-- chain, and what came before the first is not answered. What is in the chain already stays as it is. And a contract
-- that was refused or withdrawn has an expediente, its page says so, and is closed.
-- Touches: privado.contrato_firmado, privado.crear_testigo, privado.ver_testigo.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.contrato_firmado (
  contrato bigint,
  bloquear boolean default false
)
  returns public.contratos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  fila public.contratos;
begin
  perform privado.exigir_cuenta();
  perform privado.exigir_firma(contrato);
  -- Not exigir_contrato: one that was refused or withdrawn takes nothing more, but it is proved and its pages are closed.
  if bloquear then
    select * into fila from public.contratos c where c.id = contrato for no key update;
  else
    select * into fila from public.contratos c where c.id = contrato;
  end if;
  if fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  return fila;
end
$function$;

create or replace function privado.crear_testigo (
  v_contrato bigint,
  v_huella bytea,
  v_sal bytea,
  v_vence timestamp with time zone,
  es_de_expediente boolean default false
)
  returns privado.testigos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  -- Its row is held, so that two at once count each other.
  contrato constant public.contratos := privado.contrato_firmado(v_contrato, bloquear => true);
  nuevo privado.testigos;
begin
  if v_vence not between now() and now() + interval '20 years' then
    raise exception 'testigo_vencimiento_invalido' using errcode = 'PT422',
      detail = 'Debe ser un momento por venir, de aquí a 20 años.', hint = 'vence_en';
  elsif (
    select count(*) >= 50 from privado.testigos t
    where t.contrato_id = contrato.id and t.revocado_en is null and coalesce(t.vence_en > now(), true)
  ) then
    raise exception 'testigos_demasiados' using errcode = 'PT409',
      detail = 'Un contrato tiene 50 direcciones públicas a la vez como máximo: revoque alguna.';
  end if;
  insert into privado.testigos (contrato_id, huella, sal, de_expediente, creado_por, empresa_id, vence_en)
  values (contrato.id, v_huella, v_sal, es_de_expediente, auth.uid(), privado.mi_empresa(), v_vence)
  returning * into nuevo;
  -- With its salt: the page tells the beginning of hashes of the chain, and who knows a contract but for its price would
  -- find the price by trying, were there nothing before it that cannot be known.
  perform privado.anotar_evidencia(contrato.id, 'testigo.creado', 'testigo/' || nuevo.id,
    jsonb_build_object('sal', encode(v_sal, 'hex'), 'testigo_sha256', encode(v_huella, 'hex')));
  return nuevo;
end
$function$;

create or replace function privado.ver_testigo (
  v_codigo text,
  v_huella bytea,
  v_n bigint default null::bigint,
  v_sello text default null::text,
  v_sha256 text default null::text
)
  returns json
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  v_testigo bigint;
  v_contrato bigint;
  campos text[];
begin
  select t.testigo, t.contrato into v_testigo, v_contrato from privado.testigo_vigente(v_codigo, v_huella) as t;
  if v_testigo is null then
    return null;
  end if;
  insert into privado.testigos_vistas as v (testigo_id, dia, veces) values (v_testigo, privado.hoy(), 1)
  on conflict (testigo_id, dia) do update set veces = v.veces + 1;
  campos := privado.muestra_publica(v_contrato);
  return (
    select json_build_object(
      'codigo', c.codigo, 'estado', coalesce(initcap(c.rechazado_como), c.estado), 'creado_en', c.creado_en, 'fecha_firma', c.fecha_firma,
      'cerrado_en', c.cerrado_en,
      'cabeza', (select json_build_object('n', h.n, 'hash', left(encode(h.hash, 'hex'), 16), 'en', h.en)
        from privado.evidencias_cabezas h where h.cadena = c.id),
      'sello', case when v_n is not null and length(v_sello) >= 8 then (
        select json_build_object('n', v_n, 'hash', v_sello, 'autentico', count(e.n) > 0, 'en', max(e.en))
        from privado.evidencias e
        where e.cadena = c.id and e.n = v_n and left(encode(e.hash, 'hex'), length(v_sello)) = v_sello
          and exists (select from privado.evidencias t where t.cadena = e.cadena and t.n <= e.n and t.tipo = 'testigo.creado')) end,
      'archivo', case when v_sha256 is not null then
        json_build_object('sha256', v_sha256, 'es', privado.es_de_contrato(c.id, v_sha256)) end,
      'partes', case when 'partes' = any (campos) then (
        select json_agg(e.nombre order by e.id = c.contraparte_id) from public.empresas e
        where e.id in (c.exportadora_id, c.contraparte_id)) end,
      'calidad', case when 'calidad' = any (campos) then c.calidad end,
      'volumen_tm', case when 'volumen' = any (campos) then c.volumen_tm::text end,
      'fecha_entrega', case when 'entrega' = any (campos) then c.fecha_entrega end,
      'lotes', case when 'lotes' = any (campos) then (
        select coalesce(json_agg(json_build_object('estado', l.estado, 'cuantos', l.cuantos) order by l.estado), '[]')
        from (select estado, count(*) as cuantos from public.lotes_asociados where contrato_id = c.id group by estado) as l) end,
      'documentos', case when 'documentos' = any (campos) then (
        select coalesce(json_agg(json_build_object('tipo', d.tipo, 'huella', left(d.sha256, 16)) order by d.id), '[]')
        from (
          select * from public.documentos_contrato
          where contrato_id = c.id and huella_de in ('subida', 'revision') order by id limit 50) as d) end)
    from public.contratos c where c.id = v_contrato
  );
end
$function$;

reset check_function_bodies;
