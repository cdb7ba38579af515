-- What names and dates a contract: CT-<year>-<5 digits>, one series per year of Guayaquil, without gaps (see
-- privado.contadores); and the date that it is looked for by. A series for all tells everybody how many contracts all
-- the others make, so an installation may have one per exporter: CT-<year>-<siglas>-<5 digits> (see
-- privado.serie_contratos).

create function privado.codigo_contrato(anio integer, numero bigint, siglas text default null) returns text
language sql immutable set search_path = '' as $$
  select 'CT-' || anio || '-' || coalesce(siglas || '-', '') || lpad(numero::text, greatest(5, length(numero::text)), '0')
$$;
comment on function privado.codigo_contrato(integer, bigint, text) is
  'Código de un contrato: CT-2025-00014, o CT-2025-AGRO-00014 donde cada exportadora tiene su serie.';

-- The row of the counter is held until the transaction ends, and whoever comes next waits for it. So it is asked for
-- last, after all that may be refused: no later, since who inserts is answered with the code. And a company stands in
-- that line once, whatever it sends at the same time: its statements wait for each other before they wait there, and
-- another company waits for one of them at most. The line is a lock too: who waits for the row itself has to win it anew
-- whenever it has changed, but locks are given in the order in which they were asked for.
create function privado.asignar_codigo() returns trigger
language plpgsql security definer set search_path = '' as $$
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
$$;
comment on function privado.asignar_codigo() is 'Disparador: código correlativo del contrato.';

create function privado.fecha_contrato(fecha_firma date, creado_en timestamptz) returns date
language sql immutable parallel safe set search_path = '' as $$
  select coalesce(fecha_firma, (creado_en at time zone 'America/Guayaquil')::date)
$$;
comment on function privado.fecha_contrato(date, timestamptz) is
  'Fecha de un contrato: la de su firma o, si no la tiene, la de su creación en Guayaquil.';

revoke all on function privado.codigo_contrato(integer, bigint, text), privado.asignar_codigo(),
  privado.fecha_contrato(date, timestamptz) from public;
-- An index of contratos asks it at every write.
grant execute on function privado.fecha_contrato(date, timestamptz) to authenticated, service_role;
