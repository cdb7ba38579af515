-- Why: one series of codes for all tells every company how many contracts the others make: an installation may have one
--   per exporter, with its siglas, chosen before the first contract. And a company that sends much at once waits for
--   its own statements before it stands in the line for a number, so that others wait for one of them at most.
--   Broadcasts name the contract by its code alone.
-- Touches: privado.asignar_codigo, privado.codigo_contrato, privado.difundir_mensaje, privado.difundir_notificacion,
--   privado.difundir_notificaciones, privado.elegir_serie_contratos, privado.juzgar_siglas, privado.serie_contratos,
--   privado.serie_contratos_pkey, privado.serie_por_exportadora, public.contratos, public.elegir_serie_contratos,
--   public.empresas, public.empresas_siglas_key, public.serie_contratos.
-- Destructive: no.

set check_function_bodies = off;

alter table public.contratos
  drop constraint contratos_codigo_valido;

drop function privado.codigo_contrato(integer, bigint);

create table privado.serie_contratos (
  unica boolean not null default true,
  por_exportadora boolean not null,
  elegida_en timestamp with time zone not null default now(),
  constraint serie_contratos_pkey primary key (unica),
  constraint serie_contratos_unica_valida check (unica)
);

alter table public.empresas
  add column siglas text;

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
  perform pg_advisory_xact_lock(hashtextextended('serie ' || serie, 0));
  new.codigo := privado.codigo_contrato(anio, privado.siguiente_numero(serie, anio), v_siglas);
  return new;
end
$function$;

create or replace function privado.codigo_contrato (
  anio integer,
  numero bigint,
  siglas text default null::text
)
  returns text
  language sql
  immutable
  set search_path to ''
  AS $function$
  select 'CT-' || anio || '-' || coalesce(siglas || '-', '') || lpad(numero::text, greatest(5, length(numero::text)), '0')
$function$;

create or replace function privado.difundir_mensaje()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform realtime.send(
    to_jsonb(new) - 'contrato_id' || jsonb_build_object('contrato', codigo), 'mensaje', 'contrato:' || codigo, true);
  return null;
end
$function$;

create or replace function privado.difundir_notificacion()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform realtime.send(to_jsonb(new) - '{usuario_id,contrato_id,en_app,push}'::text[], 'notificacion', 'usuario:' || new.usuario_id, true);
  return null;
end
$function$;

create or replace function privado.difundir_notificaciones()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  -- What realtime.send does for one; as there, a channel that fails does not undo what it tells of.
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'usuario:' || n.usuario_id, 'notificacion', to_jsonb(n) - '{usuario_id,contrato_id,en_app,push}'::text[], true, 'broadcast'
  from nuevas n where n.en_app;
  return null;
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
  return null;
end
$function$;

create or replace function privado.elegir_serie_contratos (
  serie text
)
  returns text
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if not privado.es_admin() then
    raise exception 'serie_solo_admin' using errcode = 'PT403',
      detail = 'La serie de los códigos la elige un administrador.';
  elsif serie is null or serie not in ('única', 'por exportadora') then
    raise exception 'serie_invalida' using errcode = 'PT422',
      detail = 'La serie es única o por exportadora.', hint = 'serie';
  end if;
  -- Whoever is creating the first one, or a company, is waited for.
  lock table public.empresas, public.contratos in share row exclusive mode;
  if (serie = 'por exportadora') = privado.serie_por_exportadora() then
    return serie;
  elsif exists (select from public.contratos) then
    raise exception 'serie_con_contratos' using errcode = 'PT409',
      detail = 'Ya hay contratos: la serie de sus códigos no cambia.', hint = 'serie';
  elsif serie = 'por exportadora'
    and exists (select from public.empresas e where e.tipo = 'exportadora' and e.siglas is null) then
    raise exception 'siglas_obligatorias' using errcode = 'PT422',
      detail = 'Una exportadora tiene siglas: van en el código de sus contratos.', hint = 'siglas';
  end if;
  insert into privado.serie_contratos (por_exportadora) values (serie = 'por exportadora')
  on conflict (unica) do update set por_exportadora = excluded.por_exportadora, elegida_en = now();
  return serie;
end
$function$;

