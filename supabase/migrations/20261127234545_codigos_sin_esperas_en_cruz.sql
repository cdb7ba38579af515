-- Why: with a series of codes per exporter, two who contract with several of them, each in another order, waited for each
--   other crosswise, and one of them failed. Those go one after another now; an exporter waits for no other.
-- Touches: privado.asignar_codigo.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.asignar_codigo()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  anio constant integer := extract(year from new.creado_en at time zone 'America/Guayaquil');
  quien constant text := coalesce(privado.mi_empresa()::text, auth.uid()::text);
  serie text := 'contratos';
  v_siglas text;
begin
  if privado.serie_por_exportadora() then
    -- Until this contract is there they do not change.
    select e.siglas into v_siglas from public.empresas e where e.id = new.exportadora_id for key share;
    if v_siglas is null then
      raise exception 'siglas_faltan' using errcode = 'PT409',
        detail = 'A la exportadora le faltan las siglas de sus contratos: se las da un administrador.',
        hint = 'exportadora_id';
    end if;
    serie := 'contratos/' || new.exportadora_id;
  end if;
  if quien is not null then
    perform pg_advisory_xact_lock(hashtextextended('códigos de ' || quien, 0));
  end if;
  -- Who is no exporter may contract with several in one request, and would take their series in any order: those go one
  -- after another, lest two of them wait for each other.
  if serie <> 'contratos' and privado.mi_empresa() is distinct from new.exportadora_id then
    perform pg_advisory_xact_lock(hashtextextended('serie contratos', 0));
  end if;
  perform pg_advisory_xact_lock(hashtextextended('serie ' || serie, 0));
  new.codigo := privado.codigo_contrato(anio, privado.siguiente_numero(serie, anio), v_siglas);
  return new;
end
$function$;

reset check_function_bodies;
