-- What anybody learns who has the address of a page: the same nothing for a token that never was, was revoked or has
-- ended, and for a contract that was deleted.

create function privado.testigo_vigente(v_codigo text, v_huella bytea)
  returns table (testigo bigint, contrato bigint)
language sql stable security definer set search_path = '' as $$
  select t.id, c.id from privado.testigos t join public.contratos c on c.id = t.contrato_id
  where t.huella = v_huella and c.codigo = v_codigo and c.eliminado_en is null
    and t.revocado_en is null and coalesce(t.vence_en > now(), true)
$$;
comment on function privado.testigo_vigente(text, bytea) is 'El testigo de esa huella, si vale todavía para ese contrato.';

-- Is that paper, or that very expediente, of the contract? Only bytes that the server itself has read count.
create function privado.es_de_contrato(v_contrato bigint, v_sha256 text) returns text
language sql stable security definer set search_path = '' as $$
  select case
    when exists (
      select from public.documentos_contrato d
      where d.contrato_id = v_contrato and d.sha256 = v_sha256 and d.huella_de in ('subida', 'revision')
    ) then 'documento'
    when exists (
      select from privado.expedientes x where x.contrato_id = v_contrato and x.sha256 = v_sha256
    ) then 'expediente'
  end
$$;
comment on function privado.es_de_contrato(bigint, text) is
  'Si un archivo de esa huella es un documento del contrato, o un expediente suyo.';

-- Each opening is counted by day. A seal is a fact of the chain and the beginning of its hash, as the paper has it. None
-- is printed before there is a token, whose salt nobody outside knows: of what came earlier, nobody tries what it may say.
create function privado.ver_testigo(v_codigo text, v_huella bytea, v_n bigint default null, v_sello text default null,
  v_sha256 text default null) returns json
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.ver_testigo(text, bytea, bigint, text, text) is
  'Lo que muestra la página pública de un expediente; nulo si el testigo no vale.';

-- Not counted as an opening: the page asks it for each file that somebody drops.
create function privado.probar_archivo(v_codigo text, v_huella bytea, v_sha256 text) returns json
language sql stable security definer set search_path = '' as $$
  select json_build_object('esta', q.es is not null, 'es', q.es)
  from privado.testigo_vigente(v_codigo, v_huella) as t
  cross join lateral privado.es_de_contrato(t.contrato, v_sha256) as q (es)
$$;
comment on function privado.probar_archivo(text, bytea, text) is
  'Si un archivo de esa huella es de este contrato; nulo si el testigo no vale.';

revoke all on function privado.testigo_vigente(text, bytea), privado.es_de_contrato(bigint, text),
  privado.ver_testigo(text, bytea, bigint, text, text), privado.probar_archivo(text, bytea, text) from public;
grant execute on function privado.ver_testigo(text, bytea, bigint, text, text), privado.probar_archivo(text, bytea, text)
  to anon, authenticated;