create or replace function privado.juzgar_siglas()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if tg_op = 'UPDATE' and old.siglas is not null and exists (
    select from public.contratos c where c.exportadora_id = old.id and c.codigo like 'CT-____-' || old.siglas || '-%'
  ) then
    raise exception 'siglas_en_uso' using errcode = 'PT409',
      detail = 'Las siglas ya están en el código de un contrato: no cambian.', hint = 'siglas';
  elsif new.siglas is null and new.tipo = 'exportadora' and privado.serie_por_exportadora() then
    raise exception 'siglas_obligatorias' using errcode = 'PT422',
      detail = 'Una exportadora tiene siglas: van en el código de sus contratos.', hint = 'siglas';
  end if;
  return new;
end
$function$;

create or replace function privado.serie_contratos()
  returns text
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return case when privado.serie_por_exportadora() then 'por exportadora' else 'única' end;
end
$function$;

create or replace function privado.serie_por_exportadora()
  returns boolean
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return coalesce((select s.por_exportadora from privado.serie_contratos s), false);
end
$function$;

create or replace function public.elegir_serie_contratos (
  serie text
)
  returns text
  language sql
  set search_path to ''
  AS $function$
  select privado.elegir_serie_contratos(serie)
$function$;

create or replace function public.serie_contratos()
  returns text
  language sql
  stable
  set search_path to ''
  AS $function$
  select privado.serie_contratos()
$function$;

alter table public.contratos
  add constraint contratos_codigo_valido check ((codigo ~ '^CT-[0-9]{4}-([A-Z0-9]{2,8}-)?[0-9]{5,}$'::text));

alter table public.empresas
  add constraint empresas_siglas_key unique (siglas);

alter table public.empresas
  add constraint empresas_siglas_valida check (((siglas ~ '^[A-Z0-9]{2,8}$'::text) AND (siglas ~ '[A-Z]'::text)));

create trigger _150_exigir_siglas
  before insert on public.empresas
  for each row
  when (((new.siglas IS NULL) AND (new.tipo = 'exportadora'::text)))
  execute function privado.juzgar_siglas();

create trigger _160_fijar_siglas
  before update on public.empresas
  for each row
  when ((old.siglas IS DISTINCT FROM new.siglas))
  execute function privado.juzgar_siglas();

comment on column public.empresas.siglas is 'De una exportadora, lo que llevan los códigos de sus contratos donde cada una tiene su serie: CT-2026-AGRO-00014.';
comment on function privado.codigo_contrato(integer, bigint, text) is 'Código de un contrato: CT-2025-00014, o CT-2025-AGRO-00014 donde cada exportadora tiene su serie.';
comment on function privado.elegir_serie_contratos(text) is 'Un administrador elige la serie de los códigos, antes del primer contrato.';
comment on function privado.juzgar_siglas() is 'Disparador: cuándo una empresa necesita siglas, y cuándo ya no cambian.';
comment on function privado.serie_contratos() is 'Cómo se numeran los contratos.';
comment on function privado.serie_por_exportadora() is '¿Tiene cada exportadora su serie de códigos?';
comment on function public.elegir_serie_contratos(text) is 'Cómo se numeran los contratos, única (CT-2026-00014) o por exportadora (CT-2026-AGRO-00014): lo elige un administrador, antes del primero.';
comment on function public.serie_contratos() is 'Cómo se numeran los contratos: única o por exportadora.';
comment on table privado.serie_contratos is 'Si cada exportadora numera sus contratos; una fila como mucho.';
revoke all on function privado.codigo_contrato(anio integer, numero bigint, siglas text) from public;
revoke all on function privado.elegir_serie_contratos(serie text) from public;
revoke all on function privado.juzgar_siglas() from public;
revoke all on function privado.serie_contratos() from public;
revoke all on function privado.serie_por_exportadora() from public;
revoke all on function public.elegir_serie_contratos(serie text) from public, anon, service_role;
revoke all on function public.serie_contratos() from public, anon, service_role;
grant insert (siglas), select (siglas), update (siglas) on table public.empresas to authenticated;
grant insert (siglas), update (siglas) on table public.empresas to service_role;
grant execute on function privado.elegir_serie_contratos(serie text) to authenticated;
grant execute on function privado.serie_contratos() to authenticated;
reset check_function_bodies;
