-- Why: the whole schema in one step, from which every database begins; it is supabase/schemas, file after file.
-- Touches: everything of ours: schemas public and privado, and our policies and triggers in auth, storage and realtime.
-- Destructive: no.

-- Functions name what comes after them.
set check_function_bodies = off;

-- supabase/schemas/00_privado/10_esquema.sql

-- What no client may touch (counters, idempotency keys, rules of triggers and policies) stands in schema privado,
-- which the REST server does not expose. And the extensions that ours lean on.

-- A Supabase database comes without the last three; pgcrypto it has, and is named because we ask it for random bytes.
create extension if not exists pgcrypto with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gist with schema extensions;

create schema privado;
comment on schema privado is 'Reglas y datos internos; no se expone por REST.';

-- To name the schema is not yet to execute or read anything in it: each function is revoked from public where it
-- stands, and granted by role. anon executes what works without a session (parameters in force, an invitation);
-- supabase_auth_admin, the hook that counts wrong passwords.
revoke all on schema privado from public;
grant usage on schema privado to anon, authenticated, service_role, supabase_auth_admin;

-- supabase/schemas/00_privado/20_textos.sql

-- How a text is compared, and what a text, a name and a number must be whoever writes them: the checks of the tables
-- ask these functions.

-- unaccent() is only stable because its dictionary may be replaced; ours is named and never changes.
create function privado.normalizar(texto text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select lower(extensions.unaccent('extensions.unaccent'::regdictionary, texto))
$$;
comment on function privado.normalizar(text) is 'Texto en minúsculas y sin tildes, para buscar.';
revoke all on function privado.normalizar(text) from public;
grant execute on function privado.normalizar(text) to authenticated, service_role;

-- A name with U+202E reads backwards (factura_exe.pdf), and one with characters that nobody sees looks like another:
-- what people read to know a company, a person or a paper is what is written. One rule says what a name does not
-- hold; what takes it out and what refuses it both ask it.
create function privado.lo_que_no_se_ve() returns text
language sql immutable parallel safe set search_path = '' as $$
  select '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2'
      || '\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb'
      || '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
$$;
comment on function privado.lo_que_no_se_ve() is
  'Expresión regular de un carácter que un nombre no lleva: controles, cambios de dirección y lo que no se ve.';

create function privado.limpiar_nombre(texto text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select regexp_replace(texto, privado.lo_que_no_se_ve(), '', 'g')
$$;
comment on function privado.limpiar_nombre(text) is 'El nombre, sin controles, cambios de dirección ni lo que no se ve.';

-- Longer texts hold line ends, tabs and the joiners of emoji, and nothing that turns the direction of what follows.
create function privado.es_texto_limpio(texto text, es_nombre boolean) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select case when es_nombre then texto !~ privado.lo_que_no_se_ve()
    else texto !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
  end
$$;
comment on function privado.es_texto_limpio(text, boolean) is
  '¿Dice el texto lo que se ve? Sin controles ni cambios de dirección; si es un nombre, sin nada invisible.';

-- Nor is a name nothing but spaces that btrim() does not take for one.
create function privado.nombre_valido(nombre text, maximo int) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select nombre = btrim(nombre) and length(nombre) between 1 and maximo and privado.es_texto_limpio(nombre, true)
    and nombre ~ '[^[:space:]\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]'
$$;
comment on function privado.nombre_valido(text, int) is
  '¿Es un nombre limpio de hasta tantos caracteres, sin espacios en los extremos?';

create function privado.numero_valido(numero jsonb, minimo numeric, maximo numeric, decimales int) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select coalesce(
    case when jsonb_typeof(numero) = 'number'
      then numero::numeric between minimo and maximo and min_scale(numero::numeric) <= decimales end, false)
$$;
comment on function privado.numero_valido(jsonb, numeric, numeric, int) is
  '¿Es un número JSON entre esos límites y con esos decimales como máximo?';

revoke all on function privado.lo_que_no_se_ve(), privado.limpiar_nombre(text), privado.es_texto_limpio(text, boolean),
  privado.nombre_valido(text, int), privado.numero_valido(jsonb, numeric, numeric, int) from public;
grant execute on function privado.lo_que_no_se_ve(), privado.es_texto_limpio(text, boolean)
  to authenticated, service_role;
grant execute on function privado.nombre_valido(text, int), privado.numero_valido(jsonb, numeric, numeric, int)
  to authenticated;

-- supabase/schemas/00_privado/30_filas.sql

-- Trigger functions that any table may use: the version of a row, and how many rows a request writes.

-- Strictly increasing per row, so that it serves as the version (ETag) of the row.
create function privado.marcar_actualizado() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.actualizado_en := greatest(clock_timestamp(), old.actualizado_en + interval '1 microsecond');
  return new;
end
$$;
comment on function privado.marcar_actualizado() is
  'Disparador: fecha de la última modificación, siempre creciente.';
revoke all on function privado.marcar_actualizado() from public;

-- One insert of 20,000 contracts would hold the numbers that another company's contract waits for; to change as many
-- holds the same locks and fires the same triggers. What a client writes in one request is bounded: 1000 rows of a
-- table, or triboka.filas_por_peticion where the database sets it. The count fails at the first row too many, before
-- the triggers that come after: a trigger at the end of the statement would let all the work be done. It is of the
-- transaction, which is what a request is to PostgREST.
-- Its triggers (_000_limitar_filas, _cambios, _borrados) are on every table where an app writes, for the roles of the
-- API alone: neither the service role nor what our own functions write as their owner is counted. public.precios_fob
-- is left out: a price list of 20,000 lines comes in by the function that imports it, as its caller, and its owner
-- erases a list at once.
create function privado.limitar_filas() returns trigger
language plpgsql set search_path = '' as $$
declare
  -- Apart: a row that is written again where it was there counts once as each.
  cuenta constant text := 'triboka.filas_' || tg_relid || '_' || lower(tg_op);
  llevadas constant int := coalesce(nullif(current_setting(cuenta, true), ''), '0')::int + 1;
  tope constant int := coalesce(nullif(current_setting('triboka.filas_por_peticion', true), ''), '1000')::int;
begin
  if llevadas > tope then
    raise exception 'demasiadas_filas' using errcode = 'PT413',
      detail = 'Una petición escribe demasiadas filas: envíe varias.';
  end if;
  perform set_config(cuenta, llevadas::text, true);
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function privado.limitar_filas() is 'Disparador: lo que un cliente escribe en una petición tiene un tope.';
revoke all on function privado.limitar_filas() from public;

-- supabase/schemas/00_privado/40_identidad.sql

-- Who the caller is: policies and triggers ask it; the answer comes from public.usuarios in every transaction, never
-- from the token, so that switching a user or a company off acts on the next request.
--
-- One request asks ten times over, so the first answer is kept in settings of the transaction, under the claims it was
-- given for (compared as text: reading them costs more than the rest); a change to a profile or a company forgets it
-- (see the triggers of both tables). Nobody but SQL of ours can write those settings, as is the case of
-- request.jwt.claims. They are plpgsql: it keeps their plans for the whole connection and binds late, so that policies
-- stand before the tables that answer them. The lookup is made with what plpgsql evaluates by itself (an `if` with a
-- subquery, a perform or a nested call each start an executor): half of what it would cost; and a role that is known
-- already is read from its setting, not by way of another function.

-- Trigger of public.usuarios and public.empresas.
create function privado.olvidar_usuario() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform set_config('privado.usuario', '', true), set_config('privado.rol', '', true),
    set_config('privado.empresa', '', true);
  return null;
end
$$;
comment on function privado.olvidar_usuario() is 'Disparador: el perfil guardado en la transacción deja de valer.';

-- Of who closed its sessions, only the token of a session that Auth still keeps is worth something.
create function privado.mi_empresa() returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  sesion constant text := coalesce(current_setting('request.jwt.claims', true), '')
    || coalesce(current_setting('request.jwt.claim.sub', true), '');
  yo uuid;
  v_rol text;
  v_empresa bigint;
  v_cerradas timestamptz;
  guardado text;
begin
  if current_setting('privado.usuario', true) is distinct from sesion then
    yo := auth.uid();
    select u.rol, u.empresa_id, u.sesiones_cerradas_en into v_rol, v_empresa, v_cerradas
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id
    where u.id = yo and u.activo and coalesce(e.activo, true);
    if v_cerradas is not null then
      if not exists (
        select from auth.sessions s where s.id::text = auth.jwt() ->> 'session_id' and s.user_id = yo
      ) then
        v_rol := null;
        v_empresa := null;
      end if;
    end if;
    guardado := set_config('privado.usuario', sesion, true) || set_config('privado.rol', coalesce(v_rol, ''), true)
      || set_config('privado.empresa', coalesce(v_empresa::text, ''), true);
  end if;
  return nullif(current_setting('privado.empresa', true), '')::bigint;
end
$$;
comment on function privado.mi_empresa() is 'Empresa del usuario; null si él o su empresa no están activos.';

create function privado.mi_rol() returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  if current_setting('privado.usuario', true) is distinct from
    coalesce(current_setting('request.jwt.claims', true), '')
      || coalesce(current_setting('request.jwt.claim.sub', true), '') then
    perform privado.mi_empresa();
  end if;
  return nullif(current_setting('privado.rol', true), '');
end
$$;
comment on function privado.mi_rol() is 'Rol del usuario; null si él o su empresa no están activos.';

create function privado.es_admin() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  if current_setting('privado.usuario', true) is distinct from
    coalesce(current_setting('request.jwt.claims', true), '')
      || coalesce(current_setting('request.jwt.claim.sub', true), '') then
    perform privado.mi_empresa();
  end if;
  return coalesce(current_setting('privado.rol', true) = 'admin', false);
end
$$;
comment on function privado.es_admin() is '¿Es el usuario un administrador activo?';

revoke all on function privado.olvidar_usuario(), privado.mi_empresa(), privado.mi_rol(), privado.es_admin()
  from public;
grant execute on function privado.mi_empresa(), privado.mi_rol(), privado.es_admin() to authenticated, service_role;

-- supabase/schemas/00_privado/50_hoy.sql

-- Business dates are those of Guayaquil. What is asked of each row, and the defaults of columns, spell it out.

create function privado.hoy() returns date
language sql stable set search_path = '' as $$
  select (now() at time zone 'America/Guayaquil')::date
$$;
comment on function privado.hoy() is 'La fecha de hoy en Guayaquil.';
revoke all on function privado.hoy() from public;
grant execute on function privado.hoy() to authenticated, service_role;

-- supabase/schemas/00_privado/60_contadores.sql

-- Numbers in a row, without gaps. A sequence leaves a gap for every insert that fails; the row lock on the counter is
-- undone with it, and makes parallel inserts wait in line.

create table privado.contadores (
  serie text not null,
  anio integer not null,
  ultimo bigint not null,
  primary key (serie, anio)
);
comment on table privado.contadores is 'Último número entregado de cada serie y año.';

create function privado.siguiente_numero(serie text, anio integer, cuantos bigint default 1) returns bigint
language sql volatile set search_path = '' as $$
  insert into privado.contadores as c (serie, anio, ultimo) values (serie, anio, cuantos)
  on conflict (serie, anio) do update set ultimo = c.ultimo + excluded.ultimo
  returning ultimo - cuantos + 1
$$;
comment on function privado.siguiente_numero(text, integer, bigint) is
  'Reserva números seguidos de una serie y devuelve el primero; la fila queda tomada hasta el fin de la transacción.';
revoke all on function privado.siguiente_numero(text, integer, bigint) from public;

-- supabase/schemas/00_privado/70_idempotencia.sql

-- A POST repeated with the same Idempotency-Key and body answers the first answer instead of acting again. The key is
-- taken in the transaction that does the work: a parallel repetition waits for it, and a failure frees it. Keys live
-- 24 hours.

create table privado.idempotencia (
  usuario_id uuid not null,
  clave text not null,
  ruta text not null,
  huella text not null,
  estado integer,
  -- json and not jsonb: the answer is given back with the order of its keys.
  cuerpo json,
  creado_en timestamptz not null default now(),
  primary key (usuario_id, clave)
);
comment on table privado.idempotencia is 'Primera respuesta a cada Idempotency-Key, durante 24 horas.';
create index idempotencia_creado_en_idx on privado.idempotencia (creado_en);

create function privado.idempotencia_usuario() returns uuid
language sql stable set search_path = '' as $$
  select coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000')
$$;
comment on function privado.idempotencia_usuario() is 'De quién es la clave; el uuid nulo es el sistema.';

create function privado.idempotencia_iniciar(clave text, ruta text, huella text) returns json
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  usuario constant uuid := privado.idempotencia_usuario();
  fila privado.idempotencia;
begin
  if coalesce(idempotencia_iniciar.clave, '') !~ '^[!-~]{1,255}$' then
    raise exception 'idempotencia_clave_invalida' using errcode = 'PT422',
      detail = 'Idempotency-Key debe tener de 1 a 255 caracteres ASCII visibles.', hint = 'Idempotency-Key';
  end if;
  delete from privado.idempotencia
  where usuario_id = usuario and clave = idempotencia_iniciar.clave and creado_en < now() - interval '24 hours';
  delete from privado.idempotencia where (usuario_id, clave) in (
    select usuario_id, clave from privado.idempotencia
    where creado_en < now() - interval '24 hours' order by creado_en limit 20 for update skip locked
  );
  -- Waits here while another transaction holds the same key.
  insert into privado.idempotencia (usuario_id, clave, ruta, huella)
  values (usuario, idempotencia_iniciar.clave, idempotencia_iniciar.ruta, idempotencia_iniciar.huella)
  on conflict do nothing;
  if found then
    return null;
  end if;
  select * into fila from privado.idempotencia
  where usuario_id = usuario and clave = idempotencia_iniciar.clave for update;
  if (fila.ruta, fila.huella) is distinct from (idempotencia_iniciar.ruta, idempotencia_iniciar.huella) then
    raise exception 'idempotencia_distinta' using errcode = 'PT422',
      detail = 'Esa Idempotency-Key ya se usó con otra petición.', hint = 'Idempotency-Key';
  end if;
  -- Without an answer the first attempt never finished: this one takes its place.
  return case when fila.estado is not null then json_build_object('estado', fila.estado, 'cuerpo', fila.cuerpo) end;
end
$$;
comment on function privado.idempotencia_iniciar(text, text, text) is
  'Toma la clave: null si es nueva; si no, {estado, cuerpo} de la primera respuesta.';

create function privado.idempotencia_guardar(clave text, ruta text, estado integer, cuerpo json) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.idempotencia i
  set estado = idempotencia_guardar.estado, cuerpo = idempotencia_guardar.cuerpo
  where i.usuario_id = privado.idempotencia_usuario()
    and i.clave = idempotencia_guardar.clave and i.ruta = idempotencia_guardar.ruta
$$;
comment on function privado.idempotencia_guardar(text, text, integer, json) is
  'Guarda la respuesta de una clave tomada.';

revoke all on function privado.idempotencia_usuario(), privado.idempotencia_iniciar(text, text, text),
  privado.idempotencia_guardar(text, text, integer, json) from public;
grant execute on function privado.idempotencia_iniciar(text, text, text),
  privado.idempotencia_guardar(text, text, integer, json) to authenticated, service_role;

-- supabase/schemas/00_privado/80_latido.sql

-- Whoever watches the system wants to know that what the database broadcasts arrives, which no other answer of Realtime
-- tells: it may take connections and joins while it hears nothing of the database. For the functions alone.

create function privado.latido(quien uuid) returns void
language sql security definer set search_path = '' as $$
  select realtime.send('{}'::jsonb, 'latido', 'salud:' || quien, false)
$$;
comment on function privado.latido(uuid) is 'Difunde un latido por un canal público, para comprobar que vuelve.';
revoke all on function privado.latido(uuid) from public;
grant execute on function privado.latido(uuid) to service_role;

-- supabase/schemas/10_empresas/10_ruc.sql

-- What a RUC is, and the cédula that the one of a natural person carries.

create function privado.cedula_valida(cedula text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select cedula ~ '^(0[1-9]|1[0-9]|2[0-4]|30|50)[0-9]{8}$' and (
    select (10 - sum(case when producto > 9 then producto - 9 else producto end) % 10) % 10
    from (
      select substr(cedula, i, 1)::int * (1 + i % 2) as producto from generate_series(1, 9) as i
    ) as productos
  ) = right(cedula, 1)::int
$$;
comment on function privado.cedula_valida(text) is
  'Cédula ecuatoriana: provincia y dígito verificador (módulo 10).';

-- Módulo 11 of companies (third digit 6 or 9) is not asked: the SRI issues active RUCs that fail it.
create function privado.ruc_valido(ruc text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select ruc ~ '^(0[1-9]|1[0-9]|2[0-4]|30|50)[0-69][0-9]{7}001$'
    and (substr(ruc, 3, 1) in ('6', '9') or privado.cedula_valida(left(ruc, 10)))
$$;
comment on function privado.ruc_valido(text) is
  'RUC: 13 dígitos, provincia, terminado en 001; el de una persona natural lleva su cédula.';

-- Módulo 11 of companies, which is only told.
create function privado.ruc_cumple_modulo11(ruc text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  with pesos as (
    select case substr(ruc, 3, 1) when '9' then '{4,3,2,7,6,5,4,3,2}' when '6' then '{3,2,7,6,5,4,3,2}' end::int[] as p
  )
  select p is null or privado.cedula_valida(left(ruc, 10)) or (
    select (11 - sum(substr(ruc, i, 1)::int * p[i]) % 11) % 11 = substr(ruc, cardinality(p) + 1, 1)::int
    from generate_series(1, cardinality(p)) as i
  )
  from pesos
$$;
comment on function privado.ruc_cumple_modulo11(text) is
  '¿Cumple el dígito verificador de una empresa (tercer dígito 9 o 6)? El SRI emite RUC que no.';

revoke all on function privado.cedula_valida(text), privado.ruc_valido(text), privado.ruc_cumple_modulo11(text)
  from public;
grant execute on function privado.cedula_valida(text), privado.ruc_valido(text) to authenticated, service_role;
grant execute on function privado.ruc_cumple_modulo11(text) to authenticated;

-- supabase/schemas/10_empresas/20_reglas.sql

-- The trigger functions of public.empresas.

-- Contracts and users were accepted for the kind of company that it is.
create function privado.fijar_tipo_empresa() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'empresa_tipo_fijo' using errcode = 'PT409',
    detail = 'El tipo de una empresa no cambia: sus contratos y usuarios dependen de él.', hint = 'tipo';
end
$$;
comment on function privado.fijar_tipo_empresa() is 'Disparador: el tipo de una empresa no cambia.';
revoke all on function privado.fijar_tipo_empresa() from public;

-- Whoever is switched off, or changes company, stops hearing its channels at once, not when its token is renewed.
-- Realtime asks the policies when a channel is joined; the embedded server asks them again when it hears the
-- notification realtime_reauthorize: its payload is the topic, or nothing for all of them. Another Realtime ignores it
-- and asks at the next renewal of the token. Trigger of public.empresas and public.usuarios; of one contract's channels
-- it is privado.reautorizar_canal().
create function privado.reautorizar_canales() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', '');
  return null;
end
$$;
comment on function privado.reautorizar_canales() is 'Disparador: cambió lo que alguien puede oír en cualquier canal.';
revoke all on function privado.reautorizar_canales() from public;

-- supabase/schemas/10_empresas/30_empresas.sql

-- The companies that sign contracts. Every active user sees the directory, to choose a counterparty and to read its
-- name; the RUC of a natural person is its cédula, so that column is not in the directory: public.ficha_empresa()
-- gives it to who shares a contract.
create table public.empresas (
  id bigint generated always as identity primary key,
  ruc text not null unique,
  nombre text not null,
  tipo text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  constraint empresas_ruc_valido check (privado.ruc_valido(ruc)),
  constraint empresas_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint empresas_tipo_valido check (tipo in ('exportadora', 'centro_acopio', 'proveedor'))
);
comment on table public.empresas is 'Empresas que firman contratos: exportadoras, centros de acopio y proveedores.';

alter table public.empresas enable row level security;
create policy select_directorio on public.empresas for select to authenticated
  using ((select privado.mi_rol()) is not null);
create policy insert_admin on public.empresas for insert to authenticated
  with check ((select privado.es_admin()));
create policy update_admin on public.empresas for update to authenticated
  using ((select privado.es_admin())) with check ((select privado.es_admin()));

revoke all on public.empresas from anon, authenticated, service_role;
revoke all on sequence public.empresas_id_seq from anon, authenticated, service_role;
grant select (id, nombre, tipo, activo, creado_en, actualizado_en),
  insert (ruc, nombre, tipo, activo),
  update (ruc, nombre, activo) on public.empresas to authenticated;
grant select, insert (ruc, nombre, tipo, activo), update (ruc, nombre, activo), delete
  on public.empresas to service_role;

-- What an app writes in one request is bounded.
create trigger _000_limitar_borrados before delete on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Contracts and users were accepted for the kind of company that it is.
create trigger _100_fijar_tipo before update on public.empresas
  for each row when (old.tipo is distinct from new.tipo) execute function privado.fijar_tipo_empresa();
-- The version of the row.
create trigger _900_marcar_actualizado before update on public.empresas
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
-- What this transaction knows of its caller may be true no more.
create trigger _910_olvidar_usuario after insert or update or delete on public.empresas
  for each statement execute function privado.olvidar_usuario();
-- The people of a company that is switched off hear nothing more.
create trigger _920_reautorizar_canales after update of activo on public.empresas
  for each statement execute function privado.reautorizar_canales();

-- supabase/schemas/10_empresas/40_ficha_empresa.sql

-- The RUC is not in the directory, and the papers of a contract need it.

create function privado.ficha_empresa(empresa bigint) returns public.empresas
language plpgsql stable security definer set search_path = '' as $$
declare
  ficha public.empresas;
begin
  if privado.es_admin() or empresa = privado.mi_empresa() or exists (
    select from public.contratos_participantes suya
    join public.contratos_participantes mia using (contrato_id)
    where suya.empresa_id = empresa and mia.empresa_id = privado.mi_empresa() and not mia.oculto
  ) then
    select * into ficha from public.empresas e where e.id = empresa;
  end if;
  if ficha.id is null then
    raise exception 'empresa_no_existe' using errcode = 'PT404',
      detail = 'No existe esa empresa o no comparte contratos con ella.';
  end if;
  return ficha;
end
$$;
comment on function privado.ficha_empresa(bigint) is 'Datos de una empresa, si es la propia o comparte un contrato.';

create function public.ficha_empresa(empresa_id bigint) returns public.empresas
language sql stable security invoker set search_path = '' as $$
  select privado.ficha_empresa(empresa_id)
$$;
comment on function public.ficha_empresa(bigint) is
  'Datos de una empresa con su RUC: la propia, o una con la que se comparte un contrato.';

revoke all on function privado.ficha_empresa(bigint) from public;
revoke all on function public.ficha_empresa(bigint) from public, anon, service_role;
grant execute on function privado.ficha_empresa(bigint), public.ficha_empresa(bigint) to authenticated;

-- supabase/schemas/11_personas/10_cuenta.sql

-- What an account lacks to be let in, and who answers for it.

create function privado.exigir_cuenta() returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  cuenta record;
begin
  if privado.mi_rol() is not null then
    return;
  end if;
  select u.activo and coalesce(e.activo, true) as activa into cuenta
  from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  if cuenta is null then
    raise exception 'sin_empresa' using errcode = 'PT403',
      detail = 'Su cuenta todavía no tiene empresa: pida una invitación y ábrala con esta cuenta.';
  elsif cuenta.activa then
    raise exception 'sesion_cerrada' using errcode = 'PT401', detail = 'Esta sesión fue cerrada: vuelva a entrar.';
  end if;
  raise exception 'cuenta_sin_acceso' using errcode = 'PT403', detail = 'Su cuenta o su empresa no están activas.';
end
$$;
comment on function privado.exigir_cuenta() is 'Nada, si el usuario está activo; si no, el error que dice qué le falta.';

-- Who answers for an account: an administrator, or the colleague who invited it, who switches it on and off.
create function privado.responde_por(invitado_por uuid, empresa_id bigint, rol text) returns boolean
language sql stable set search_path = '' as $$
  select (select privado.es_admin())
    or (invitado_por = (select auth.uid()) and empresa_id = (select privado.mi_empresa()) and rol <> 'admin')
$$;
comment on function privado.responde_por(uuid, bigint, text) is
  '¿Es el usuario administrador, o quien invitó a ese colega?';

revoke all on function privado.exigir_cuenta(), privado.responde_por(uuid, bigint, text) from public;
grant execute on function privado.exigir_cuenta(), privado.responde_por(uuid, bigint, text) to authenticated;

-- supabase/schemas/11_personas/20_reglas.sql

-- The trigger functions of public.usuarios and public.invitaciones.

create function privado.proteger_permisos() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.id = auth.uid() then
    raise exception 'usuario_permisos_propios' using errcode = 'PT403',
      detail = 'Nadie cambia su propia empresa, su rol ni su estado.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_permisos() is 'Disparador: nadie cambia sus propios permisos.';

create function privado.proteger_ajeno() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.id <> auth.uid() and not privado.es_admin() then
    raise exception 'usuario_ajeno' using errcode = 'PT403',
      detail = 'De un colega que invitó solo cambia si está activo.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_ajeno() is 'Disparador: de otra persona, un colega solo cambia si está activa.';

create function privado.validar_rol() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.rol <> 'admin' and new.rol <> (select e.tipo from public.empresas e where e.id = new.empresa_id) then
    raise exception 'usuario_rol_invalido' using errcode = 'PT422',
      detail = 'El rol de un usuario es el tipo de su empresa, o admin.', hint = 'rol';
  end if;
  return new;
end
$$;
comment on function privado.validar_rol() is 'Disparador: el rol corresponde al tipo de la empresa.';

-- A lost phone, or one of who was switched off, is told nothing more; entering again registers it again.
create function privado.olvidar_dispositivos() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.dispositivos d where d.usuario_id = new.id;
  return null;
end
$$;
comment on function privado.olvidar_dispositivos() is
  'Disparador: a quien se apaga o cierra sus sesiones no le llegan más avisos al teléfono.';

create function privado.anular_invitacion() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.aceptada_en is not null then
    raise exception 'invitacion_aceptada' using errcode = 'PT409', detail = 'Esa invitación ya fue aceptada.';
  end if;
  new.anulada_en := coalesce(old.anulada_en, now());
  return new;
end
$$;
comment on function privado.anular_invitacion() is 'Disparador: una invitación abierta se anula, y queda anulada.';

revoke all on function privado.proteger_permisos(), privado.proteger_ajeno(), privado.validar_rol(),
  privado.olvidar_dispositivos(), privado.anular_invitacion() from public;

-- supabase/schemas/11_personas/30_usuarios.sql

-- Who a signed-in person is: company, role and whether it is switched on. Only an administrator gives or changes them,
-- and nobody its own; who invited a colleague switches it on and off. A user with history (contracts, documents) cannot
-- be deleted from auth.users, only switched off.
create table public.usuarios (
  id uuid primary key references auth.users (id) on delete cascade,
  empresa_id bigint references public.empresas (id) on delete restrict,
  nombre text not null,
  rol text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  telefono text,
  idioma text not null default 'es',
  invitado_por uuid references public.usuarios (id) on delete set null,
  sesiones_cerradas_en timestamptz,
  constraint usuarios_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint usuarios_rol_valido check (rol in ('exportadora', 'centro_acopio', 'proveedor', 'admin')),
  constraint usuarios_empresa_id_valida check (rol = 'admin' or empresa_id is not null),
  constraint usuarios_telefono_valido check (telefono ~ '^[+][1-9][0-9]{6,14}$'),
  constraint usuarios_idioma_valido check (idioma in ('es', 'en'))
);
comment on table public.usuarios is 'Perfil de cada usuario: su empresa, su rol y si está activo.';
comment on column public.usuarios.telefono is 'Con código de país: +593991234567.';
comment on column public.usuarios.sesiones_cerradas_en is
  'Desde entonces solo valen sus sesiones que Auth todavía guarda.';
create index usuarios_empresa_id_idx on public.usuarios (empresa_id);
create index usuarios_invitado_por_idx on public.usuarios (invitado_por);
-- Pages of a company's people, by name.
create index usuarios_nombre_idx on public.usuarios (lower(nombre), id);

alter table public.usuarios enable row level security;
create policy select_colega on public.usuarios for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
create policy insert_admin on public.usuarios for insert to authenticated
  with check ((select privado.es_admin()));
create policy update_propio on public.usuarios for update to authenticated
  using (
    (id = (select auth.uid()) and (select privado.mi_rol()) is not null)
    or privado.responde_por(invitado_por, empresa_id, rol))
  with check (
    (id = (select auth.uid()) and (select privado.mi_rol()) is not null)
    or privado.responde_por(invitado_por, empresa_id, rol));

revoke all on public.usuarios from anon, authenticated, service_role;
grant select, insert (id, empresa_id, nombre, rol, activo),
  update (empresa_id, nombre, rol, activo, telefono, idioma) on public.usuarios to authenticated;
grant select, insert (id, empresa_id, nombre, rol, activo), update (empresa_id, nombre, rol, activo), delete
  on public.usuarios to service_role;

-- What an app writes in one request is bounded.
create trigger _000_limitar_borrados before delete on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Nobody changes its own company, role or state.
create trigger _100_proteger_permisos before update on public.usuarios
  for each row
  when ((old.id, old.empresa_id, old.rol, old.activo) is distinct from (new.id, new.empresa_id, new.rol, new.activo))
  execute function privado.proteger_permisos();
-- Of a colleague whom it invited, one changes only whether it is active.
create trigger _110_proteger_ajeno before update on public.usuarios
  for each row when (
    (old.empresa_id, old.nombre, old.rol, old.telefono, old.idioma)
      is distinct from (new.empresa_id, new.nombre, new.rol, new.telefono, new.idioma))
  execute function privado.proteger_ajeno();
-- The role is the kind of the company, or admin.
create trigger _200_validar_rol before insert or update of rol, empresa_id on public.usuarios
  for each row execute function privado.validar_rol();
-- The version of the row.
create trigger _900_marcar_actualizado before update on public.usuarios
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
-- What this transaction knows of its caller may be true no more.
create trigger _910_olvidar_usuario after insert or update or delete on public.usuarios
  for each statement execute function privado.olvidar_usuario();
-- What it may hear is asked again.
create trigger _920_reautorizar_canales
  after update of empresa_id, rol, activo, sesiones_cerradas_en or delete on public.usuarios
  for each statement execute function privado.reautorizar_canales();
-- Who was switched off, or closed its sessions, is told nothing more on its phone.
create trigger _930_olvidar_dispositivos after update on public.usuarios
  for each row when (
    (not new.activo and old.activo) or new.sesiones_cerradas_en is distinct from old.sesiones_cerradas_en)
  execute function privado.olvidar_dispositivos();

-- supabase/schemas/11_personas/40_personas.sql

-- What is asked of a person: its name when it acts, its e-mail, and to close its sessions for good: a token whose
-- session was closed is worth nothing, although it has not expired.

create function privado.quien() returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
    select u.nombre || coalesce(' (' || e.nombre || ')', '')
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid()
  ), 'El sistema');
end
$$;
comment on function privado.quien() is 'Nombre y empresa de quien actúa, para los mensajes del sistema.';

create function privado.correo(usuario uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select a.email from auth.users a join public.usuarios u on u.id = a.id
    where a.id = usuario and (a.id = auth.uid() or u.empresa_id = privado.mi_empresa() or privado.es_admin())
  );
end
$$;
comment on function privado.correo(uuid) is 'Correo de un colega, o de cualquiera para un administrador.';

create function privado.cerrar_sesiones(usuario uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  if not exists (
    select from public.usuarios u
    where u.id = usuario
      and (u.id = auth.uid() or u.empresa_id = privado.mi_empresa() or privado.es_admin())
  ) then
    raise exception 'usuario_no_existe' using errcode = 'PT404', detail = 'No existe ese usuario en su empresa.';
  end if;
  update public.usuarios u set sesiones_cerradas_en = now()
  where u.id = usuario and (u.id = auth.uid() or privado.responde_por(u.invitado_por, u.empresa_id, u.rol));
  if not found then
    raise exception 'sesiones_ajenas' using errcode = 'PT403',
      detail = 'Las sesiones de un colega las cierra quien lo invitó o un administrador.';
  end if;
  delete from auth.sessions s where s.user_id = usuario;
end
$$;
comment on function privado.cerrar_sesiones(uuid) is 'Cierra las sesiones de un usuario, en todos sus dispositivos.';

create function public.cerrar_sesiones(usuario_id uuid default auth.uid()) returns void
language sql volatile security invoker set search_path = '' as $$
  select privado.cerrar_sesiones(usuario_id)
$$;
comment on function public.cerrar_sesiones(uuid) is
  'Cierra todas las sesiones propias, o las de alguien por quien se responde: sus tokens dejan de valer.';

revoke all on function privado.quien(), privado.correo(uuid), privado.cerrar_sesiones(uuid) from public;
revoke all on function public.cerrar_sesiones(uuid) from public, anon, service_role;
grant execute on function privado.correo(uuid), privado.cerrar_sesiones(uuid), public.cerrar_sesiones(uuid)
  to authenticated;

-- supabase/schemas/11_personas/50_invitaciones.sql

-- Nobody gives itself a company: people come by invitation. Who was invited proves two things: the token of the link,
-- of which only the hash is kept, and that the e-mail is its own.
create table public.invitaciones (
  id bigint generated always as identity primary key,
  email text not null,
  empresa_id bigint references public.empresas (id) on delete restrict,
  rol text not null,
  testigo_sha256 bytea not null,
  invitado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  vence_en timestamptz not null default now() + interval '7 days',
  aceptada_en timestamptz,
  aceptada_por uuid references public.usuarios (id) on delete set null,
  anulada_en timestamptz,
  constraint invitaciones_testigo_key unique (testigo_sha256),
  constraint invitaciones_email_valido check (
    email = lower(email) and length(email) <= 254 and email ~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'),
  constraint invitaciones_rol_valido check (rol in ('exportadora', 'centro_acopio', 'proveedor', 'admin')),
  constraint invitaciones_empresa_id_valida check (rol = 'admin' or empresa_id is not null)
);
comment on table public.invitaciones is 'Invitaciones a una empresa: de un solo uso, por 7 días.';
comment on column public.invitaciones.testigo_sha256 is 'Huella del testigo del enlace; el testigo no se guarda.';
create index invitaciones_invitado_por_idx on public.invitaciones (invitado_por, id desc);
create index invitaciones_empresa_id_idx on public.invitaciones (empresa_id);
create index invitaciones_aceptada_por_idx on public.invitaciones (aceptada_por);
-- Of an address, one invitation to a company is open at a time; the next one voids it.
create unique index invitaciones_abierta_key on public.invitaciones (email, coalesce(empresa_id, 0))
  where aceptada_en is null and anulada_en is null;

alter table public.invitaciones enable row level security;
create policy select_propia on public.invitaciones for select to authenticated
  using ((invitado_por = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()));
create policy update_propia on public.invitaciones for update to authenticated
  using ((invitado_por = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()));

revoke all on public.invitaciones from anon, authenticated, service_role;
revoke all on sequence public.invitaciones_id_seq from anon, authenticated, service_role;
grant select (id, email, empresa_id, rol, invitado_por, creado_en, vence_en, aceptada_en, aceptada_por, anulada_en),
  update (anulada_en) on public.invitaciones to authenticated;

-- What an app writes in one request is bounded; new rows come by public.invitar() alone.
create trigger _000_limitar_cambios before update on public.invitaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- An open invitation is voided, at the hour of the server, and stays so.
create trigger _100_anular before update of anulada_en on public.invitaciones
  for each row execute function privado.anular_invitacion();

-- supabase/schemas/11_personas/60_invitar.sql

-- Who invites whom.

-- The system (role postgres) invites the first administrator with it.
create function privado.invitar(v_email text, v_empresa bigint, v_rol text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  testigo constant text := encode(extensions.gen_random_bytes(32), 'hex');
  correo constant text := lower(btrim(v_email));
  es_sistema constant boolean := auth.uid() is null and auth.role() is distinct from 'authenticated';
  empresa public.empresas;
  nueva public.invitaciones;
begin
  if not es_sistema then
    perform privado.exigir_cuenta();
    if not privado.es_admin() then
      if v_empresa <> privado.mi_empresa() then
        raise exception 'invitacion_ajena' using errcode = 'PT403',
          detail = 'Solo un administrador invita a otra empresa o da otro rol.', hint = 'empresa_id';
      elsif v_rol <> privado.mi_rol() then
        raise exception 'invitacion_ajena' using errcode = 'PT403',
          detail = 'Solo un administrador invita a otra empresa o da otro rol.', hint = 'rol';
      end if;
      v_empresa := privado.mi_empresa();
    end if;
  end if;
  if v_empresa is not null then
    select * into empresa from public.empresas e where e.id = v_empresa and e.activo;
  end if;
  v_rol := coalesce(v_rol, empresa.tipo, '');
  if (v_empresa is not null or v_rol is distinct from 'admin') and empresa.id is null then
    raise exception 'empresa_invalida' using errcode = 'PT422',
      detail = 'Se invita a una empresa activa. Solo un administrador puede no tenerla.', hint = 'empresa_id';
  elsif v_rol not in ('admin', coalesce(empresa.tipo, 'admin')) then
    raise exception 'usuario_rol_invalido' using errcode = 'PT422',
      detail = 'El rol de un usuario es el tipo de su empresa, o admin.', hint = 'rol';
  elsif correo is null or length(correo) > 254
    or correo !~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$' then
    raise exception 'invitacion_correo_invalido' using errcode = 'PT422',
      detail = 'Debe ser una dirección de correo.', hint = 'email';
  elsif exists (
    select from auth.users a join public.usuarios u on u.id = a.id
    where a.email = correo and (es_sistema or privado.es_admin() or u.empresa_id = privado.mi_empresa())
  ) then
    raise exception 'usuario_ya_existe' using errcode = 'PT409',
      detail = 'Esa persona ya tiene cuenta.', hint = 'email';
  elsif not es_sistema and (
    select count(*) >= 100 from public.invitaciones i
    where i.invitado_por = auth.uid() and i.creado_en > now() - interval '1 day'
  ) then
    raise exception 'invitaciones_demasiadas' using errcode = 'PT429',
      detail = 'Ya envió 100 invitaciones en un día: espere a mañana.';
  end if;
  update public.invitaciones i set anulada_en = now()
  where i.email = correo and i.empresa_id is not distinct from empresa.id
    and i.aceptada_en is null and i.anulada_en is null;
  insert into public.invitaciones (email, empresa_id, rol, testigo_sha256, invitado_por)
  values (correo, empresa.id, v_rol, sha256(convert_to(testigo, 'UTF8')), auth.uid())
  returning * into nueva;
  return to_jsonb(nueva) - 'testigo_sha256'
    || jsonb_build_object('empresa', empresa.nombre, 'testigo', testigo, 'invita', privado.quien());
end
$$;
comment on function privado.invitar(text, bigint, text) is 'Invita a una persona y da el testigo de su enlace, una vez.';

create function public.invitar(email text, empresa_id bigint default null, rol text default null) returns jsonb
language sql volatile security invoker set search_path = '' as $$
  select privado.invitar(email, empresa_id, rol)
$$;
comment on function public.invitar(text, bigint, text) is
  'Invita a un colega, o un administrador a cualquier empresa; da el testigo del enlace, que no se guarda.';

revoke all on function privado.invitar(text, bigint, text) from public;
revoke all on function public.invitar(text, bigint, text) from public, anon, service_role;
grant execute on function privado.invitar(text, bigint, text), public.invitar(text, bigint, text) to authenticated;

-- supabase/schemas/11_personas/70_usar_invitacion.sql

-- An invitation that holds, who uses it, and who signs up with it. To confirm an address by mail proves the mailbox and
-- not who made the account, so the token is always wanted: brought by the sign-up, or by a session.

create function privado.invitacion_abierta(v_testigo text) returns public.invitaciones
language sql stable security definer set search_path = '' as $$
  select i.*
  from public.invitaciones i
  left join public.empresas e on e.id = i.empresa_id
  left join public.usuarios quien on quien.id = i.invitado_por
  where i.testigo_sha256 = sha256(convert_to(v_testigo, 'UTF8'))
    and i.aceptada_en is null and i.anulada_en is null and i.vence_en > now() and coalesce(e.activo, true)
    and (i.invitado_por is null
      or (quien.activo and (quien.rol = 'admin' or (quien.empresa_id = i.empresa_id and quien.rol = i.rol))))
$$;
comment on function privado.invitacion_abierta(text) is
  'La invitación de un testigo; nada si venció, se usó, se anuló o es de quien ya no puede invitar.';

-- The first of these that is a name once what nobody sees is out of it.
create function privado.nombre_de_cuenta(v_nombre text, v_correo text) returns text
language sql immutable parallel safe set search_path = '' as $$
  select limpio.nombre
  from unnest(array[v_nombre, split_part(v_correo, '@', 1), v_correo]) with ordinality as dado (texto, orden)
  cross join lateral btrim(left(btrim(privado.limpiar_nombre(dado.texto)), 200)) as limpio (nombre)
  where privado.nombre_valido(limpio.nombre, 200)
  order by dado.orden limit 1
$$;
comment on function privado.nombre_de_cuenta(text, text) is
  'Cómo se llama quien llega: lo que dijo, ya limpio, o lo que diga su correo.';

-- Turns an invitation into a profile. Null when there is none that holds, or when it is of another address.
create function privado.usar_invitacion(v_usuario uuid, v_correo text, v_nombre text, v_testigo text)
  returns public.invitaciones
language plpgsql volatile security definer set search_path = '' as $$
declare
  usada public.invitaciones;
begin
  update public.invitaciones i set aceptada_en = now()
  where i.id = (select a.id from privado.invitacion_abierta(v_testigo) as a where a.email = lower(v_correo))
    and i.aceptada_en is null and i.anulada_en is null
  returning * into usada;
  if usada.id is null then
    return null;
  end if;
  insert into public.usuarios (id, empresa_id, nombre, rol, invitado_por)
  values (v_usuario, usada.empresa_id, privado.nombre_de_cuenta(v_nombre, v_correo), usada.rol, usada.invitado_por)
  on conflict (id) do nothing;
  update public.invitaciones i set aceptada_por = v_usuario where i.id = usada.id;
  return usada;
end
$$;
comment on function privado.usar_invitacion(uuid, text, text, text) is 'Da a una cuenta el perfil al que fue invitada.';

-- Signing up never fails for lack of an invitation: the account stands without a company. Only the sign-up writes
-- the token while the address is not confirmed: nobody has a session of such an account.
create function privado.recibir_cuenta() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  testigo constant text := nullif(new.raw_user_meta_data ->> 'invitacion', '');
begin
  if testigo is not null and new.email is not null
    and not exists (select from public.usuarios u where u.id = new.id) then
    perform privado.usar_invitacion(new.id, new.email,
      coalesce(new.raw_user_meta_data ->> 'nombre', new.raw_user_meta_data ->> 'full_name'), testigo);
  end if;
  return null;
end
$$;
comment on function privado.recibir_cuenta() is 'Disparador: quien se registró con su invitación tiene su perfil.';

revoke all on function privado.invitacion_abierta(text), privado.nombre_de_cuenta(text, text),
  privado.usar_invitacion(uuid, text, text, text), privado.recibir_cuenta() from public;

-- The account whose address Auth confirms by itself, and the one that confirms it later.
create trigger triboka_recibir_cuenta after insert on auth.users
  for each row when (new.email_confirmed_at is not null) execute function privado.recibir_cuenta();
create trigger triboka_recibir_confirmada after update on auth.users
  for each row when (old.email_confirmed_at is null and new.email_confirmed_at is not null)
  execute function privado.recibir_cuenta();

-- supabase/schemas/11_personas/80_aceptar_invitacion.sql

-- For an account that existed before its invitation is used. Whoever signs up an invited address first owns an account
-- with a password and sessions of its own; an address that a stranger took stays its owner's: accepting with the token
-- ends what others have in the account, and a password is set anew unless the session was begun with the one that
-- holds. Without a session only an account whose mailbox Auth has never asked can be taken: who invites knows the token
-- too.

-- Whatever somebody else may have left in an account: sessions, second factors, other ways in, mails under way. Of
-- the tables of Auth some are there only on a server; an empty text is what Auth writes where there is no token.
create function privado.tomar_cuenta(v_cuenta uuid, v_sesion uuid, v_contrasena text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  tabla text;
  correo text;
begin
  update auth.users a set
    encrypted_password = case when v_contrasena is null then a.encrypted_password
      else extensions.crypt(v_contrasena, extensions.gen_salt('bf', 10)) end,
    confirmation_token = '', recovery_token = '', reauthentication_token = '',
    email_change = '', email_change_token_new = '', email_change_token_current = '', email_change_confirm_status = 0,
    phone = null, phone_confirmed_at = null, phone_change = '', phone_change_token = '', updated_at = now()
  where a.id = v_cuenta returning a.email into correo;
  delete from auth.sessions s where s.user_id = v_cuenta and s.id is distinct from v_sesion;
  delete from auth.refresh_tokens r where r.user_id::text = v_cuenta::text and r.session_id is distinct from v_sesion;
  foreach tabla in array array['flow_state', 'one_time_tokens', 'mfa_factors', 'webauthn_credentials'] loop
    continue when to_regclass(format('auth.%I', tabla)) is null;
    -- The factor that the session has shown is its own.
    continue when tabla in ('mfa_factors', 'webauthn_credentials')
      and exists (select from auth.sessions s where s.id = v_sesion and s.aal::text = 'aal2');
    execute format('delete from auth.%I where user_id = $1', tabla) using v_cuenta;
  end loop;
  delete from auth.identities i where i.user_id = v_cuenta and i.provider <> 'email'
    and lower(i.identity_data ->> 'email') is distinct from correo;
  if found then
    update auth.users a set raw_app_meta_data = coalesce(a.raw_app_meta_data, '{}') || jsonb_build_object('providers',
      (select coalesce(jsonb_agg(distinct i.provider), '[]') from auth.identities i where i.user_id = v_cuenta))
    where a.id = v_cuenta;
  end if;
end
$$;
comment on function privado.tomar_cuenta(uuid, uuid, text) is
  'Deja en una cuenta solo la sesión dada y, si se da, la contraseña: nada de lo que otro pudo dejar.';

create function privado.aceptar_invitacion(v_testigo text, v_contrasena text, v_nombre text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  yo constant uuid := auth.uid();
  invitacion constant public.invitaciones := privado.invitacion_abierta(v_testigo);
  v_sesion uuid;
  cuenta record;
begin
  if exists (select from public.usuarios u where u.id = yo) then
    raise exception 'cuenta_con_empresa' using errcode = 'PT409', detail = 'Su cuenta ya tiene empresa.';
  end if;
  select a.id, a.email, coalesce(a.encrypted_password, '') <> '' as tiene_contrasena,
    a.email_confirmed_at is not null as confirmada,
    coalesce(a.confirmation_sent_at, a.recovery_sent_at) is not null
      or exists (
        select from auth.mfa_amr_claims c join auth.sessions s on s.id = c.session_id
        where s.user_id = a.id and c.authentication_method <> 'password'
      ) as se_le_escribio,
    coalesce(a.raw_user_meta_data ->> 'nombre', a.raw_user_meta_data ->> 'full_name') as nombre
  into cuenta from auth.users a
  where a.email = invitacion.email and not a.is_sso_user and (yo is null or a.id = yo) for update;
  if invitacion.id is null or (yo is not null and cuenta.confirmada is not true) then
    raise exception 'invitacion_no_existe' using errcode = 'PT404',
      detail = 'Esa invitación no existe, venció, ya se usó o es de otro correo.';
  elsif v_contrasena is not null and (length(v_contrasena) < 8 or octet_length(v_contrasena) > 72) then
    raise exception 'contrasena_invalida' using errcode = 'PT422',
      detail = 'La contraseña lleva 8 caracteres o más, y 72 bytes como máximo.', hint = 'contrasena';
  elsif yo is null then
    if cuenta.id is null then
      raise exception 'invitacion_sin_cuenta' using errcode = 'PT404',
        detail = 'Ese correo todavía no tiene cuenta: regístrese con la invitación.';
    elsif exists (select from public.usuarios u where u.id = cuenta.id) then
      raise exception 'cuenta_con_empresa' using errcode = 'PT409', detail = 'Su cuenta ya tiene empresa.';
    -- Who invites knows the token too: where the mailbox has been asked, or can be, its owner enters by it.
    elsif not cuenta.confirmada or cuenta.se_le_escribio or exists (
      select from auth.identities i where i.user_id = cuenta.id and i.provider <> 'email'
        and lower(i.identity_data ->> 'email') = cuenta.email
    ) then
      raise exception 'invitacion_pide_sesion' using errcode = 'PT409',
        detail = 'Ese correo ya tiene cuenta: entre con ella, o recupere su contraseña, y acepte la invitación.';
    end if;
  else
    select s.id into v_sesion from auth.sessions s
    where s.id::text = auth.jwt() ->> 'session_id' and s.user_id = yo;
    if v_sesion is null then
      raise exception 'sesion_cerrada' using errcode = 'PT401', detail = 'Esta sesión fue cerrada: vuelva a entrar.';
    end if;
  end if;
  -- Who entered with the password knows it; any other may be a stranger's.
  if v_contrasena is null and cuenta.tiene_contrasena and not exists (
    select from auth.mfa_amr_claims c where c.session_id = v_sesion and c.authentication_method = 'password'
  ) then
    raise exception 'invitacion_pide_contrasena' using errcode = 'PT422',
      detail = 'Elija una contraseña: la que tenga la cuenta pudo ponerla otra persona.', hint = 'contrasena';
  end if;
  perform privado.tomar_cuenta(cuenta.id, v_sesion, v_contrasena);
  if (privado.usar_invitacion(cuenta.id, cuenta.email,
    coalesce(v_nombre, case when v_contrasena is null then cuenta.nombre end), v_testigo)).id is null then
    raise exception 'invitacion_no_existe' using errcode = 'PT404',
      detail = 'Esa invitación no existe, venció, ya se usó o es de otro correo.';
  end if;
  -- Tokens of the sessions that just ended have not expired.
  update public.usuarios u set sesiones_cerradas_en = now() where u.id = cuenta.id;
  return jsonb_build_object('email', cuenta.email);
end
$$;
comment on function privado.aceptar_invitacion(text, text, text) is
  'Da a la cuenta del correo invitado su empresa, y la deja solo en manos de quien trajo el testigo.';

create function public.aceptar_invitacion(testigo text, contrasena text default null, nombre text default null)
  returns jsonb
language sql volatile security invoker set search_path = '' as $$
  select privado.aceptar_invitacion(testigo, contrasena, nombre)
$$;
comment on function public.aceptar_invitacion(text, text, text) is
  'Acepta una invitación con la cuenta que llama, cuyo correo confirmado es el invitado; o sin sesión, con una '
  'contraseña nueva, la cuenta de ese correo que Auth dio por confirmada sin escribirle nunca. Da el correo.';

revoke all on function privado.tomar_cuenta(uuid, uuid, text), privado.aceptar_invitacion(text, text, text) from public;
revoke all on function public.aceptar_invitacion(text, text, text) from public, service_role;
grant execute on function privado.aceptar_invitacion(text, text, text), public.aceptar_invitacion(text, text, text)
  to anon, authenticated;

-- supabase/schemas/11_personas/90_perfil.sql

-- Each person sees who it is, what it may do, what it is told of and the history of its company's contracts.

-- The totals are summed when contracts change, as the indicators are: an app asks for them at every start.
-- It is plpgsql, which keeps its plans for the whole connection; and runs as its owner, of nobody's company but the
-- caller's: as the caller, RLS would look up every contract of the company for the last twenty.
create function privado.historial() returns json
language plpgsql stable security definer set search_path = '' as $$
declare
  suya constant bigint := privado.mi_empresa();
begin
  return json_build_object(
    'totales', coalesce((
      select json_agg(row_to_json(t)) from (
        select extract(year from k.fecha)::int as anio, replace(k.medida, 'historial ', '') as estado,
          sum(k.n)::int as contratos, sum(k.cantidad) as volumen_tm
        from public.kpis_totales k
        where k.empresa_id = suya and k.grupo = 'mes'
          and k.medida in ('historial En revisión', 'historial Activo', 'historial Cerrado')
        group by 1, k.medida having sum(k.n) > 0 order by 1 desc, 2
      ) as t), '[]'),
    'ultimos', coalesce((
      select json_agg(row_to_json(u)) from (
        select c.codigo, p.papel, c.estado, c.volumen_tm, privado.fecha_contrato(c.fecha_firma, c.creado_en) as fecha
        from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
        where p.empresa_id = suya and not p.oculto order by p.contrato_id desc limit 20
      ) as u), '[]'));
end
$$;
comment on function privado.historial() is
  'Contratos de la empresa del usuario: totales por año y estado, y los últimos veinte.';
revoke all on function privado.historial() from public;
grant execute on function privado.historial() to authenticated;

-- Under RLS a row is found by its index only if what it is compared with is known before: hence the select.
create function public.perfil() returns json
language plpgsql stable security invoker set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  return (
    select json_build_object(
      'id', u.id, 'email', privado.correo(u.id), 'nombre', u.nombre, 'telefono', u.telefono, 'idioma', u.idioma,
      'rol', u.rol, 'creado_en', u.creado_en,
      'empresa', (select json_build_object('id', f.id, 'ruc', f.ruc, 'nombre', f.nombre, 'tipo', f.tipo)
        from privado.ficha_empresa(u.empresa_id) as f where u.empresa_id is not null),
      'permisos', json_build_object(
        'crear_contratos', u.rol <> 'proveedor', 'editar_contratos', u.rol <> 'proveedor',
        'registrar_lotes', u.rol <> 'proveedor', 'asociar_proveedores', u.rol <> 'proveedor',
        'subir_documentos', case u.rol when 'proveedor' then 'contratos activos' else 'siempre' end,
        'eliminar_contratos', u.rol = 'admin', 'administrar_empresas', u.rol = 'admin',
        'invitar', case u.rol when 'admin' then 'cualquier empresa' else 'su empresa' end),
      'preferencias', (
        select json_object_agg(t.tipo, json_build_object('en_app', coalesce(p.en_app, true), 'push', coalesce(p.push, true)))
        from unnest(privado.tipos_de_aviso()) as t (tipo)
        left join public.preferencias p on p.tipo = t.tipo and p.usuario_id = u.id),
      'contratos', privado.historial())
    from public.usuarios u where u.id = (select auth.uid())
  );
end
$$;
comment on function public.perfil() is
  'Quién es el que llama, su empresa, qué puede, de qué se le avisa y los contratos de su empresa.';
revoke all on function public.perfil() from public, anon, service_role;
grant execute on function public.perfil() to authenticated;

-- supabase/schemas/11_personas/95_intentos_de_entrada.sql

-- GoTrue limits sign-ins by address alone, so that an account is guessed at from many. It asks limitar_entrada() after
-- each password (hook "password verification attempt"; the overlay switches it on), which counts the wrong ones by
-- account as our own gateway does: 10 from a network in 5 minutes, and 30 from all those together that the account has
-- no session of, so that its owner still enters from where it is at home.
create table privado.intentos_de_entrada (
  usuario_id uuid not null references auth.users (id) on delete cascade,
  -- '' counts all strange networks together.
  red text not null,
  desde timestamptz not null default now(),
  fallos integer not null default 1,
  primary key (usuario_id, red)
);
comment on table privado.intentos_de_entrada is 'Contraseñas equivocadas de cada cuenta y red, por 5 minutos.';
revoke all on privado.intentos_de_entrada from public, anon, authenticated, service_role;

create function privado.red_de(v_direccion inet) returns text
language sql immutable set search_path = '' as $$
  select host(network(set_masklen(v_direccion, case family(v_direccion) when 4 then 32 else 64 end)))
$$;
comment on function privado.red_de(inet) is
  'Lo que cuenta como un cliente: una dirección IPv4, o una red /64 de IPv6, cuyas direcciones elige su dueño.';

create function privado.limitar_entrada(event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  usuario constant uuid := (event ->> 'user_id')::uuid;
  direccion constant text := event -> 'metadata' ->> 'ip_address';
  v_red text;
  es_conocida boolean;
  fuera boolean := false;
  clave text;
begin
  v_red := case when pg_input_is_valid(direccion, 'inet') then privado.red_de(direccion::inet) end;
  es_conocida := exists (
    select from auth.sessions s where s.user_id = usuario and s.ip is not null and privado.red_de(s.ip) = v_red);
  delete from privado.intentos_de_entrada i
  where i.usuario_id = usuario and i.desde < now() - interval '5 minutes';
  -- Counted before it is judged: of many at once, each waits for the row of the one before.
  foreach clave in array array['', coalesce(v_red, 'desconocida')] loop
    continue when fuera or (clave = '' and es_conocida);
    insert into privado.intentos_de_entrada as i (usuario_id, red) values (usuario, clave)
    on conflict (usuario_id, red) do update set fallos = i.fallos + 1
    returning i.fallos > case clave when '' then 30 else 10 end into fuera;
  end loop;
  if fuera then
    return '{"error": {"http_code": 429, "message": "Request rate limit reached"}}';
  end if;
  if (event ->> 'valid')::boolean then
    delete from privado.intentos_de_entrada i where i.usuario_id = usuario and i.red = coalesce(v_red, 'desconocida');
    update privado.intentos_de_entrada i set fallos = i.fallos - 1
    where i.usuario_id = usuario and i.red = '' and not es_conocida;
  end if;
  return '{"decision": "continue"}';
end
$$;
comment on function privado.limitar_entrada(jsonb) is
  'Gancho de Auth: rechaza una contraseña, buena o mala, de la cuenta que se está adivinando.';

revoke all on function privado.red_de(inet), privado.limitar_entrada(jsonb) from public;
grant execute on function privado.limitar_entrada(jsonb) to supabase_auth_admin;

-- supabase/schemas/20_contratos/10_participantes_reglas.sql

-- Who joins a contract as an associated supplier, who leaves it, and who is party. Exporter and counterparty are
-- written by the contract itself.

create function privado.participa(contrato bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.contratos_participantes p
    where p.contrato_id = contrato and p.empresa_id = privado.mi_empresa() and not p.oculto
  );
end
$$;
comment on function privado.participa(bigint) is '¿Es la empresa del usuario parte de este contrato?';

create function privado.validar_proveedor() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'participante_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador asocia proveedores.';
  end if;
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  if not exists (
    select from public.empresas e where e.id = new.empresa_id and e.activo and e.tipo = 'proveedor'
  ) then
    raise exception 'proveedor_invalido' using errcode = 'PT422',
      detail = 'Solo se asocia a un contrato una empresa proveedora activa.', hint = 'proveedores';
  end if;
  if exists (
    select from public.contratos_participantes p
    where p.contrato_id = new.contrato_id and p.empresa_id = new.empresa_id
  ) then
    raise exception 'proveedor_repetido' using errcode = 'PT409',
      detail = 'Esa empresa ya es parte del contrato.', hint = 'proveedores';
  end if;
  return new;
end
$$;
comment on function privado.validar_proveedor() is 'Disparador: quién asocia proveedores, cuáles y cuándo.';

-- Its documents, lots and messages stay.
create function privado.retirar_proveedor() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(old.contrato_id, bloquear => true);
begin
  if old.papel <> 'proveedor' then
    raise exception 'participante_fijo' using errcode = 'PT409',
      detail = 'La exportadora y la contraparte de un contrato no se retiran.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return old;
end
$$;
comment on function privado.retirar_proveedor() is 'Disparador: quién se retira de un contrato y cuándo.';

revoke all on function privado.participa(bigint), privado.validar_proveedor(), privado.retirar_proveedor() from public;
grant execute on function privado.participa(bigint) to authenticated, service_role;

-- supabase/schemas/20_contratos/15_participantes_efectos.sql

-- What follows when a company joins a contract or leaves it: the conversation and the people tell it, the channels are
-- closed to who left, the indicators are of who is party.

create function privado.contar_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    insert into public.mensajes (contrato_id, tipo, texto)
    select old.contrato_id, 'sistema', format('%s retiró a %s del contrato.', privado.quien(), e.nombre)
    from public.empresas e where e.id = old.empresa_id;
  else
    insert into public.mensajes (contrato_id, tipo, texto)
    select new.contrato_id, 'sistema', format('%s asoció a %s al contrato.', privado.quien(), e.nombre)
    from public.empresas e where e.id = new.empresa_id;
  end if;
  return null;
end
$$;
comment on function privado.contar_participante() is
  'Disparador: proveedores asociados y retirados, en la conversación.';

-- Who joins or leaves is told too: once it left it is no party.
create function privado.avisar_de_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  parte constant public.contratos_participantes := case tg_op when 'DELETE' then old else new end;
  codigo constant text := (select c.codigo from public.contratos c where c.id = parte.contrato_id);
begin
  perform privado.notificar(parte.contrato_id, 'participante',
    format(case tg_op when 'INSERT' then '%s asoció a %s al contrato %s.' else '%s retiró a %s del contrato %s.' end,
      privado.quien(), (select e.nombre from public.empresas e where e.id = parte.empresa_id), codigo),
    jsonb_build_object('codigo', codigo, 'empresa_id', parte.empresa_id), parte.empresa_id);
  return null;
end
$$;
comment on function privado.avisar_de_participante() is
  'Disparador: proveedores asociados y retirados, avisados a las otras partes y a ellos.';

-- Whoever leaves a contract stops hearing its channels at once, not when its token is renewed: see
-- privado.reautorizar_canales(). Who is added needs no notice: it joins when it wants.
create function privado.reautorizar_canal() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', 'contrato:' || c.codigo || canal.sufijo)
  from public.contratos c cross join (values (''), (':vivo')) as canal (sufijo) where c.id = old.contrato_id;
  return null;
end
$$;
comment on function privado.reautorizar_canal() is 'Disparador: cambió quién oye los canales de un contrato.';

-- Who becomes party to a contract sees it in its indicators, and who is taken off does not.
create function privado.sumar_partes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  partes public.contratos_participantes[];
  contratos bigint[];
begin
  if tg_op = 'DELETE' then
    select array_agg(v::public.contratos_participantes), array_agg(v.contrato_id) into partes, contratos from viejos v;
  else
    select array_agg(n::public.contratos_participantes), array_agg(n.contrato_id) into partes, contratos from nuevos n;
  end if;
  perform privado.tomar_avances(contratos);
  perform privado.anotar_kpis(privado.piezas_kpi(contratos, case tg_op when 'DELETE' then -1 else 1 end), partes);
  return null;
end
$$;
comment on function privado.sumar_partes() is
  'Disparador: los indicadores de quien llega a un contrato y de quien se va.';

revoke all on function privado.contar_participante(), privado.avisar_de_participante(), privado.reautorizar_canal(),
  privado.sumar_partes() from public;

-- supabase/schemas/20_contratos/20_contratos_participantes.sql

-- Who is party to each contract: one table, which every other policy asks. It comes before the contracts, whose policy
-- asks it too; so contrato_id gets its foreign key in 50_contratos.sql.
create table public.contratos_participantes (
  contrato_id bigint not null,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  papel text not null default 'proveedor',
  oculto boolean not null default false,
  creado_en timestamptz not null default now(),
  primary key (contrato_id, empresa_id),
  constraint contratos_participantes_papel_valido check (papel in ('exportadora', 'contraparte', 'proveedor'))
);
comment on table public.contratos_participantes is
  'Quién es parte de cada contrato: todas las políticas lo consultan.';
comment on column public.contratos_participantes.oculto is
  'Cierto cuando el contrato fue eliminado; lo mantiene un disparador.';

create index contratos_participantes_empresa_idx on public.contratos_participantes (empresa_id, contrato_id desc);

-- What policies ask, of each row, without a policy of its own on top: the owner of the view reads the table.
create view privado.mis_contratos as
  select p.contrato_id from public.contratos_participantes p
  where p.empresa_id = (select privado.mi_empresa()) and not p.oculto;
comment on view privado.mis_contratos is 'Contratos de los que la empresa del usuario es parte.';
revoke all on privado.mis_contratos from public;
grant select on privado.mis_contratos to authenticated, service_role;

alter table public.contratos_participantes enable row level security;
create policy select_participante on public.contratos_participantes for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = contratos_participantes.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_parte on public.contratos_participantes for insert to authenticated
  with check (
    papel = 'proveedor' and (
      (select privado.es_admin())
      or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
    )
  );
create policy delete_parte on public.contratos_participantes for delete to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );

revoke all on public.contratos_participantes from anon, authenticated, service_role;
grant select, insert (contrato_id, empresa_id) on public.contratos_participantes to authenticated, service_role;
grant delete on public.contratos_participantes to authenticated;

-- Before each row.
-- What a client writes in one request is bounded, deletions apart from new rows.
create trigger _000_limitar_borrados before delete on public.contratos_participantes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.contratos_participantes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Only suppliers leave, and never a closed contract.
create trigger _100_retirar_proveedor before delete on public.contratos_participantes
  for each row execute function privado.retirar_proveedor();
-- Who associates suppliers, which ones and when.
create trigger _100_validar_proveedor before insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.validar_proveedor();

-- After each row.
-- The conversation tells it. Exporter and counterparty are told of with the opening of the contract.
create trigger _600_contar after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.contar_participante();
create trigger _600_contar_retiro after delete on public.contratos_participantes
  for each row execute function privado.contar_participante();
-- The other parties are notified, and the supplier itself.
create trigger _700_notificar after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.avisar_de_participante();
create trigger _710_notificar_retiro after delete on public.contratos_participantes
  for each row execute function privado.avisar_de_participante();
-- Who is hidden from it, or left, stops hearing its channels at once.
create trigger _920_reautorizar_canal after update or delete on public.contratos_participantes
  for each row execute function privado.reautorizar_canal();

-- After the statement.
-- The contract enters the indicators of who joins, and goes out of those of who leaves.
create trigger _800_sumar after insert on public.contratos_participantes
  referencing new table as nuevos for each statement execute function privado.sumar_partes();
create trigger _810_sumar_retiro after delete on public.contratos_participantes
  referencing old table as viejos for each statement execute function privado.sumar_partes();

-- supabase/schemas/20_contratos/30_codigo_y_fecha.sql

-- What names and dates a contract: CT-<year>-<5 digits>, one series per year of Guayaquil, without gaps (see
-- privado.contadores); and the date that it is looked for by.

create function privado.codigo_contrato(anio integer, numero bigint) returns text
language sql immutable set search_path = '' as $$
  select 'CT-' || anio || '-' || lpad(numero::text, greatest(5, length(numero::text)), '0')
$$;
comment on function privado.codigo_contrato(integer, bigint) is 'Código de un contrato: CT-2025-00014.';

create function privado.asignar_codigo() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  anio constant integer := extract(year from new.creado_en at time zone 'America/Guayaquil');
begin
  new.codigo := privado.codigo_contrato(anio, privado.siguiente_numero('contratos', anio));
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

revoke all on function privado.codigo_contrato(integer, bigint), privado.asignar_codigo(),
  privado.fecha_contrato(date, timestamptz) from public;
-- An index of contratos asks it at every write.
grant execute on function privado.fecha_contrato(date, timestamptz) to authenticated, service_role;

-- supabase/schemas/20_contratos/35_partes.sql

-- A contract joins an exporter and another company, is created for the caller's own company, and makes both party to
-- it. Where auth.uid() is null the system writes (seed, workers): it may name any company, the rules of the trade still
-- hold.

create function privado.fijar_origen() returns trigger
language plpgsql set search_path = '' as $$
declare
  rol constant text := privado.mi_rol();
  empresa constant bigint := privado.mi_empresa();
begin
  if auth.uid() is null then
    return new;
  end if;
  perform privado.exigir_cuenta();
  if rol = 'proveedor' then
    raise exception 'contrato_sin_permiso' using errcode = 'PT403',
      detail = 'Solo una exportadora, un centro de acopio o un administrador crea contratos.';
  end if;
  new.creado_por := auth.uid();
  new.estado := case when rol = 'centro_acopio' then 'En revisión' else 'Activo' end;
  if rol = 'exportadora' then
    new.exportadora_id := coalesce(new.exportadora_id, empresa);
  elsif rol = 'centro_acopio' then
    new.contraparte_id := coalesce(new.contraparte_id, empresa);
  end if;
  if rol = 'exportadora' and new.exportadora_id <> empresa then
    raise exception 'contrato_ajeno' using errcode = 'PT403',
      detail = 'La exportadora del contrato es la empresa de quien lo crea.', hint = 'exportadora_id';
  elsif rol = 'centro_acopio' and new.contraparte_id <> empresa then
    raise exception 'contrato_ajeno' using errcode = 'PT403',
      detail = 'La contraparte del contrato es la empresa de quien lo crea.', hint = 'contraparte_id';
  end if;
  return new;
end
$$;
comment on function privado.fijar_origen() is
  'Disparador: autor, estado inicial y empresa propia de un contrato nuevo.';

create function privado.validar_partes() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not exists (
    select from public.empresas e where e.id = new.exportadora_id and e.activo and e.tipo = 'exportadora'
  ) then
    raise exception 'exportadora_invalida' using errcode = 'PT422',
      detail = 'La exportadora debe ser una empresa exportadora activa.', hint = 'exportadora_id';
  end if;
  if not exists (
    select from public.empresas e
    where e.id = new.contraparte_id and e.activo and e.tipo in ('centro_acopio', 'proveedor')
  ) then
    raise exception 'contraparte_invalida' using errcode = 'PT422',
      detail = 'La contraparte debe ser un centro de acopio o un proveedor activo.', hint = 'contraparte_id';
  end if;
  return new;
end
$$;
comment on function privado.validar_partes() is 'Disparador: qué empresas pueden firmar un contrato.';

create function privado.anotar_partes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.contratos_participantes (contrato_id, empresa_id, papel)
  values (new.id, new.exportadora_id, 'exportadora'), (new.id, new.contraparte_id, 'contraparte');
  return null;
end
$$;
comment on function privado.anotar_partes() is 'Disparador: exportadora y contraparte son parte del contrato.';

create function privado.ocultar_participantes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos_participantes set oculto = new.eliminado_en is not null where contrato_id = new.id;
  return null;
end
$$;
comment on function privado.ocultar_participantes() is 'Disparador: un contrato eliminado se oculta a sus partes.';

revoke all on function privado.fijar_origen(), privado.validar_partes(), privado.anotar_partes(),
  privado.ocultar_participantes() from public;

-- supabase/schemas/20_contratos/40_estados.sql

-- What may change in a contract and when. En revisión → Activo by the exporter; → Cerrado by itself when what its
-- closing asks is fulfilled, or by an administrator; Cerrado → Activo by a reopening that says why, or by an
-- administrator.

create function privado.proteger_contrato() returns trigger
language plpgsql set search_path = '' as $$
begin
  if (old.id, old.codigo, old.exportadora_id, old.contraparte_id, old.creado_por, old.creado_en)
    is distinct from (new.id, new.codigo, new.exportadora_id, new.contraparte_id, new.creado_por, new.creado_en) then
    raise exception 'contrato_inmutable' using errcode = 'PT409',
      detail = 'El código, las partes y el origen de un contrato no cambian.';
  end if;
  if old.eliminado_en is not null and auth.uid() is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  -- Marking as deleted and noting the signed file are not edits; no client can write those columns.
  if old.estado = 'Cerrado' and new.estado = 'Cerrado'
    and (old.eliminado_en, old.archivo_pdf) is not distinct from (new.eliminado_en, new.archivo_pdf) then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_contrato() is 'Disparador: lo que no cambia en un contrato.';

-- Who lowers the volume, or asks for less, has completed it: it closes then and there, if that is the exporter's doing.
create function privado.elegir_cierre() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  manda constant boolean := coalesce(privado.manda_en_contrato(new), false);
begin
  if not manda and (tg_op = 'INSERT' or old.cierre is distinct from new.cierre) then
    raise exception 'contrato_cierre_exportadora' using errcode = 'PT403',
      detail = 'Cómo se cierra un contrato lo elige su exportadora.', hint = 'cierre';
  end if;
  if tg_op = 'UPDATE' and manda and new.estado = old.estado and old.estado <> 'Cerrado' and privado.toca_cerrar(new) then
    new.estado := 'Cerrado';
  end if;
  return new;
end
$$;
comment on function privado.elegir_cierre() is
  'Disparador: quién elige el cierre de un contrato, que se cierra si ya lo cumple.';

create function privado.cambiar_estado() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  paso constant text := old.estado || ' → ' || new.estado;
  sin_limite constant boolean := auth.uid() is null or privado.es_admin();
begin
  case
    when new.estado is null or new.estado not in ('En revisión', 'Activo', 'Cerrado') then
      return new; -- the column's own constraints refuse it
    when paso = 'En revisión → Activo' then
      if not sin_limite and privado.mi_empresa() is distinct from new.exportadora_id then
        raise exception 'contrato_activa_exportadora' using errcode = 'PT403',
          detail = 'Solo la exportadora del contrato lo activa.', hint = 'estado';
      end if;
    when new.estado = 'Cerrado' then
      -- By itself, whoever exported the last lot; by hand the other party would undo every reopening.
      if not sin_limite and not (
        privado.toca_cerrar(new) and (pg_trigger_depth() > 1 or coalesce(privado.manda_en_contrato(new), false))) then
        raise exception 'contrato_cierre_automatico' using errcode = 'PT403',
          detail = 'Un contrato se cierra solo, cuando se cumple su cierre.', hint = 'estado';
      end if;
      new.cerrado_en := clock_timestamp();
    when paso = 'Cerrado → Activo' then
      -- Of this closing and no other: what was reopened once is not open for ever.
      if not sin_limite and privado.motivo_reapertura(new.id, old.cerrado_en) is null then
        raise exception 'contrato_reabre_admin' using errcode = 'PT403',
          detail = 'Un contrato cerrado se reabre diciendo por qué. Sin decirlo, solo un administrador.', hint = 'estado';
      end if;
      new.cerrado_en := null;
    else
      raise exception 'contrato_transicion_invalida' using errcode = 'PT409',
        detail = 'Un contrato no vuelve a revisión.', hint = 'estado';
  end case;
  return new;
end
$$;
comment on function privado.cambiar_estado() is 'Disparador: pasos permitidos entre estados de un contrato.';

-- The price of a contract to be fixed is the average of what was fixed, P = Σ(TMᵢ × (NYᵢ + difᵢ)) / ΣTMᵢ, to the cent,
-- and nothing else; what is fixed never passes what was contracted.
create function privado.proteger_precio() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- Of a contract that is being created there is nothing.
  fijadas constant numeric := privado.tm_fijadas(new.id);
  promedio constant numeric := privado.precio_promedio(new.id);
begin
  if new.modalidad_precio = 'fijo' then
    if fijadas > 0 then
      raise exception 'contrato_con_fijaciones' using errcode = 'PT409',
        detail = 'Un contrato con fijaciones sigue siendo por fijar: primero se anulan.', hint = 'modalidad_precio';
    end if;
  elsif new.precio_fijado_tm is distinct from promedio then
    raise exception 'precio_por_fijar' using errcode = 'PT409',
      detail = 'El precio de un contrato por fijar es el promedio de sus fijaciones: no se escribe.', hint = 'precio_fijado_tm';
  elsif new.volumen_tm < fijadas then
    raise exception 'volumen_menor_que_fijado' using errcode = 'PT409',
      detail = 'El volumen no baja de lo que ya se fijó.', hint = 'volumen_tm';
  end if;
  return new;
end
$$;
comment on function privado.proteger_precio() is
  'Disparador: el precio por fijar es el de las fijaciones, y el volumen no baja de ellas.';

revoke all on function privado.proteger_contrato(), privado.elegir_cierre(), privado.cambiar_estado(),
  privado.proteger_precio() from public;

-- supabase/schemas/20_contratos/45_efectos.sql

-- What follows from a contract that is opened or changes, in the same transaction: its conversation tells it (the first
-- message opens the channel), its other parties are notified, and its indicators move.

create function privado.contar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.id, 'sistema',
    case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', privado.quien(), new.codigo)
      when new.estado = 'Cerrado' then format('El contrato quedó Cerrado con %s: lo último fue de %s.',
        privado.exportado_en_palabras(new), privado.quien())
      when privado.motivo_reapertura(new.id, old.cerrado_en) is not null then format('%s reabrió el contrato, con %s: %s',
        privado.quien(), privado.exportado_en_palabras(new), privado.motivo_reapertura(new.id, old.cerrado_en))
      else format('%s pasó el contrato a %s.', privado.quien(), new.estado) end
  );
  return null;
end
$$;
comment on function privado.contar_contrato() is 'Disparador: apertura y estados de un contrato, en su conversación.';

create function privado.avisar_de_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  datos jsonb := jsonb_build_object('codigo', new.codigo, 'estado', new.estado);
  texto text;
begin
  if tg_op = 'INSERT' then
    texto := format('%s abrió el contrato %s.', privado.quien(), new.codigo);
  elsif old.estado = new.estado then
    texto := format('%s editó el contrato %s.', privado.quien(), new.codigo);
  else
    texto := format('El contrato %s pasó a %s.', new.codigo, new.estado);
    -- How much was exported goes beside the text, which a locked screen shows.
    if new.estado = 'Cerrado' then
      datos := datos
        || jsonb_build_object('exportado_tm', privado.exportado_tm(new.id), 'volumen_tm', new.volumen_tm);
    end if;
  end if;
  perform privado.notificar(new.id, 'contrato', texto, datos);
  return null;
end
$$;
comment on function privado.avisar_de_contrato() is
  'Disparador: apertura, estados y ediciones de un contrato, avisados a las otras partes.';

-- Whoever changes what is summed takes the row of avances first, and reads the rest after it: of two that change the
-- same contract, the second sees all that the first did.
create function privado.sumar_contratos() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  cambiados bigint[];
begin
  select array_agg(n.id) into cambiados from nuevos n join viejos v on v.id = n.id
  where (n.volumen_tm, n.precio_fijado_tm, n.estado, n.calidad, n.fecha_entrega, n.fecha_firma, n.tolerancia_pct,
      n.modalidad_precio, n.eliminado_en)
    is distinct from (v.volumen_tm, v.precio_fijado_tm, v.estado, v.calidad, v.fecha_entrega, v.fecha_firma,
      v.tolerancia_pct, v.modalidad_precio, v.eliminado_en);
  if cambiados is null then
    return null;
  end if;
  perform privado.tomar_avances(cambiados);
  perform privado.anotar_kpis(array(
    select (s.signo, s.contrato, a, l)::privado.kpi_pieza
    from (
      select 1 as signo, n.id, n::public.contratos as contrato from nuevos n
      union all select -1, v.id, v::public.contratos from viejos v
    ) as s
    join public.avances a on a.contrato_id = s.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all
      select l from public.lotes_asociados l where l.contrato_id = s.id and exists (
        select from nuevos n join viejos v on v.id = n.id
        where n.id = s.id and (n.calidad, n.precio_fijado_tm, n.eliminado_en)
          is distinct from (v.calidad, v.precio_fijado_tm, v.eliminado_en))
    ) as lotes
    where s.id = any (cambiados)));
  return null;
end
$$;
comment on function privado.sumar_contratos() is
  'Disparador: lo que un contrato editado suma a los indicadores, menos lo que sumaba.';

revoke all on function privado.contar_contrato(), privado.avisar_de_contrato(), privado.sumar_contratos() from public;

-- supabase/schemas/20_contratos/50_contratos.sql

-- The contract, core of everything: it joins an exporter and another company. Whole: columns, who sees and writes them,
-- every trigger in its order.
create table public.contratos (
  id bigint generated always as identity primary key,
  -- '' asks for the next code: see _400_asignar_codigo.
  codigo text not null default '' unique,
  exportadora_id bigint not null references public.empresas (id) on delete restrict,
  contraparte_id bigint not null references public.empresas (id) on delete restrict,
  fecha_firma date,
  volumen_tm numeric not null,
  precio_fijado_tm numeric,
  estado text not null default 'En revisión',
  archivo_pdf text,
  observaciones text,
  creado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  cerrado_en timestamptz,
  eliminado_en timestamptz,
  calidad text,
  fecha_entrega date,
  tolerancia_pct numeric not null default 0,
  modalidad_precio text not null default 'fijo',
  cierre text not null default 'al exportar los lotes',
  constraint contratos_codigo_valido check (codigo ~ '^CT-[0-9]{4}-[0-9]{5,}$'),
  constraint contratos_partes_distintas check (exportadora_id <> contraparte_id),
  constraint contratos_fecha_firma_valida check (fecha_firma between '1990-01-01' and '2100-12-31'),
  -- NaN is greater than any number, and so refused.
  constraint contratos_volumen_tm_valido check (volumen_tm > 0 and volumen_tm <= 1000000 and scale(volumen_tm) <= 4),
  constraint contratos_precio_fijado_tm_valido check (
    precio_fijado_tm > 0 and precio_fijado_tm <= 1000000 and scale(precio_fijado_tm) <= 4),
  constraint contratos_estado_valido check (estado in ('En revisión', 'Activo', 'Cerrado')),
  constraint contratos_observaciones_valida check (
    length(observaciones) <= 5000 and privado.es_texto_limpio(observaciones, false)),
  constraint contratos_cierre_coherente check ((estado = 'Cerrado') = (cerrado_en is not null)),
  constraint contratos_calidad_valida check (privado.nombre_valido(calidad, 40)),
  constraint contratos_fecha_entrega_valida check (fecha_entrega between '1990-01-01' and '2100-12-31'),
  constraint contratos_tolerancia_pct_valida check (
    tolerancia_pct >= 0 and tolerancia_pct <= 50 and scale(tolerancia_pct) <= 2),
  constraint contratos_modalidad_precio_valida check (modalidad_precio in ('fijo', 'por fijar')),
  constraint contratos_cierre_valido check (cierre in ('al exportar los lotes', 'al completar el volumen'))
);
comment on table public.contratos is 'Contratos de cacao entre una exportadora y otra empresa.';
comment on column public.contratos.volumen_tm is 'Volumen en toneladas métricas.';
comment on column public.contratos.precio_fijado_tm is 'Precio fijado, en dólares por tonelada métrica.';
comment on column public.contratos.archivo_pdf is 'Ruta del contrato firmado: <bucket>/<objeto>.';
comment on column public.contratos.eliminado_en is 'Marca de eliminado: se oculta y se conserva.';
comment on column public.contratos.calidad is 'Calidad acordada, como la nombran las partes: ASE, CCN-51.';
comment on column public.contratos.fecha_entrega is 'Hasta cuándo se entrega.';
comment on column public.contratos.tolerancia_pct is 'Cuánto más o menos del volumen se admite, en porcentaje.';
comment on column public.contratos.modalidad_precio is
  'fijo, o por fijar: entonces el precio es el promedio de sus fijaciones.';
comment on column public.contratos.cierre is
  'Cuándo se cierra solo: al exportar los lotes, o cuando además completan el volumen, menos su tolerancia.';

-- Pages of a party, newest first: the order of ids is the order of creation.
create index contratos_exportadora_idx on public.contratos (exportadora_id, id desc);
create index contratos_contraparte_idx on public.contratos (contraparte_id, id desc);
create index contratos_creado_por_idx on public.contratos (creado_por);
-- Pages of what is looked for: see privado.contratos_filtrados().
create index contratos_estado_idx on public.contratos (estado, id desc);
create index contratos_fecha_idx on public.contratos (privado.fecha_contrato(fecha_firma, creado_en));
create index contratos_texto_idx on public.contratos
  using gin (privado.normalizar(codigo || ' ' || coalesce(observaciones, '')) extensions.gin_trgm_ops);

-- Who is party to it: see 20_contratos_participantes.sql.
alter table public.contratos_participantes add constraint contratos_participantes_contrato_id_fkey
  foreign key (contrato_id) references public.contratos (id) on delete restrict;

alter table public.contratos enable row level security;
-- Exporter and counterparty are read from the row itself: it needs no lookup, and it holds before the participants are
-- written, so that insert … returning works. Only suppliers are looked up. The order of the terms is the order in which
-- they are tried, and the company is asked for once, not once for each party.
create policy select_participante on public.contratos for select to authenticated
  using (
    (eliminado_en is null and (
      (select privado.mi_empresa()) = any (array[exportadora_id, contraparte_id])
      or ((select privado.mi_rol()) = 'proveedor' and exists (
        select from privado.mis_contratos m where m.contrato_id = contratos.id
      ))
    ))
    or (select privado.es_admin())
  );
create policy insert_parte on public.contratos for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) = 'exportadora' and exportadora_id = (select privado.mi_empresa()))
    or ((select privado.mi_rol()) = 'centro_acopio' and contraparte_id = (select privado.mi_empresa()))
  );
create policy update_parte on public.contratos for update to authenticated
  using (
    (select privado.es_admin())
    or (eliminado_en is null and (
      ((select privado.mi_rol()) = 'exportadora' and exportadora_id = (select privado.mi_empresa()))
      or ((select privado.mi_rol()) = 'centro_acopio' and contraparte_id = (select privado.mi_empresa()))
    ))
  );

revoke all on public.contratos from anon, authenticated, service_role;
revoke all on sequence public.contratos_id_seq from anon, authenticated, service_role;
grant select,
  insert (exportadora_id, contraparte_id, fecha_firma, volumen_tm, precio_fijado_tm, observaciones, calidad,
    fecha_entrega, tolerancia_pct, modalidad_precio, cierre),
  update (fecha_firma, volumen_tm, precio_fijado_tm, observaciones, estado, calidad, fecha_entrega, tolerancia_pct,
    modalidad_precio, cierre)
  on public.contratos to authenticated, service_role;

-- Apps follow it with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.contratos;

-- Before each row.
-- What a client writes in one request is bounded, changes apart from new rows.
create trigger _000_limitar_cambios before update on public.contratos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.contratos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Author, first state and own company.
create trigger _100_fijar_origen before insert on public.contratos
  for each row execute function privado.fijar_origen();
-- Code, parties and origin never change; a closed contract is not edited, and a deleted one is not there.
create trigger _100_proteger_contrato before update on public.contratos
  for each row execute function privado.proteger_contrato();
-- Its exporter chooses how it closes, and it closes if it fulfils that already: before _200_cambiar_estado, which dates
-- it.
create trigger _150_elegir_cierre before update on public.contratos
  for each row when (
    old.cierre is distinct from new.cierre
    or (new.cierre = 'al completar el volumen'
      and (old.volumen_tm, old.tolerancia_pct) is distinct from (new.volumen_tm, new.tolerancia_pct)))
  execute function privado.elegir_cierre();
-- Which steps there are between states, and whose they are.
create trigger _200_cambiar_estado before update on public.contratos
  for each row when (old.estado is distinct from new.estado) execute function privado.cambiar_estado();
-- An active exporter, and an active collection centre or supplier.
create trigger _200_validar_partes before insert on public.contratos
  for each row execute function privado.validar_partes();
-- So it does when the contract is created; closing by its lots is what nobody has to choose.
create trigger _250_elegir_cierre before insert on public.contratos
  for each row when (new.cierre <> 'al exportar los lotes') execute function privado.elegir_cierre();
-- The price of a contract to be fixed is that of its fixings, and its volume is never less than them.
create trigger _300_proteger_precio before insert on public.contratos
  for each row when (new.modalidad_precio = 'por fijar' and new.precio_fijado_tm is not null)
  execute function privado.proteger_precio();
create trigger _310_proteger_precio before update on public.contratos
  for each row when (
    'por fijar' in (old.modalidad_precio, new.modalidad_precio)
    and (old.modalidad_precio, old.precio_fijado_tm, old.volumen_tm)
      is distinct from (new.modalidad_precio, new.precio_fijado_tm, new.volumen_tm))
  execute function privado.proteger_precio();
-- Last of the checks, so that the counter is held for as short as possible. Only the owner of the table can give a code
-- (a bulk load that reserved its numbers): no role of the API has a grant on the column.
create trigger _400_asignar_codigo before insert on public.contratos
  for each row when (new.codigo = '') execute function privado.asignar_codigo();
-- The version of the row.
create trigger _900_marcar_actualizado before update on public.contratos
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();

-- After each row.
-- The conversation tells it, before the other rules of the same row act.
create trigger _050_contar after insert on public.contratos
  for each row execute function privado.contar_contrato();
create trigger _060_contar_estado after update on public.contratos
  for each row when (old.estado is distinct from new.estado) execute function privado.contar_contrato();
-- Exporter and counterparty are party to it.
create trigger _500_anotar_partes after insert on public.contratos
  for each row execute function privado.anotar_partes();
-- What is deleted is hidden from its parties.
create trigger _500_ocultar_participantes after update on public.contratos
  for each row when ((old.eliminado_en is null) <> (new.eliminado_en is null))
  execute function privado.ocultar_participantes();
-- The other parties, which 500 has written, are notified. A price that a trigger writes is told by what made it.
create trigger _700_notificar after insert on public.contratos
  for each row execute function privado.avisar_de_contrato();
create trigger _710_notificar_edicion after update on public.contratos
  for each row when (
    (old.volumen_tm, old.fecha_firma, old.observaciones, old.estado, old.calidad, old.fecha_entrega,
      old.tolerancia_pct, old.modalidad_precio, old.cierre)
      is distinct from (new.volumen_tm, new.fecha_firma, new.observaciones, new.estado, new.calidad, new.fecha_entrega,
      new.tolerancia_pct, new.modalidad_precio, new.cierre)
    or (old.precio_fijado_tm is distinct from new.precio_fijado_tm and pg_trigger_depth() = 0))
  execute function privado.avisar_de_contrato();

-- After the statement.
-- What it adds to the indicators, less what it added. A contract that is born is summed with its parties.
create trigger _810_sumar_cambio after update on public.contratos
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_contratos();

-- supabase/schemas/20_contratos/55_exigir_contrato.sql

-- The contract a child row is written to, for its triggers. Whoever is not party gets the same answer as for a contract
-- that does not exist, and before waiting for any lock.

create function privado.exigir_contrato(contrato bigint, bloquear boolean default false) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos;
begin
  if auth.uid() is null or privado.participa(contrato) or privado.es_admin() then
    if bloquear then
      -- Not "for update": that would clash with the lock of every foreign key to the contract.
      select * into fila from public.contratos c where c.id = contrato for no key update;
    else
      select * into fila from public.contratos c where c.id = contrato;
    end if;
  end if;
  if fila.id is null or fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  return fila;
end
$$;
comment on function privado.exigir_contrato(bigint, boolean) is
  'El contrato, si existe y el usuario es parte; si no, contrato_no_existe.';
revoke all on function privado.exigir_contrato(bigint, boolean) from public;

-- supabase/schemas/20_contratos/60_cierre.sql

-- When a contract closes by itself, as its exporter chose: when its lots are all exported, or when they are and besides
-- make up the volume, less its tolerance, so that what ships in parts is not closed by its first lot. Whoever closes
-- it, all are told how much of the volume was exported.

create function privado.exportado_tm(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  -- Not what avances keeps: a statement that exports lots sums there at its end, and closes before.
  return (
    select round(coalesce(sum(l.peso_qq), 0) * 0.045359237, 4)
    from public.lotes_asociados l where l.contrato_id = contrato and l.estado = 'Exportado'
  );
end
$$;
comment on function privado.exportado_tm(bigint) is 'Toneladas exportadas de un contrato.';

create function privado.exportado_en_palabras(contrato public.contratos) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  exportado constant numeric := privado.exportado_tm(contrato.id);
begin
  return format('%s de %s TM exportadas (%s %%)', trim_scale(exportado), trim_scale(contrato.volumen_tm),
    trim_scale(round(100 * exportado / contrato.volumen_tm, 2)));
end
$$;
comment on function privado.exportado_en_palabras(public.contratos) is 'Cuánto de su volumen se exportó, para decirlo.';

create function privado.toca_cerrar(contrato public.contratos) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
      select bool_and(l.estado = 'Exportado') from public.lotes_asociados l where l.contrato_id = contrato.id
    ), false)
    and (contrato.cierre = 'al exportar los lotes' or privado.exportado_tm(contrato.id)
      >= round(contrato.volumen_tm * (1 - contrato.tolerancia_pct / 100), 4));
end
$$;
comment on function privado.toca_cerrar(public.contratos) is
  '¿Tiene lotes, están todos exportados y, si su cierre lo pide, completan el volumen?';

-- What its exporter, an administrator or the system may do with the state of a contract, and nobody else.
create function privado.manda_en_contrato(contrato public.contratos) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return auth.uid() is null or privado.es_admin()
    or (privado.mi_rol() = 'exportadora' and privado.mi_empresa() = contrato.exportadora_id);
end
$$;
comment on function privado.manda_en_contrato(public.contratos) is
  '¿Es quien actúa de la exportadora del contrato, un administrador o el sistema?';

revoke all on function privado.exportado_tm(bigint), privado.exportado_en_palabras(public.contratos),
  privado.toca_cerrar(public.contratos), privado.manda_en_contrato(public.contratos) from public;

-- supabase/schemas/20_contratos/65_avances.sql

-- How much of a contract was delivered is asked of many contracts at once, and summing the lots of each is too slow:
-- the sum is kept, one row per contract. The row is also the turn of who changes what is summed of that contract (see
-- the indicators): it is written at every such change, so under repeatable read too nobody sums over what it cannot
-- see.
create table public.avances (
  contrato_id bigint primary key references public.contratos (id) on delete restrict,
  lotes integer not null default 0,
  recibido_qq numeric not null default 0,
  exportado_qq numeric not null default 0,
  tm_fijadas numeric not null default 0
);
comment on table public.avances is 'Lo entregado y lo fijado de cada contrato; lo mantienen disparadores.';
comment on column public.avances.recibido_qq is 'Peso de los lotes que dejaron de estar En tránsito, en quintales.';
comment on column public.avances.tm_fijadas is 'Toneladas con precio fijado; las lee quien firma, en las fijaciones.';

alter table public.avances enable row level security;
create policy select_participante on public.avances for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = avances.contrato_id)
    or (select privado.es_admin())
  );

revoke all on public.avances from anon, authenticated, service_role;
-- What is fixed is no business of an associated supplier.
grant select (contrato_id, lotes, recibido_qq, exportado_qq) on public.avances to authenticated;

-- It has no triggers: those of contracts, participants, lots and fixings write it. In order: whoever sums for a
-- contract holds its row until it commits, and reads the rest after it.
create function privado.tomar_avances(contratos bigint[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.avances as a (contrato_id) select distinct c from unnest(contratos) as c order by c
  on conflict (contrato_id) do update set lotes = a.lotes;
end
$$;
comment on function privado.tomar_avances(bigint[]) is
  'Toma los avances de unos contratos hasta el fin de la transacción.';
revoke all on function privado.tomar_avances(bigint[]) from public;

-- supabase/schemas/20_contratos/70_reaperturas_reglas.sql

-- Who reopens a closed contract, and until when: its exporter within seven days, saying why; later, an administrator.

create function privado.firmar_reapertura() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if not coalesce(privado.manda_en_contrato(contrato), false) then
    raise exception 'contrato_reabre_exportadora' using errcode = 'PT403',
      detail = 'Un contrato cerrado lo reabre su exportadora o un administrador.';
  elsif contrato.estado <> 'Cerrado' then
    raise exception 'contrato_no_cerrado' using errcode = 'PT409', detail = 'Ese contrato no está cerrado.';
  elsif auth.uid() is not null and not privado.es_admin()
    and contrato.cerrado_en < clock_timestamp() - interval '7 days' then
    raise exception 'reapertura_tardia' using errcode = 'PT403',
      detail = 'Pasaron siete días desde que se cerró: solo un administrador lo reabre.';
  end if;
  select u.id, u.nombre, e.nombre into new.usuario_id, new.autor, new.empresa
  from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  new.autor := coalesce(new.autor, 'El sistema');
  new.motivo := btrim(new.motivo, E' \t\r\n');
  new.cerrado_en := contrato.cerrado_en;
  new.exportado_tm := privado.exportado_tm(contrato.id);
  new.volumen_tm := contrato.volumen_tm;
  new.creado_en := clock_timestamp();
  return new;
end
$$;
comment on function privado.firmar_reapertura() is
  'Disparador: quién reabre un contrato, hasta cuándo, y qué había cuando lo hizo.';

create function privado.reabrir() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos set estado = 'Activo' where id = new.contrato_id;
  return null;
end
$$;
comment on function privado.reabrir() is 'Disparador: el contrato de una reapertura vuelve a estar Activo.';

create function privado.conservar_reapertura() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'reapertura_inmutable' using errcode = 'PT409',
    detail = 'Una reapertura no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_reapertura() is 'Disparador: las reaperturas son evidencia.';

-- Why the contract goes on, of the closing that is being undone; null where nobody said.
create function privado.motivo_reapertura(contrato bigint, cierre timestamptz) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select r.motivo from public.contratos_reaperturas r where r.contrato_id = contrato and r.cerrado_en = cierre);
end
$$;
comment on function privado.motivo_reapertura(bigint, timestamptz) is 'Por qué se deshizo un cierre, si quedó dicho.';

revoke all on function privado.firmar_reapertura(), privado.reabrir(), privado.conservar_reapertura(),
  privado.motivo_reapertura(bigint, timestamptz) from public;

-- supabase/schemas/20_contratos/75_contratos_reaperturas.sql

-- Contracts that were reopened: what was closed, how much had been exported and why it goes on stays on record, for all
-- who are party. An administrator may write the state of the contract alone, which leaves no row here.
create table public.contratos_reaperturas (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  usuario_id uuid references public.usuarios (id) on delete restrict,
  autor text not null default '',
  empresa text,
  motivo text not null,
  cerrado_en timestamptz not null default now(),
  exportado_tm numeric not null default 0,
  volumen_tm numeric not null default 0,
  creado_en timestamptz not null default now(),
  constraint contratos_reaperturas_cerrado_en_key unique (contrato_id, cerrado_en),
  constraint contratos_reaperturas_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false))
);
comment on table public.contratos_reaperturas is
  'Contratos que se reabrieron: quién, por qué y cuánto se había exportado; no se modifica ni se borra.';
comment on column public.contratos_reaperturas.cerrado_en is 'El cierre que se deshizo.';
comment on column public.contratos_reaperturas.exportado_tm is 'Lo exportado al reabrir, en toneladas métricas.';

create index contratos_reaperturas_usuario_idx on public.contratos_reaperturas (usuario_id);

alter table public.contratos_reaperturas enable row level security;
create policy select_participante on public.contratos_reaperturas for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = contratos_reaperturas.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_exportadora on public.contratos_reaperturas for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) = 'exportadora' and privado.participa(contrato_id))
  );

revoke all on public.contratos_reaperturas from anon, authenticated, service_role;
revoke all on sequence public.contratos_reaperturas_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, motivo) on public.contratos_reaperturas to authenticated;

-- Before each row.
-- What a client writes in one request is bounded.
create trigger _000_limitar_filas before insert on public.contratos_reaperturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- A reopening is evidence: it is neither changed nor deleted.
create trigger _100_conservar before update or delete on public.contratos_reaperturas
  for each row execute function privado.conservar_reapertura();
-- Who reopens and until when; the server writes who, and what there was.
create trigger _100_firmar before insert on public.contratos_reaperturas
  for each row execute function privado.firmar_reapertura();

-- Before the statement.
-- Nor are all of them emptied out at once.
create trigger _110_conservar_todas before truncate on public.contratos_reaperturas
  for each statement execute function privado.conservar_reapertura();

-- After each row.
-- Its contract is Activo again.
create trigger _500_reabrir after insert on public.contratos_reaperturas
  for each row execute function privado.reabrir();

-- supabase/schemas/20_contratos/80_crear_contrato.sql

-- A contract and its suppliers are created in one call and one transaction, from the SDK (rpc) and from the functions
-- alike. Inserting into public.contratos obeys the same rules.

create function public.crear_contrato(
  volumen_tm numeric,
  contraparte_id bigint default null,
  exportadora_id bigint default null,
  precio_fijado_tm numeric default null,
  fecha_firma date default null,
  observaciones text default null,
  proveedores bigint[] default '{}',
  calidad text default null,
  fecha_entrega date default null,
  tolerancia_pct numeric default null,
  modalidad_precio text default null,
  cierre text default null
) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  insert into public.contratos (
    exportadora_id, contraparte_id, fecha_firma, volumen_tm, precio_fijado_tm, observaciones, calidad, fecha_entrega,
    tolerancia_pct, modalidad_precio, cierre
  )
  values (
    crear_contrato.exportadora_id, crear_contrato.contraparte_id, crear_contrato.fecha_firma,
    crear_contrato.volumen_tm, crear_contrato.precio_fijado_tm, crear_contrato.observaciones,
    crear_contrato.calidad, crear_contrato.fecha_entrega, coalesce(crear_contrato.tolerancia_pct, 0),
    coalesce(crear_contrato.modalidad_precio, 'fijo'), coalesce(crear_contrato.cierre, 'al exportar los lotes')
  )
  returning * into contrato;

  insert into public.contratos_participantes (contrato_id, empresa_id)
  select distinct contrato.id, proveedor
  from unnest(proveedores) as proveedor
  -- The counterparty may be a supplier, and is party already.
  where proveedor is distinct from contrato.contraparte_id;
  return contrato;
end
$$;
comment on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text) is
  'Crea un contrato entre la empresa del usuario y otra, con sus proveedores asociados.';
revoke all on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text)
  from public, anon, service_role;
grant execute on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text) to authenticated;

-- supabase/schemas/20_contratos/85_eliminar_y_reabrir.sql

-- What else is done with a whole contract, by one call: it is marked as deleted, or reopened.

create function privado.marcar_eliminado(contrato bigint) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos := privado.exigir_contrato(contrato, bloquear => true);
begin
  if not privado.es_admin() then
    raise exception 'contrato_elimina_admin' using errcode = 'PT403',
      detail = 'Solo un administrador elimina un contrato.';
  end if;
  update public.contratos c set eliminado_en = clock_timestamp() where c.id = contrato returning * into fila;
  return fila;
end
$$;
comment on function privado.marcar_eliminado(bigint) is 'Marca un contrato como eliminado; solo administradores.';

create function public.eliminar_contrato(contrato_id bigint) returns public.contratos
language sql volatile security invoker set search_path = '' as $$
  select privado.marcar_eliminado(contrato_id)
$$;
comment on function public.eliminar_contrato(bigint) is
  'Marca un contrato como eliminado: se oculta a sus partes y se conserva con sus documentos. Solo administradores.';

create function public.reabrir_contrato(contrato_id bigint, motivo text) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  insert into public.contratos_reaperturas (contrato_id, motivo)
  values (reabrir_contrato.contrato_id, reabrir_contrato.motivo);
  select * into contrato from public.contratos c where c.id = reabrir_contrato.contrato_id;
  return contrato;
end
$$;
comment on function public.reabrir_contrato(bigint, text) is
  'Reabre un contrato cerrado, diciendo por qué: su exportadora hasta siete días después; luego, un administrador.';

revoke all on function privado.marcar_eliminado(bigint), public.eliminar_contrato(bigint),
  public.reabrir_contrato(bigint, text) from public, anon, service_role;
grant execute on function privado.marcar_eliminado(bigint), public.eliminar_contrato(bigint),
  public.reabrir_contrato(bigint, text) to authenticated;

-- supabase/schemas/20_contratos/90_busqueda.sql

-- A page of contracts costs the same for a company of five and one of a million, whatever is asked. No fixed plan does
-- that: a rare state goes by its index, a rare text by the trigrams, a common one by the newest contracts, a small
-- company by its own. And under RLS the planner may not use a trigram index at all (its operators could leak through
-- errors). So the ids of a page are found inside a definer that asks itself who is party, with a plan made for the
-- values at hand.

-- "rows 21": planned as if it might give a thousand, in a database of few contracts all of them would be read, and all
-- companies, instead of those that were found.
create function privado.contratos_filtrados(
  estado text default null,
  desde date default null,
  hasta date default null,
  texto text default null,
  empresas bigint[] default null,
  despues_de bigint default null,
  antiguos_primero boolean default false,
  tope integer default 20
) returns setof bigint
language plpgsql stable security definer rows 21 set search_path = '' as $$
declare
  patron constant text := '%' || regexp_replace(privado.normalizar(texto), '([%_\\])', '\\\1', 'g') || '%';
  clave constant text := case when privado.es_admin() then 'c.id' else 'p.contrato_id' end;
  sentido constant text := case when antiguos_primero then 'asc' else 'desc' end;
  consulta text := 'select ' || clave || case when privado.es_admin()
    then ' from public.contratos c where c.eliminado_en is null'
    else ' from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
      where p.empresa_id = $1 and not p.oculto' end;
begin
  -- What is asked most is planned once: the entries of a company in the order of their ids, from any of them on.
  if not privado.es_admin() and num_nonnulls(estado, desde, hasta, texto, empresas) = 0 then
    if antiguos_primero then
      return query select p.contrato_id from public.contratos_participantes p
        where p.empresa_id = privado.mi_empresa() and not p.oculto and p.contrato_id > coalesce(despues_de, 0)
        order by p.contrato_id limit tope;
    else
      return query select p.contrato_id from public.contratos_participantes p
        where p.empresa_id = privado.mi_empresa() and not p.oculto
          and p.contrato_id < coalesce(despues_de, 9223372036854775807)
        order by p.contrato_id desc limit tope;
    end if;
    return;
  end if;
  -- Only what was asked takes part in the plan; the values never become part of the text.
  consulta := consulta
    || case when estado is null then '' else ' and c.estado = $2' end
    || case when desde is null then '' else ' and privado.fecha_contrato(c.fecha_firma, c.creado_en) >= $3' end
    || case when hasta is null then '' else ' and privado.fecha_contrato(c.fecha_firma, c.creado_en) <= $4' end
    || case when texto is null then ''
      else ' and privado.normalizar(c.codigo || '' '' || coalesce(c.observaciones, '''')) like $5' end
    || case when empresas is null then ''
      else ' and (c.exportadora_id = any ($6) or c.contraparte_id = any ($6))' end
    -- Said of both tables: the planner does not carry an inequality across a join.
    || case when despues_de is null then ''
      else format(' and %s %s $7 and c.id %2$s $7', clave, case when antiguos_primero then '>' else '<' end) end
    || format(' order by %s %s limit $8', clave, sentido);
  return query execute consulta
    using privado.mi_empresa(), estado, desde, hasta, patron, empresas, despues_de, tope;
end
$$;
comment on function privado.contratos_filtrados(text, date, date, text, bigint[], bigint, boolean, integer) is
  'Página de contratos del usuario, por orden de creación: los que cumplen lo que se pide y siguen a uno dado.';
revoke all on function
  privado.contratos_filtrados(text, date, date, text, bigint[], bigint, boolean, integer) from public;
grant execute on function
  privado.contratos_filtrados(text, date, date, text, bigint[], bigint, boolean, integer) to authenticated;

-- supabase/schemas/20_contratos/95_situacion.sql

-- Of a hundred thousand contracts, a page of those that are late, or over what was agreed, is found as a page of all of
-- them is: by a definer that asks itself who is party, in the order of their ids (see privado.contratos_filtrados).

create function privado.situacion(contrato public.contratos, recibido_qq numeric, dias integer) returns text
language plpgsql stable set search_path = '' as $$
declare
  hoy constant date := (now() at time zone 'America/Guayaquil')::date;
  entregado constant numeric := round(recibido_qq * 0.045359237, 4);
begin
  return case
    when entregado > round(contrato.volumen_tm * (1 + contrato.tolerancia_pct / 100), 4) then 'sobre tolerancia'
    when contrato.estado = 'Cerrado' then 'cerrado'
    when entregado >= round(contrato.volumen_tm * (1 - contrato.tolerancia_pct / 100), 4) then 'entregado'
    when contrato.fecha_entrega < hoy then 'atrasado'
    when contrato.fecha_entrega <= hoy + dias then 'por vencer'
    else 'en plazo'
  end;
end
$$;
comment on function privado.situacion(public.contratos, numeric, integer) is
  'Cómo va un contrato: sobre tolerancia, cerrado, entregado, atrasado, por vencer (en esos días) o en plazo.';

create function privado.contratos_por_avance(
  v_situacion text default null,
  v_dias integer default 15,
  v_estado text default null,
  v_empresa bigint default null,
  v_despues_de bigint default null,
  v_tope integer default 20
) returns setof bigint
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  siguiente constant bigint := coalesce(v_despues_de, 9223372036854775807);
begin
  if not privado.es_admin() then
    if v_empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    v_empresa := privado.mi_empresa();
  end if;
  if privado.es_admin() and v_empresa is null then
    return query
      select c.id from public.contratos c join public.avances a on a.contrato_id = c.id
      where c.eliminado_en is null and c.id < siguiente and (v_estado is null or c.estado = v_estado)
        and (v_situacion is null or privado.situacion(c, a.recibido_qq, v_dias) = v_situacion)
      order by c.id desc limit v_tope;
  else
    return query
      select p.contrato_id from public.contratos_participantes p
      join public.contratos c on c.id = p.contrato_id
      join public.avances a on a.contrato_id = p.contrato_id
      where p.empresa_id = v_empresa and not p.oculto and p.contrato_id < siguiente
        and (v_estado is null or c.estado = v_estado)
        and (v_situacion is null or privado.situacion(c, a.recibido_qq, v_dias) = v_situacion)
      order by p.contrato_id desc limit v_tope;
  end if;
end
$$;
comment on function privado.contratos_por_avance(text, integer, text, bigint, bigint, integer) is
  'Página de contratos del usuario por su avance, del último al primero.';
revoke all on function privado.situacion(public.contratos, numeric, integer),
  privado.contratos_por_avance(text, integer, text, bigint, bigint, integer) from public;
grant execute on function privado.situacion(public.contratos, numeric, integer),
  privado.contratos_por_avance(text, integer, text, bigint, bigint, integer) to authenticated;

-- supabase/schemas/21_lotes/10_reglas.sql

-- What holds of a lot whoever writes it: who may, how it is numbered, and that it only moves forward. Triggers of
-- public.lotes_asociados.

-- A code is compared without case and in NFC, as macOS does not write Peña, and keeps the spelling of the first.
create function privado.clave_lote(codigo text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select lower(normalize(btrim(codigo), NFC))
$$;
comment on function privado.clave_lote(text) is 'Código de un lote como se compara: sin mayúsculas y en NFC.';
revoke all on function privado.clave_lote(text) from public;
-- The index asks it at every write, and a search by code at every read.
grant execute on function privado.clave_lote(text) to authenticated, service_role;

create function privado.validar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  -- Whether it closes, and what is summed of it: all who write its lots wait for each other.
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'lote_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador registra lotes.';
  end if;
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return new;
end
$$;
comment on function privado.validar_lote() is 'Disparador: quién escribe lotes y en qué contratos.';

-- A lot has a least weight, the quintal in which the trade buys or what the parameter of the day says: without one, a
-- lot of 0.0001 qq that the other party registers and exports would close a contract of 100 TM. The parameter is of
-- everybody alone: a company's own would let it lower the rule.
create function privado.pesar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What is no weight at all is the constraint's to refuse. Of a day without a parameter it is a quintal.
  if new.peso_qq > 0 and new.peso_qq < coalesce((
    select (p.valor ->> 'qq')::numeric from public.parametros p
    where p.empresa_id is null and p.tipo = 'lote_minimo' and p.variante = ''
      and p.desde <= privado.hoy() and coalesce(p.hasta > privado.hoy(), true)
  ), 1) then
    raise exception 'lote_peso_minimo' using errcode = 'PT422',
      detail = 'Un lote no pesa menos que el mínimo: un quintal, o lo que diga el parámetro lote_minimo.', hint = 'peso_qq';
  end if;
  return new;
end
$$;
comment on function privado.pesar_lote() is 'Disparador: el peso mínimo de un lote.';

-- A contract is answered whole, with its lots, and each lot that is exported looks at all of them. Of a quintal each,
-- 5,000 lots are 226 TM; of a truck each, more than anybody ships.
create function privado.acotar_lotes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Those that this same statement adds are not counted yet: what a request may bring is bounded elsewhere.
  if (select a.lotes from public.avances a where a.contrato_id = new.contrato_id) >= 5000 then
    raise exception 'contrato_demasiados_lotes' using errcode = 'PT409',
      detail = 'Un contrato tiene 5000 lotes como máximo.';
  end if;
  return new;
end
$$;
comment on function privado.acotar_lotes() is 'Disparador: cuántos lotes tiene un contrato como máximo.';

create function privado.numerar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  numero text;
begin
  new.codigo_lote := normalize(btrim(coalesce(new.codigo_lote, '')), NFC);
  if new.codigo_lote = '' then
    -- The contract is locked since _100_validar_lote: nobody else is numbering its lots.
    select (coalesce(max(substr(l.codigo_lote, 4)::numeric), 0) + 1)::text into numero
    from public.lotes_asociados l
    where l.contrato_id = new.contrato_id and l.codigo_lote ~* '^LT-[0-9]+$';
    new.codigo_lote := 'LT-' || lpad(numero, greatest(4, length(numero)), '0');
  end if;
  return new;
end
$$;
comment on function privado.numerar_lote() is 'Disparador: LT-0001… por contrato cuando no se da un código.';

create function privado.avanzar_lote() returns trigger
language plpgsql set search_path = '' as $$
declare
  pasos constant text[] := array['En tránsito', 'Recibido', 'Secado', 'Exportado'];
begin
  if array_position(pasos, new.estado) < array_position(pasos, old.estado) then
    raise exception 'lote_no_retrocede' using errcode = 'PT409',
      detail = 'Un lote solo avanza: En tránsito, Recibido, Secado, Exportado.', hint = 'estado';
  end if;
  return new;
end
$$;
comment on function privado.avanzar_lote() is 'Disparador: un lote solo avanza de estado.';

-- A step that is skipped was taken at the same instant as the one reached.
create function privado.anotar_pasos() returns trigger
language plpgsql set search_path = '' as $$
declare
  ahora constant timestamptz := case tg_op when 'INSERT' then new.creado_en else clock_timestamp() end;
begin
  if tg_op = 'INSERT' then
    new.peso_inicial_qq := new.peso_qq;
    new.humedad_inicial := new.humedad;
  end if;
  -- What is there stays: only the owner of the table can have written it.
  if new.estado <> 'En tránsito' then
    new.recibido_en := coalesce(new.recibido_en, ahora);
  end if;
  if new.estado in ('Secado', 'Exportado') then
    new.secado_en := coalesce(new.secado_en, ahora);
  end if;
  if new.estado = 'Exportado' then
    new.exportado_en := coalesce(new.exportado_en, ahora);
  end if;
  return new;
end
$$;
comment on function privado.anotar_pasos() is 'Disparador: con qué se registró un lote y cuándo dio cada paso.';

revoke all on function privado.validar_lote(), privado.pesar_lote(), privado.acotar_lotes(), privado.numerar_lote(),
  privado.avanzar_lote(), privado.anotar_pasos() from public;

-- supabase/schemas/21_lotes/20_efectos.sql

-- What a lot does beyond its row: it closes its contract, is told in the conversation and to the other parties, and
-- adds to the progress and the indicators. Triggers of public.lotes_asociados.

create function privado.cerrar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Writes the row even when nothing changes: under repeatable read two transactions that export the last two
  -- lots do not see each other, and only a write makes the second fail instead of leaving the contract open.
  update public.contratos set estado = estado where id = new.contrato_id and estado <> 'Cerrado';
  update public.contratos c set estado = 'Cerrado'
  where c.id = new.contrato_id and c.estado <> 'Cerrado' and privado.toca_cerrar(c);
  return null;
end
$$;
comment on function privado.cerrar_contrato() is
  'Disparador: el contrato se cierra cuando un lote exportado cumple lo que dice su cierre.';

create function privado.contar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto, lote_id) values (
    new.contrato_id, 'sistema',
    case when tg_op = 'INSERT'
      then format('%s registró el lote %s: %s qq, %s %% de humedad.', privado.quien(), new.codigo_lote, new.peso_qq, new.humedad)
      else format('%s pasó el lote %s a %s.', privado.quien(), new.codigo_lote, new.estado) end,
    new.id
  );
  return null;
end
$$;
comment on function privado.contar_lote() is 'Disparador: lotes nuevos y sus estados, en la conversación.';

create function privado.avisar_de_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform privado.notificar(new.contrato_id, 'lote',
    case when tg_op = 'INSERT' then format('%s asoció el lote %s a %s.', privado.quien(), new.codigo_lote, codigo)
      else format('El lote %s de %s pasó a %s.', new.codigo_lote, codigo, new.estado) end,
    jsonb_build_object('codigo', codigo, 'lote_id', new.id, 'estado', new.estado));
  return null;
end
$$;
comment on function privado.avisar_de_lote() is 'Disparador: lotes nuevos y sus estados, avisados a las otras partes.';

-- By statement: the lots of one request are summed at once.
create function privado.sumar_lotes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  piezas privado.kpi_pieza[];
  cambios privado.kpi_pieza[];
begin
  if tg_op = 'UPDATE' then
    select array_agg((s.signo, null, null, s.lote)::privado.kpi_pieza) into cambios from (
      select 1 as signo, n::public.lotes_asociados as lote from nuevos n
      union all select -1, v::public.lotes_asociados from viejos v) as s;
  else
    select array_agg((1, null, null, n)::privado.kpi_pieza) into cambios from nuevos n;
  end if;
  with suma as (
    select (x.lote).contrato_id as id, sum(x.signo)::int as lotes,
      coalesce(sum(x.signo * (x.lote).peso_qq) filter (where (x.lote).estado <> 'En tránsito'), 0) as recibido,
      coalesce(sum(x.signo * (x.lote).peso_qq) filter (where (x.lote).estado = 'Exportado'), 0) as exportado
    from unnest(cambios) as x group by 1
  ),
  avance as (
    insert into public.avances as a (contrato_id, lotes, recibido_qq, exportado_qq)
    select s.id, s.lotes, s.recibido, s.exportado from suma s order by s.id
    on conflict (contrato_id) do update set lotes = a.lotes + excluded.lotes,
      recibido_qq = a.recibido_qq + excluded.recibido_qq, exportado_qq = a.exportado_qq + excluded.exportado_qq
    returning a.*
  )
  select array_agg(p) into piezas from (
    select (1, null, a, null)::privado.kpi_pieza as p from avance a
    union all
    select (-1, null, (a.contrato_id, a.lotes, a.recibido_qq - s.recibido, a.exportado_qq, a.tm_fijadas)::public.avances, null)::privado.kpi_pieza
    from avance a join suma s on s.id = a.contrato_id
  ) as t;
  -- A statement of its own, after the turn was taken: it sees what others did before.
  perform privado.anotar_kpis(array(
    select (z.signo, c, z.avance, z.lote)::privado.kpi_pieza
    from unnest(piezas || cambios) as z
    join public.contratos c on c.id = coalesce((z.lote).contrato_id, (z.avance).contrato_id)));
  return null;
end
$$;
comment on function privado.sumar_lotes() is 'Disparador: lo que unos lotes suman a los indicadores y al avance de sus contratos.';

revoke all on function privado.cerrar_contrato(), privado.contar_lote(), privado.avisar_de_lote(),
  privado.sumar_lotes() from public;

-- supabase/schemas/21_lotes/30_lotes_asociados.sql

-- The physical cocoa moved against a contract, whole: columns, who sees and writes them, every trigger in its order.
create table public.lotes_asociados (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  -- '' asks for the next LT-0001 of the contract.
  codigo_lote text not null default '',
  peso_qq numeric not null,
  humedad numeric not null,
  estado text not null default 'En tránsito',
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  -- Loss and deliveries are measured from what it was when it came and from when it took each step; no client writes
  -- either.
  peso_inicial_qq numeric not null,
  humedad_inicial numeric not null,
  recibido_en timestamptz,
  secado_en timestamptz,
  exportado_en timestamptz,
  -- What documentos_contrato refers to: a lot of that same contract.
  constraint lotes_asociados_id_contrato_key unique (id, contrato_id),
  constraint lotes_asociados_codigo_lote_valido check (
    codigo_lote ~ '^[[:alnum:]]([[:alnum:] ._/-]{0,38}[[:alnum:]])?$'),
  constraint lotes_asociados_peso_qq_valido check (peso_qq > 0 and peso_qq <= 1000000 and scale(peso_qq) <= 4),
  constraint lotes_asociados_humedad_valida check (humedad > 0 and humedad < 100 and scale(humedad) <= 2),
  constraint lotes_asociados_estado_valido check (estado in ('En tránsito', 'Recibido', 'Secado', 'Exportado')),
  constraint lotes_asociados_pasos_coherentes check (
    (recibido_en is null) = (estado = 'En tránsito')
    and (secado_en is null) = (estado in ('En tránsito', 'Recibido'))
    and (exportado_en is null) = (estado <> 'Exportado'))
);
comment on table public.lotes_asociados is 'Cacao físico asociado a un contrato.';
comment on column public.lotes_asociados.peso_qq is 'Peso en quintales de 100 lb (45,359237 kg).';
comment on column public.lotes_asociados.humedad is 'Humedad en porcentaje.';
comment on column public.lotes_asociados.peso_inicial_qq is 'Peso con el que se registró, en quintales.';
comment on column public.lotes_asociados.humedad_inicial is 'Humedad con la que se registró, en porcentaje.';
comment on column public.lotes_asociados.recibido_en is 'Cuándo quedó Recibido, o pasó de largo hacia otro estado.';

-- Serves the searches by code as well.
create unique index lotes_asociados_codigo_lote_key
  on public.lotes_asociados (contrato_id, privado.clave_lote(codigo_lote));

alter table public.lotes_asociados enable row level security;
create policy select_participante on public.lotes_asociados for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = lotes_asociados.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_parte on public.lotes_asociados for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );
create policy update_parte on public.lotes_asociados for update to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );

revoke all on public.lotes_asociados from anon, authenticated, service_role;
revoke all on sequence public.lotes_asociados_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, codigo_lote, peso_qq, humedad, estado), update (peso_qq, humedad, estado)
  on public.lotes_asociados to authenticated, service_role;

-- Apps follow it with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.lotes_asociados;

-- Before each row.
-- What a client writes in one request is bounded, changes apart from new rows.
create trigger _000_limitar_cambios before update on public.lotes_asociados
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.lotes_asociados
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Who writes lots, and in which contracts; takes the contract.
create trigger _100_validar_lote before insert or update on public.lotes_asociados
  for each row execute function privado.validar_lote();
-- The least weight: after who may write it, so that who may not is told no more than that.
create trigger _150_pesar_lote before insert on public.lotes_asociados
  for each row execute function privado.pesar_lote();
create trigger _160_pesar_cambio before update on public.lotes_asociados
  for each row when (old.peso_qq is distinct from new.peso_qq) execute function privado.pesar_lote();
-- How many lots a contract has at most.
create trigger _170_acotar_lotes before insert on public.lotes_asociados
  for each row execute function privado.acotar_lotes();
-- The next LT-0001 for a lot without code.
create trigger _200_numerar_lote before insert on public.lotes_asociados
  for each row execute function privado.numerar_lote();
-- A lot only moves forward.
create trigger _300_avanzar_lote before update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.avanzar_lote();
-- What it was when it came, and when it took each step.
create trigger _400_anotar_pasos before insert or update of estado on public.lotes_asociados
  for each row execute function privado.anotar_pasos();
-- When it was last changed.
create trigger _900_marcar_actualizado before update on public.lotes_asociados
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();

-- After each row.
-- The notice and the message come before the closing: a contract that closes with its last lot is told after the lot.
create trigger _030_notificar after insert on public.lotes_asociados
  for each row execute function privado.avisar_de_lote();
create trigger _040_notificar_estado after update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.avisar_de_lote();
create trigger _050_contar after insert on public.lotes_asociados
  for each row execute function privado.contar_lote();
create trigger _060_contar_estado after update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.contar_lote();
-- The contract closes when an exported lot fulfils what its closing says.
create trigger _500_cerrar_contrato after insert or update of estado on public.lotes_asociados
  for each row when (new.estado = 'Exportado') execute function privado.cerrar_contrato();

-- After the statement.
-- What its lots add to the progress of a contract and to the indicators.
create trigger _800_sumar after insert on public.lotes_asociados
  referencing new table as nuevos for each statement execute function privado.sumar_lotes();
create trigger _810_sumar_cambio after update on public.lotes_asociados
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_lotes();

-- supabase/schemas/22_documentos/10_tipos_documento.sql

-- What a phone, a scanner, an accountant or a surveyor sends is a paper too. This one list says what is admitted, for
-- the buckets, for the names that are proposed and for what Storage was told of a file; the functions hold the same one
-- and a test compares them.
create table privado.tipos_documento (
  mime text primary key,
  extensiones text[] not null,
  -- What clients call it besides.
  alias text[] not null default '{}'
);
comment on table privado.tipos_documento is 'Los tipos de archivo que se admiten como documento.';
revoke all on privado.tipos_documento from public, anon, authenticated, service_role;

insert into privado.tipos_documento (mime, extensiones, alias) values
  ('application/pdf', '{pdf}', '{application/x-pdf}'),
  ('application/xml', '{xml}', '{text/xml}'),
  -- Chrome on a Windows that has Excel says so of a .csv.
  ('text/csv', '{csv}', '{application/csv,application/vnd.ms-excel}'),
  ('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '{xlsx}', '{}'),
  ('application/vnd.oasis.opendocument.spreadsheet', '{ods}', '{}'),
  ('application/geo+json', '{geojson}', '{application/vnd.geo+json}'),
  ('application/zip', '{zip}', '{application/x-zip-compressed}'),
  ('image/jpeg', '{jpg,jpeg}', '{image/jpg}'),
  ('image/png', '{png}', '{}'),
  ('image/webp', '{webp}', '{}'),
  ('image/heic', '{heic,heif}', '{image/heif,image/heic-sequence,image/heif-sequence}'),
  ('image/tiff', '{tif,tiff}', '{}');

-- What a client says of its file is only what it says (Windows and Android send application/octet-stream for what they
-- do not know): the type of a document is judged by this at first, and by its bytes later.
create function privado.tipo_de_objeto(declarado text, objeto text) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_declarado constant text := lower(btrim(split_part(coalesce(declarado, ''), ';', 1)));
  v_extension constant text := lower(substring(objeto from '[.]([^./]+)$'));
begin
  return coalesce(
    (select t.mime from privado.tipos_documento t where t.mime = v_declarado),
    (select t.mime from privado.tipos_documento t where v_declarado = any (t.alias)),
    (select t.mime from privado.tipos_documento t
      where v_extension = any (t.extensiones) and v_declarado in ('', 'application/octet-stream')),
    nullif(v_declarado, ''), 'application/octet-stream');
end
$$;
comment on function privado.tipo_de_objeto(text, text) is
  'Tipo de un archivo por lo que dijo quien lo subió o, si no dijo nada, por su nombre.';
revoke all on function privado.tipo_de_objeto(text, text) from public;

-- supabase/schemas/22_documentos/20_reglas.sql

-- Who uploads a paper, and what is taken from its file. Triggers of public.documentos_contrato, and what they ask: an
-- app that uploads with the SDK and inserts the row gets what the function gives.

-- Asked by the policies of documents and of storage.objects and by the triggers.
create function privado.puede_subir(contrato bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.contratos c
    where c.id = contrato and c.eliminado_en is null
      and (
        (privado.participa(c.id) and (c.estado = 'Activo' or privado.mi_rol() <> 'proveedor'))
        or privado.es_admin()
      )
  );
end
$$;
comment on function privado.puede_subir(bigint) is
  '¿Puede el usuario subir documentos a este contrato? Un proveedor, solo si está activo.';
revoke all on function privado.puede_subir(bigint) from public;
grant execute on function privado.puede_subir(bigint) to authenticated, service_role;

-- Whoever registers an object and whoever removes or replaces it take this lock first, so that one sees
-- what the other did: a plain check would look at a snapshot from before. In plpgsql, which starts no executor of its
-- own.
create function privado.tomar_objeto(bucket text, objeto text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(bucket || '/' || objeto, 0));
end
$$;
comment on function privado.tomar_objeto(text, text) is 'Turno sobre un objeto hasta el fin de la transacción.';

-- A name is cleaned as the functions clean theirs; a contract without one has its code, with the extension of the file.
create function privado.validar_documento() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  if auth.uid() is not null and not privado.puede_subir(contrato.id) then
    raise exception 'documento_sin_permiso' using errcode = 'PT403',
      detail = 'Un proveedor solo sube documentos a contratos activos.';
  end if;
  new.subido_por := coalesce(auth.uid(), new.subido_por);
  new.etiqueta := nullif(lower(btrim(new.etiqueta)), '');
  new.sha256 := lower(new.sha256);
  new.nombre_archivo := btrim(privado.limpiar_nombre(normalize(coalesce(new.nombre_archivo, ''), NFC)));
  if new.nombre_archivo = '' then
    new.nombre_archivo := case when new.tipo = 'contrato'
      then contrato.codigo || coalesce(lower(substring(new.url_archivo from '[.][^./]+$')), '')
      else storage.filename(new.url_archivo) end;
  end if;
  if new.url_archivo is null
    or new.url_archivo !~ ('^(contratos|facturas|remisiones|lotes|documentos)/' || contrato.codigo || '/[^/]+$') then
    raise exception 'objeto_fuera_de_carpeta' using errcode = 'PT422',
      detail = 'El archivo debe estar en la carpeta del contrato: <bucket>/<codigo>/<archivo>.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.validar_documento() is
  'Disparador: quién sube documentos, a qué contrato y desde qué carpeta.';

-- The functions register as who asks. They say what they saw of the file in privado.subida, a setting of the
-- transaction in the very statement that inserts: no client of the API can set one, as none can set who it is
-- (request.jwt.claims is a setting too), and it holds for that object alone.
create function privado.leer_objeto() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_bucket constant text := split_part(new.url_archivo, '/', 1);
  v_objeto constant text := substr(new.url_archivo, length(v_bucket) + 2);
  subida constant jsonb := nullif(current_setting('privado.subida', true), '')::jsonb;
  dueno text;
begin
  perform privado.tomar_objeto(v_bucket, v_objeto);
  select o.owner_id, coalesce((o.metadata ->> 'size')::bigint, 0), privado.tipo_de_objeto(o.metadata ->> 'mimetype', o.name)
  into dueno, new.bytes, new.mime
  from storage.objects o where o.bucket_id = v_bucket and o.name = v_objeto;
  if not found then
    raise exception 'objeto_inexistente' using errcode = 'PT422',
      detail = 'Primero se sube el archivo y después se registra el documento.', hint = 'url_archivo';
  end if;
  if auth.uid() is not null and not privado.es_admin() and dueno is distinct from auth.uid()::text then
    raise exception 'objeto_ajeno' using errcode = 'PT403',
      detail = 'Un documento lo registra quien subió su archivo.', hint = 'url_archivo';
  end if;
  new.empresa_id := (select u.empresa_id from public.usuarios u where u.id = new.subido_por);
  if subida ->> 'objeto' = new.url_archivo then
    new.sha256 := subida ->> 'sha256';
    new.mime := subida ->> 'mime';
    new.huella_de := 'subida';
  end if;
  return new;
end
$$;
comment on function privado.leer_objeto() is
  'Disparador: el archivo existe; de él, o de quien lo vio llegar, se toman tamaño, tipo y huella.';

revoke all on function privado.tomar_objeto(text, text), privado.validar_documento(), privado.leer_objeto() from public;

-- supabase/schemas/22_documentos/25_efectos.sql

-- What a paper does beyond its row: it becomes the file of the contract, and is told in the conversation and to the
-- other parties. Triggers of public.documentos_contrato.

create function privado.fijar_archivo_pdf() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos set archivo_pdf = new.url_archivo where id = new.contrato_id;
  return null;
end
$$;
comment on function privado.fijar_archivo_pdf() is
  'Disparador: el último documento de tipo contrato es el archivo del contrato.';

create function privado.contar_documento() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto, documento_id)
  values (new.contrato_id, 'sistema', format('%s subió %s.', privado.quien(), new.nombre_archivo), new.id);
  return null;
end
$$;
comment on function privado.contar_documento() is 'Disparador: documentos nuevos, en la conversación.';

create function privado.avisar_de_documento() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform privado.notificar(new.contrato_id, 'documento', format('%s subió un documento a %s.', privado.quien(), codigo),
    jsonb_build_object('codigo', codigo, 'documento_id', new.id, 'tipo', new.tipo));
  return null;
end
$$;
comment on function privado.avisar_de_documento() is 'Disparador: documentos nuevos, avisados a las otras partes.';

revoke all on function privado.fijar_archivo_pdf(), privado.contar_documento(), privado.avisar_de_documento() from public;

-- supabase/schemas/22_documentos/30_documentos_contrato.sql

-- The legal papers of a contract, whole. A row always has its file, in the folder of its own contract, with the size
-- and type that Storage measured. Rows and their files are written once; no role of the API changes or deletes them.
create table public.documentos_contrato (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  lote_id bigint,
  tipo text not null,
  etiqueta text,
  nombre_archivo text not null default '',
  url_archivo text not null,
  -- No client writes it: a hash counts when the server computed it from the bytes, while they arrived or reading them
  -- later.
  sha256 text,
  bytes bigint not null default 0,
  mime text not null default '',
  fecha_subida timestamptz not null default now(),
  subido_por uuid references public.usuarios (id) on delete restrict,
  empresa_id bigint,
  huella_de text,
  revisado_en timestamptz,
  -- What mensajes refers to: a paper of that same contract. It begins with the contract, so that it serves its pages.
  constraint documentos_contrato_id_contrato_key unique (contrato_id, id),
  constraint documentos_contrato_lote_fkey foreign key (lote_id, contrato_id)
    references public.lotes_asociados (id, contrato_id) on delete restrict,
  constraint documentos_contrato_empresa_id_fkey foreign key (empresa_id)
    references public.empresas (id) on delete restrict,
  constraint documentos_contrato_url_archivo_key unique (url_archivo),
  constraint documentos_contrato_tipo_valido check (tipo in (
    'contrato', 'factura', 'guia_remision', 'analisis', 'certificado_calidad', 'pago', 'foto', 'otro')),
  -- The label of an analysis is part of the name of its file.
  constraint documentos_contrato_etiqueta_valida check (
    case when etiqueta is null then tipo <> 'analisis' else etiqueta ~ '^[a-z0-9][a-z0-9_-]{0,39}$' end),
  constraint documentos_contrato_nombre_archivo_valido check (
    length(nombre_archivo) between 1 and 255 and nombre_archivo !~ '[/\\]'
    and privado.es_texto_limpio(nombre_archivo, true)),
  constraint documentos_contrato_sha256_valido check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint documentos_contrato_huella_de_valida check (
    huella_de = 'sin_archivo' or (huella_de in ('subida', 'revision') and sha256 is not null)),
  constraint documentos_contrato_bytes_valido check (bytes >= 0)
);
comment on table public.documentos_contrato is 'Documentos legales de un contrato; no se modifican ni se borran.';
comment on column public.documentos_contrato.nombre_archivo is 'Nombre con el que se muestra y se descarga.';
comment on column public.documentos_contrato.url_archivo is 'Ruta del archivo: <bucket>/<objeto>.';
comment on column public.documentos_contrato.sha256 is
  'SHA-256 de sus bytes; mientras huella_de es nulo, lo que dijo un cliente de antes, o nada.';
comment on column public.documentos_contrato.mime is
  'Tipo de su contenido; mientras huella_de es nulo, el que dijo quien lo subió.';
comment on column public.documentos_contrato.empresa_id is 'Empresa de quien lo subió, ese día.';
comment on column public.documentos_contrato.huella_de is
  'De dónde sale sha256: subida o revision, del servidor; sin_archivo, si no hay qué leer; nulo, por revisar.';
comment on column public.documentos_contrato.revisado_en is
  'Cuándo leyó el servidor sus bytes guardados; nulo, por leer.';

-- Where one contract has most of the papers, the planner takes any other for as full: it is told that each has some
-- twenty.
alter table public.documentos_contrato alter column contrato_id set (n_distinct = -0.05);

create index documentos_contrato_lote_idx on public.documentos_contrato (lote_id, contrato_id);
-- The papers of a kind are numbered whatever their format: factura_001.xml is not beside factura_001.pdf.
create unique index documentos_contrato_numero_key
  on public.documentos_contrato (contrato_id, regexp_replace(url_archivo, '[.][^./]*$', ''))
  where url_archivo like 'contratos/%';
create index documentos_contrato_subido_por_idx on public.documentos_contrato (subido_por);
-- A repeated paper is one that the same company has already: what another has uploaded takes nothing away. Of those
-- seen to arrive alone: a hash that was read later cannot refuse what is registered already.
create unique index documentos_contrato_huella_key
  on public.documentos_contrato (contrato_id, empresa_id, sha256) nulls not distinct where huella_de = 'subida';
create index documentos_contrato_sha256_idx on public.documentos_contrato (contrato_id, sha256);
create index documentos_contrato_empresa_idx on public.documentos_contrato (empresa_id);
-- What is to be read, as privado.documentos_por_revisar() asks it.
create index documentos_contrato_por_revisar_idx on public.documentos_contrato (id)
  where revisado_en is null and huella_de is distinct from 'sin_archivo';

alter table public.documentos_contrato enable row level security;
create policy select_participante on public.documentos_contrato for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = documentos_contrato.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_participante on public.documentos_contrato for insert to authenticated
  with check (privado.puede_subir(contrato_id));

revoke all on public.documentos_contrato from anon, authenticated, service_role;
revoke all on sequence public.documentos_contrato_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, lote_id, tipo, etiqueta, nombre_archivo, url_archivo)
  on public.documentos_contrato to authenticated, service_role;

-- Apps follow it with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.documentos_contrato;

-- Before each row.
-- What a client writes in one request is bounded.
create trigger _000_limitar_filas before insert on public.documentos_contrato
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Who uploads papers, to which contract and from which folder; how they are called.
create trigger _100_validar_documento before insert on public.documentos_contrato
  for each row execute function privado.validar_documento();
-- The file is there; its size, type and hash.
create trigger _200_leer_objeto before insert on public.documentos_contrato
  for each row execute function privado.leer_objeto();

-- After each row.
-- The last paper of kind contrato is the file of the contract.
create trigger _500_fijar_archivo_pdf after insert on public.documentos_contrato
  for each row when (new.tipo = 'contrato') execute function privado.fijar_archivo_pdf();
-- It is told in the conversation of the contract.
create trigger _600_contar after insert on public.documentos_contrato
  for each row execute function privado.contar_documento();
-- And to each person of the other parties.
create trigger _700_notificar after insert on public.documentos_contrato
  for each row execute function privado.avisar_de_documento();

-- supabase/schemas/22_documentos/40_revision.sql

-- The server reads once what is stored of each paper. A hash that was computed while it arrived is bound to the name of
-- its object alone, which its owner could replace before it was registered; after, nobody can change it.
create function privado.documentos_por_revisar(despues_de bigint, tope integer)
returns table (id bigint, url_archivo text)
language sql stable security definer set search_path = '' as $$
  select d.id, d.url_archivo from public.documentos_contrato d
  where d.revisado_en is null and d.huella_de is distinct from 'sin_archivo' and d.id > despues_de order by d.id limit tope
$$;
comment on function privado.documentos_por_revisar(bigint, integer) is
  'Documentos cuyos bytes guardados el servidor no ha leído, después de uno dado.';

create function privado.anotar_revision(documento bigint, v_sha256 text, v_mime text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.documentos_contrato d
  set revisado_en = clock_timestamp(), sha256 = v_sha256, mime = coalesce(v_mime, d.mime),
    huella_de = case when v_sha256 is null then 'sin_archivo'
      -- As it was seen to arrive, it is that very paper.
      when d.huella_de = 'subida' and d.sha256 = v_sha256 then 'subida' else 'revision' end
  where d.id = documento and d.revisado_en is null and d.huella_de is distinct from 'sin_archivo'
$$;
comment on function privado.anotar_revision(bigint, text, text) is
  'Anota la huella y el tipo que el servidor leyó de los bytes de un documento; sin huella, que no hay archivo.';

revoke all on function privado.documentos_por_revisar(bigint, integer),
  privado.anotar_revision(bigint, text, text) from public;
grant execute on function privado.documentos_por_revisar(bigint, integer),
  privado.anotar_revision(bigint, text, text) to service_role;

-- supabase/schemas/22_documentos/50_nombre_documento.sql

-- The papers of a contract read well on disk: factura_001.pdf, analisis_humedad.csv. The name is proposed here and made
-- unique by the upload itself, which fails on a name that exists; then one asks again.
create function privado.nombre_libre(contrato public.contratos, base text) returns text
language plpgsql stable set search_path = '' as $$
declare
  -- contrato.pdf and analisis_humedad.csv carry no number when they are the first.
  numera_el_primero constant boolean := base !~ '^(contrato$|analisis_)';
  usados constant text[] := array(
    select regexp_replace(storage.filename(n.ruta), '\.[^.]*$', '') from (
      select o.name from storage.objects o
      -- '0' follows '/': everything in the folder, by the index on the name.
      where o.bucket_id = 'contratos'
        and o.name collate "C" > contrato.codigo || '/' and o.name collate "C" < contrato.codigo || '0'
      union all
      select d.url_archivo from public.documentos_contrato d where d.contrato_id = contrato.id
    ) as n (ruta)
  );
begin
  return (
    select contrato.codigo || '/' || p.nombre
    from generate_series(1, cardinality(usados) + 1) as n
    cross join lateral (
      select base || case when n > 1 or numera_el_primero
        then '_' || lpad(n::text, greatest(3, length(n::text)), '0') else '' end
    ) as p (nombre)
    where p.nombre <> all (usados) order by n limit 1
  );
end
$$;
comment on function privado.nombre_libre(public.contratos, text) is
  'Primer nombre sin usar, sin extensión, en la carpeta de un contrato.';

create function privado.proponer_nombre(contrato_id bigint, tipo text, etiqueta text, extension text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(contrato_id);
begin
  if auth.uid() is not null and not privado.puede_subir(contrato.id) then
    raise exception 'documento_sin_permiso' using errcode = 'PT403',
      detail = 'Un proveedor solo sube documentos a contratos activos.';
  elsif tipo is null or tipo not in (
    'contrato', 'factura', 'guia_remision', 'analisis', 'certificado_calidad', 'pago', 'foto', 'otro') then
    raise exception 'documento_tipo_invalido' using errcode = 'PT422',
      detail = 'El tipo de documento no es válido.', hint = 'tipo';
  elsif tipo = 'analisis' and coalesce(lower(btrim(etiqueta)), '') !~ '^[a-z0-9][a-z0-9_-]{0,39}$' then
    raise exception 'documento_etiqueta_invalida' using errcode = 'PT422',
      detail = 'Un análisis lleva una etiqueta de hasta 40 letras sin tilde, dígitos, _ o -, por ejemplo humedad.',
      hint = 'etiqueta';
  elsif not exists (select from privado.tipos_documento t where lower(proponer_nombre.extension) = any (t.extensiones)) then
    raise exception 'documento_extension_invalida' using errcode = 'PT422',
      detail = 'La extensión no es la de un tipo de archivo que se admita.', hint = 'extension';
  end if;
  return privado.nombre_libre(contrato, tipo || case when tipo = 'analisis' then '_' || lower(btrim(etiqueta)) else '' end)
    || '.' || lower(extension);
end
$$;
comment on function privado.proponer_nombre(bigint, text, text, text) is
  'Nombre para el próximo documento, si el usuario puede subirlo.';

create function public.siguiente_nombre_documento(
  contrato_id bigint, tipo text, etiqueta text default null, extension text default 'pdf'
) returns text
language sql volatile security invoker set search_path = '' as $$
  select privado.proponer_nombre(contrato_id, tipo, etiqueta, extension)
$$;
comment on function public.siguiente_nombre_documento(bigint, text, text, text) is
  'Nombre del objeto para el próximo documento de ese tipo, dentro del bucket contratos: CT-2025-00014/factura_002.pdf.';

revoke all on function privado.nombre_libre(public.contratos, text),
  privado.proponer_nombre(bigint, text, text, text) from public;
revoke all on function public.siguiente_nombre_documento(bigint, text, text, text) from public, anon, service_role;
grant execute on function privado.proponer_nombre(bigint, text, text, text),
  public.siguiente_nombre_documento(bigint, text, text, text) to authenticated;

-- supabase/schemas/23_fijaciones/10_sumas.sql

-- What is fixed of a contract, and at what price: P = Σ(TMᵢ × (NYᵢ + difᵢ)) / ΣTMᵢ, to the cent. And who sees it.

-- As mis_contratos, of those that its company signs. Asked by the policies of fijaciones.
create view privado.mis_firmas as
  select p.contrato_id from public.contratos_participantes p
  where p.empresa_id = (select privado.mi_empresa()) and not p.oculto and p.papel <> 'proveedor';
comment on view privado.mis_firmas is 'Contratos que firma la empresa del usuario.';
revoke all on privado.mis_firmas from public;
grant select on privado.mis_firmas to authenticated, service_role;

create function privado.tm_fijadas(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select coalesce(sum(f.tm), 0) from public.fijaciones f where f.contrato_id = contrato and f.anulada_en is null);
end
$$;
comment on function privado.tm_fijadas(bigint) is 'Toneladas fijadas de un contrato.';

create function privado.precio_promedio(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select round(sum(f.tm * f.precio_tm) / sum(f.tm), 2) from public.fijaciones f
    where f.contrato_id = contrato and f.anulada_en is null
  );
end
$$;
comment on function privado.precio_promedio(bigint) is
  'Precio promedio de las fijaciones de un contrato, en dólares por tonelada con centavos; null si no tiene.';

revoke all on function privado.tm_fijadas(bigint), privado.precio_promedio(bigint) from public;

-- supabase/schemas/23_fijaciones/20_reglas.sql

-- What is fixed never passes what was contracted, also when fifty fix at once; and the price of a contract to be fixed
-- is the average of what was fixed, and nothing else (privado.proteger_precio() sees to it in public.contratos).
-- Triggers of public.fijaciones.

-- The contract is taken before what is fixed is summed: whoever fixes waits for the others, and sees them.
create function privado.validar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if auth.uid() is not null and not privado.es_admin() and (
    privado.mi_rol() = 'proveedor' or privado.mi_empresa() not in (contrato.exportadora_id, contrato.contraparte_id)) then
    raise exception 'fijacion_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio que firma o un administrador fija precios.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  if tg_op = 'UPDATE' then
    if old.anulada_en is not null then
      raise exception 'fijacion_anulada' using errcode = 'PT409', detail = 'Esa fijación ya está anulada.';
    elsif new.motivo is null then
      raise exception 'fijacion_sin_motivo' using errcode = 'PT422',
        detail = 'Una fijación se anula diciendo por qué.', hint = 'motivo';
    end if;
    new.anulada_en := clock_timestamp();
    new.anulada_por := auth.uid();
    return new;
  end if;
  if contrato.modalidad_precio <> 'por fijar' then
    raise exception 'contrato_precio_fijo' using errcode = 'PT409', detail = 'El precio de este contrato no es por fijar.';
  elsif new.fecha > privado.hoy() then
    raise exception 'fijacion_futura' using errcode = 'PT422', detail = 'No se fija con fecha futura.', hint = 'fecha';
  elsif new.ny > 0 and new.ny + new.diferencial <= 0 then
    raise exception 'fijacion_sin_precio' using errcode = 'PT422',
      detail = 'Nueva York más el diferencial debe ser mayor que 0.', hint = 'diferencial';
  elsif privado.tm_fijadas(contrato.id) + new.tm > contrato.volumen_tm then
    raise exception 'fijacion_excede_volumen' using errcode = 'PT409',
      detail = 'Lo fijado pasaría del volumen del contrato.', hint = 'tm';
  end if;
  new.creado_por := coalesce(auth.uid(), new.creado_por);
  return new;
end
$$;
comment on function privado.validar_fijacion() is 'Disparador: quién fija y anula, en qué contratos y cuánto.';

create function privado.aplicar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  codigo text;
begin
  -- Written also when the average is the same: two transactions under repeatable read do not see each other's
  -- fixings, and only a write makes the second fail instead of passing the volume.
  update public.contratos c set precio_fijado_tm = privado.precio_promedio(c.id) where c.id = new.contrato_id
  returning c.codigo into codigo;
  -- Suppliers read the conversation and the notices: neither tells how much nor at what price.
  insert into public.mensajes (contrato_id, tipo, texto) values (new.contrato_id, 'sistema', format(
    case tg_op when 'INSERT' then '%s registró una fijación de precio.' else '%s anuló una fijación de precio.' end,
    privado.quien()));
  perform privado.notificar(new.contrato_id, 'contrato', format(
    case tg_op when 'INSERT' then '%s registró una fijación de precio en %s.' else '%s anuló una fijación de precio en %s.' end,
    privado.quien(), codigo), jsonb_build_object('codigo', codigo, 'fijacion_id', new.id));
  return null;
end
$$;
comment on function privado.aplicar_fijacion() is 'Disparador: precio promedio del contrato; se cuenta y se avisa.';

create function privado.sumar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  tm constant numeric := case when new.anulada_en is null then new.tm else 0 end
    - case when tg_op = 'UPDATE' and old.anulada_en is null then old.tm else 0 end;
  antes public.avances;
  ahora public.avances;
begin
  update public.avances a set tm_fijadas = a.tm_fijadas + tm where a.contrato_id = new.contrato_id returning a.* into ahora;
  antes := ahora;
  antes.tm_fijadas := ahora.tm_fijadas - tm;
  perform privado.anotar_kpis(array(
    select (s.signo, c, s.avance, null)::privado.kpi_pieza
    from (values (1, ahora), (-1, antes)) as s (signo, avance)
    join public.contratos c on c.id = new.contrato_id));
  return null;
end
$$;
comment on function privado.sumar_fijacion() is 'Disparador: lo que una fijación deja de tener abierto su contrato.';

revoke all on function privado.validar_fijacion(), privado.aplicar_fijacion(), privado.sumar_fijacion() from public;

-- supabase/schemas/23_fijaciones/30_fijaciones.sql

-- A price "por fijar" is fixed in parts, each at what New York was that day. Each part is evidence of a price: it is
-- never edited; a mistake is annulled, with its reason, and stays. Whoever is only associated to a contract (suppliers)
-- sees none.
create table public.fijaciones (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  tm numeric not null,
  ny numeric not null,
  diferencial numeric not null,
  precio_tm numeric not null generated always as (ny + diferencial) stored,
  fecha date not null default (now() at time zone 'America/Guayaquil')::date,
  creado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  motivo text,
  anulada_en timestamptz,
  anulada_por uuid references public.usuarios (id) on delete restrict,
  constraint fijaciones_tm_valida check (tm > 0 and tm <= 1000000 and scale(tm) <= 4),
  constraint fijaciones_ny_valido check (ny > 0 and ny <= 1000000 and scale(ny) <= 2),
  constraint fijaciones_diferencial_valido check (
    diferencial >= -1000000 and diferencial <= 1000000 and scale(diferencial) <= 2),
  constraint fijaciones_precio_tm_valido check (precio_tm > 0 and precio_tm <= 1000000),
  constraint fijaciones_fecha_valida check (fecha between '1990-01-01' and '2100-12-31'),
  constraint fijaciones_motivo_valido check (
    motivo = btrim(motivo) and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint fijaciones_anulacion_coherente check ((motivo is null) = (anulada_en is null))
);
comment on table public.fijaciones is 'Partes del volumen de un contrato por fijar, con su precio; no se editan: se anulan.';
comment on column public.fijaciones.tm is 'Toneladas métricas que se fijan.';
comment on column public.fijaciones.ny is 'Precio de Nueva York, en dólares por tonelada métrica.';
comment on column public.fijaciones.diferencial is 'Sobre Nueva York, con su signo, en dólares por tonelada métrica.';
comment on column public.fijaciones.motivo is 'Por qué se anuló.';

create index fijaciones_contrato_idx on public.fijaciones (contrato_id, id);
create index fijaciones_creado_por_idx on public.fijaciones (creado_por);
create index fijaciones_anulada_por_idx on public.fijaciones (anulada_por);

alter table public.fijaciones enable row level security;
create policy select_firmante on public.fijaciones for select to authenticated
  using (
    exists (select from privado.mis_firmas m where m.contrato_id = fijaciones.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_firmante on public.fijaciones for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and exists (
      select from privado.mis_firmas m where m.contrato_id = fijaciones.contrato_id))
  );
create policy update_firmante on public.fijaciones for update to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and exists (
      select from privado.mis_firmas m where m.contrato_id = fijaciones.contrato_id))
  );

revoke all on public.fijaciones from anon, authenticated, service_role;
revoke all on sequence public.fijaciones_id_seq from anon, authenticated, service_role;
-- To write its reason annuls it; nothing else of it changes.
grant select, insert (contrato_id, tm, ny, diferencial, fecha), update (motivo)
  on public.fijaciones to authenticated, service_role;

-- Before each row.
-- What a client writes in one request is bounded, changes apart from new rows.
create trigger _000_limitar_cambios before update on public.fijaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.fijaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Who fixes and annuls, in which contracts and how much; takes the contract.
create trigger _100_validar_fijacion before insert or update on public.fijaciones
  for each row execute function privado.validar_fijacion();

-- After each row.
-- The price of the contract is the average of what is fixed; it is told in the conversation, and to each person.
create trigger _500_aplicar after insert or update on public.fijaciones
  for each row execute function privado.aplicar_fijacion();
-- What its contract has open no more, in its progress and the indicators.
create trigger _800_sumar after insert or update on public.fijaciones
  for each row execute function privado.sumar_fijacion();

-- supabase/schemas/30_conversacion/10_mensajes_reglas.sql

-- The rules of public.mensajes: who signs a message and when, that it stays as it was said, that its contract's channel
-- hears it and the other parties are told of it.

-- The contract is locked before the id is taken: in one contract, ids are in the order of the commits, so that
-- whoever asks for what came after the last one it knows misses nothing.
create function privado.firmar_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What the system tells, it tells of what has just been allowed.
  if new.tipo = 'sistema' then
    perform from public.contratos c where c.id = new.contrato_id for no key update;
  else
    perform privado.exigir_contrato(new.contrato_id, bloquear => true);
  end if;
  new.id := nextval('public.mensajes_id_seq');
  new.creado_en := clock_timestamp();
  new.texto := btrim(new.texto, E' \t\r\n');
  if new.tipo = 'sistema' then
    new.autor := 'Triboka';
  else
    select u.id, u.nombre, e.nombre into new.usuario_id, new.autor, new.empresa
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  end if;
  return new;
end
$$;
comment on function privado.firmar_mensaje() is 'Disparador: número, hora y autor de un mensaje.';
revoke all on function privado.firmar_mensaje() from public;

create function privado.conservar_mensaje() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'mensaje_inmutable' using errcode = 'PT409', detail = 'Un mensaje no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_mensaje() is 'Disparador: los mensajes son evidencia.';
revoke all on function privado.conservar_mensaje() from public;

-- Whatever way its row came. A broadcast of a client may carry any event, so what counts as said is the row; what the
-- database sends carries meta.id.
create function privado.difundir_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform realtime.send(
    to_jsonb(new) || jsonb_build_object('contrato', codigo), 'mensaje', 'contrato:' || codigo, true);
  return null;
end
$$;
comment on function privado.difundir_mensaje() is 'Disparador: el mensaje llega al canal de su contrato.';
revoke all on function privado.difundir_mensaje() from public;

create function privado.avisar_de_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform privado.notificar(new.contrato_id, 'mensaje', format('Mensaje nuevo de %s en %s.', new.autor, codigo),
    jsonb_build_object('codigo', codigo, 'mensaje_id', new.id));
  return null;
end
$$;
comment on function privado.avisar_de_mensaje() is
  'Disparador: lo que alguien dice en la conversación, avisado a las otras partes.';
revoke all on function privado.avisar_de_mensaje() from public;

-- supabase/schemas/30_conversacion/20_mensajes.sql

-- What is said on a contract. Partners talk on it, and what they said is evidence: messages are never changed or
-- erased, and keep the names that their author and its company had. What happens to a contract is told here too, as
-- messages of tipo `sistema`, by the triggers of its other tables; the first message opens the channel.
create table public.mensajes (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  usuario_id uuid references public.usuarios (id) on delete restrict,
  tipo text not null default 'usuario',
  autor text not null default '',
  empresa text,
  texto text not null,
  documento_id bigint,
  lote_id bigint,
  id_cliente uuid,
  creado_en timestamptz not null default now(),
  -- What a message refers to is of its own contract.
  constraint mensajes_documento_fkey foreign key (documento_id, contrato_id)
    references public.documentos_contrato (id, contrato_id) on delete restrict,
  constraint mensajes_lote_fkey foreign key (lote_id, contrato_id)
    references public.lotes_asociados (id, contrato_id) on delete restrict,
  constraint mensajes_id_cliente_key unique (usuario_id, id_cliente),
  constraint mensajes_tipo_valido check (tipo in ('usuario', 'sistema')),
  constraint mensajes_autor_valido check ((tipo = 'sistema') = (usuario_id is null)),
  constraint mensajes_texto_valido check (
    length(texto) between 1 and 4000 and texto = btrim(texto, E' \t\r\n') and privado.es_texto_limpio(texto, false))
);
-- Where one contract has most of the messages, the planner takes any other for as full, and looks for its last ones
-- among those of all: the list of contracts, which counts what is unread in each, took 200 ms beside a conversation of
-- 100,000. It is told that a contract has some twenty.
alter table public.mensajes alter column contrato_id set (n_distinct = -0.05);
comment on table public.mensajes is 'Conversación de cada contrato; no se modifica ni se borra.';
comment on column public.mensajes.id is 'Creciente dentro de un contrato, en el orden en que los mensajes quedan escritos.';
comment on column public.mensajes.autor is 'Nombre que tenía quien lo escribió.';
comment on column public.mensajes.id_cliente is 'Lo pone la aplicación, para repetir un envío sin duplicarlo.';
create index mensajes_contrato_idx on public.mensajes (contrato_id, id desc);
create index mensajes_documento_idx on public.mensajes (documento_id, contrato_id);
create index mensajes_lote_idx on public.mensajes (lote_id, contrato_id);

alter table public.mensajes enable row level security;
create policy select_participante on public.mensajes for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = mensajes.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_participante on public.mensajes for insert to authenticated
  with check (privado.participa(contrato_id) or (select privado.es_admin()));

revoke all on public.mensajes from anon, authenticated, service_role;
revoke all on sequence public.mensajes_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, texto, documento_id, lote_id, id_cliente) on public.mensajes to authenticated;
grant select on public.mensajes to service_role;

-- Apps follow a conversation with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.mensajes;

-- What a client writes in one request has a limit.
create trigger _000_limitar_filas before insert on public.mensajes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Evidence: a message is not changed or erased.
create trigger _100_conservar before update or delete on public.mensajes
  for each row execute function privado.conservar_mensaje();
-- Its number, its hour and its author are the server's to say.
create trigger _100_firmar before insert on public.mensajes
  for each row execute function privado.firmar_mensaje();
-- Evidence: nor are all of them at once.
create trigger _110_conservar_todos before truncate on public.mensajes
  for each statement execute function privado.conservar_mensaje();
-- The channel of the contract hears it.
create trigger _500_difundir after insert on public.mensajes
  for each row execute function privado.difundir_mensaje();
-- What a person said is told to the other parties. What the system tells, they are told by the row that it is about.
create trigger _700_notificar after insert on public.mensajes
  for each row when (new.tipo = 'usuario') execute function privado.avisar_de_mensaje();

-- supabase/schemas/30_conversacion/30_lecturas_reglas.sql

-- The rules of public.lecturas: how far one may say to have read, and that it reads the notice too.
create function privado.avanzar_lectura() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    new.contrato_id := old.contrato_id;
  end if;
  -- What has not been written cannot have been read.
  new.hasta := least(new.hasta, coalesce((
    select m.id from public.mensajes m where m.contrato_id = new.contrato_id order by m.id desc limit 1), 0));
  if tg_op = 'UPDATE' then
    new.hasta := greatest(new.hasta, old.hasta);
  end if;
  new.leido_en := clock_timestamp();
  return new;
end
$$;
comment on function privado.avanzar_lectura() is 'Disparador: una lectura solo avanza, y no más allá de lo escrito.';
revoke all on function privado.avanzar_lectura() from public;

-- Reading a conversation to its end reads its notice.
create function privado.leer_aviso() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.notificaciones n set leida_en = clock_timestamp()
  where n.usuario_id = new.usuario_id and n.contrato_id = new.contrato_id and n.tipo = 'mensaje'
    and n.leida_en is null and (n.datos ->> 'mensaje_id')::bigint <= new.hasta;
  return null;
end
$$;
comment on function privado.leer_aviso() is 'Disparador: leída la conversación, leído su aviso.';
revoke all on function privado.leer_aviso() from public;

-- supabase/schemas/30_conversacion/40_lecturas.sql

-- How far each user has read, so that a list tells what is new.
create table public.lecturas (
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  usuario_id uuid not null default auth.uid() references public.usuarios (id) on delete restrict,
  hasta bigint not null,
  leido_en timestamptz not null default now(),
  constraint lecturas_contrato_id_key primary key (usuario_id, contrato_id),
  constraint lecturas_hasta_valido check (hasta >= 0)
);
comment on table public.lecturas is 'Hasta qué mensaje leyó cada usuario la conversación de un contrato.';
comment on column public.lecturas.hasta is 'Id del último mensaje leído; solo avanza.';
create index lecturas_contrato_idx on public.lecturas (contrato_id);

alter table public.lecturas enable row level security;
create policy select_propio on public.lecturas for select to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy insert_propio on public.lecturas for insert to authenticated
  with check (
    usuario_id = (select auth.uid()) and (privado.participa(contrato_id) or (select privado.es_admin()))
  );
create policy update_propio on public.lecturas for update to authenticated
  using (usuario_id = (select auth.uid()) and (privado.participa(contrato_id) or (select privado.es_admin())));

revoke all on public.lecturas from anon, authenticated, service_role;
grant select, insert (contrato_id, hasta), update (contrato_id, hasta) on public.lecturas to authenticated;
grant select on public.lecturas to service_role;

-- What a client changes in one request has a limit,
create trigger _000_limitar_cambios before update on public.lecturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- and so has what it writes anew.
create trigger _000_limitar_filas before insert on public.lecturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- It only advances, and not beyond what is written; an upsert is both, and keeps its contract.
create trigger _100_avanzar before insert or update on public.lecturas
  for each row execute function privado.avanzar_lectura();
-- Who has read the conversation has read its notice.
create trigger _500_leer_aviso after insert or update on public.lecturas
  for each row execute function privado.leer_aviso();

-- supabase/schemas/30_conversacion/50_sin_leer.sql

-- How much of a conversation is new to the caller.

-- For contracts that the caller has been let see; it stops counting at a hundred.
create function privado.sin_leer(contrato bigint) returns int
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select count(*) from (
      select from public.mensajes m
      where m.contrato_id = contrato and m.usuario_id is distinct from auth.uid() and m.id > coalesce((
        select l.hasta from public.lecturas l where l.contrato_id = contrato and l.usuario_id = auth.uid()), 0)
      order by m.id desc limit 100
    ) as nuevos
  );
end
$$;
comment on function privado.sin_leer(bigint) is 'Mensajes que el usuario no ha leído y no escribió; 100 son 100 o más.';
revoke all on function privado.sin_leer(bigint) from public;
grant execute on function privado.sin_leer(bigint) to authenticated;

-- supabase/schemas/30_conversacion/60_canales.sql

-- The private channels: who hears and who speaks on them. Realtime asks these policies when a channel is joined, and
-- again when a token is renewed; that somebody stops hearing at once is said by the triggers reautorizar_canal of
-- contratos_participantes, and reautorizar_canales of usuarios and empresas.
--
--   contrato:<codigo>        what the database tells of the contract, and the presence of who is looking at it
--   contrato:<codigo>:vivo   what clients tell one another (who is writing); the same people join it
--   usuario:<id>             a person's notices, which only it hears
create function privado.oye_canal(tema text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  if tema like 'usuario:%' then
    return tema = 'usuario:' || auth.uid() and privado.mi_rol() is not null;
  end if;
  return exists (
    select from public.contratos c
    where tema like 'contrato:%' and c.codigo = regexp_replace(substr(tema, 10), ':vivo$', '')
      and c.eliminado_en is null and (privado.participa(c.id) or privado.es_admin())
  );
end
$$;
comment on function privado.oye_canal(text) is
  '¿Oye el usuario este canal: el suyo, o uno de los dos de un contrato del que es parte?';
revoke all on function privado.oye_canal(text) from public;
grant execute on function privado.oye_canal(text) to authenticated;

create policy triboka_select_participante on realtime.messages for select to authenticated
  using (extension in ('broadcast', 'presence') and (select privado.oye_canal((select realtime.topic()))));

-- Realtime shows a policy the topic and the extension of what a client wants to send, never its event, and asks once
-- per channel: an event `mensaje` with somebody else's name cannot be refused, a topic can. So the topics on which the
-- database speaks hear no client's broadcast.
create policy triboka_insert_participante on realtime.messages for insert to authenticated
  with check (
    case extension
      when 'broadcast' then (select realtime.topic()) like 'contrato:%:vivo'
      when 'presence' then (select realtime.topic()) like 'contrato:%'
      else false
    end
    and (select privado.oye_canal((select realtime.topic()))));

-- supabase/schemas/31_avisos/10_tipos_de_aviso.sql

-- What people are told of: the one list. The checks of preferencias and notificaciones and what a profile shows come
-- from here.
create function privado.tipos_de_aviso() returns text[]
language sql immutable parallel safe set search_path = '' as $$
  select '{contrato,documento,lote,participante,mensaje,precio,respaldo}'::text[]
$$;
comment on function privado.tipos_de_aviso() is 'De qué se avisa a las personas.';
revoke all on function privado.tipos_de_aviso() from public;
grant execute on function privado.tipos_de_aviso() to authenticated, service_role;

-- supabase/schemas/31_avisos/20_preferencias.sql

-- Each person chooses what it is told of, and where.
create table public.preferencias (
  usuario_id uuid not null default auth.uid() references public.usuarios (id) on delete cascade,
  tipo text not null,
  en_app boolean not null default true,
  push boolean not null default true,
  primary key (usuario_id, tipo),
  constraint preferencias_tipo_valido check (tipo = any (privado.tipos_de_aviso()))
);
comment on table public.preferencias is
  'De qué quiere cada usuario que se le avise, y por dónde; lo que no está aquí se avisa por ambos.';

alter table public.preferencias enable row level security;
create policy select_propio on public.preferencias for select to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy insert_propio on public.preferencias for insert to authenticated
  with check (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy update_propio on public.preferencias for update to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);

revoke all on public.preferencias from anon, authenticated, service_role;
grant select, insert (tipo, en_app, push), update (tipo, en_app, push) on public.preferencias to authenticated;

-- What a client changes in one request has a limit,
create trigger _000_limitar_cambios before update on public.preferencias
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- and so has what it writes anew.
create trigger _000_limitar_filas before insert on public.preferencias
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();

-- supabase/schemas/31_avisos/30_notificaciones_reglas.sql

-- Where a notice goes: to its person's channel, and to the queue of its devices. The new notices of a statement go out
-- together, one insert to each: by one row at a time, telling many people cost more than the change it tells of. A
-- burst, which is one row of each person again, goes row by row.

-- To the person's own channel, which only it may hear and nobody may speak on.
create function privado.difundir_notificaciones() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What realtime.send does for one; as there, a channel that fails does not undo what it tells of.
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'usuario:' || n.usuario_id, 'notificacion', to_jsonb(n) - '{usuario_id,en_app,push}'::text[], true, 'broadcast'
  from nuevas n where n.en_app;
  return null;
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
  return null;
end
$$;
comment on function privado.difundir_notificaciones() is 'Disparador: los avisos llegan al canal de cada usuario.';
revoke all on function privado.difundir_notificaciones() from public;

create function privado.difundir_notificacion() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(to_jsonb(new) - 'usuario_id' - 'en_app' - 'push', 'notificacion', 'usuario:' || new.usuario_id, true);
  return null;
end
$$;
comment on function privado.difundir_notificacion() is 'Disparador: el aviso llega al canal de su usuario.';
revoke all on function privado.difundir_notificacion() from public;

-- To the queue (32_push): a notice without contract goes under contract 0.
create function privado.encolar_pushes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.push_cola (notificacion_id, dispositivo_id, contrato_id)
  select n.id, d.id, coalesce(n.contrato_id, 0)
  from nuevas n join public.dispositivos d on d.usuario_id = n.usuario_id
  where n.push order by d.id, n.id;
  if found then
    perform pg_notify('push', '');
  end if;
  return null;
end
$$;
comment on function privado.encolar_pushes() is
  'Disparador: los avisos esperan su envío a los dispositivos de cada usuario.';
revoke all on function privado.encolar_pushes() from public;

create function privado.encolar_push() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.push_cola (notificacion_id, dispositivo_id, contrato_id)
  select new.id, d.id, coalesce(new.contrato_id, 0)
  from public.dispositivos d where d.usuario_id = new.usuario_id order by d.id
  on conflict do nothing;
  if found then
    perform pg_notify('push', '');
  end if;
  return null;
end
$$;
comment on function privado.encolar_push() is 'Disparador: el aviso espera su envío a los dispositivos de su usuario.';
revoke all on function privado.encolar_push() from public;

-- supabase/schemas/31_avisos/40_notificaciones.sql

-- Notices: whoever is party to a contract is told of what the others do on it, and an administrator of what waits for
-- it, in the same transaction: nothing that was written goes untold, and nothing is told that was not written. Texts
-- are for a locked screen too: no price, no volume, nothing that somebody wrote.
create sequence public.notificaciones_orden_seq;
create table public.notificaciones (
  id bigint generated always as identity primary key,
  usuario_id uuid not null references public.usuarios (id) on delete cascade,
  contrato_id bigint references public.contratos (id) on delete restrict,
  tipo text not null,
  texto text not null,
  datos jsonb not null default '{}',
  cantidad int not null default 1,
  en_app boolean not null,
  push boolean not null,
  orden bigint not null default nextval('public.notificaciones_orden_seq'),
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  leida_en timestamptz,
  -- Not everything that a person is told of happens on a contract.
  constraint notificaciones_contrato_id_valido check ((contrato_id is null) = (tipo in ('precio', 'respaldo'))),
  constraint notificaciones_cantidad_valida check (cantidad > 0)
);
-- The kinds of privado.tipos_de_aviso(), which are written into the check: one that called it would run it anew in every
-- statement, and that was a tenth of what a notice costs.
do $$
begin
  execute format('alter table public.notificaciones add constraint notificaciones_tipo_valido check (tipo = any (%L))',
    privado.tipos_de_aviso());
end
$$;
alter sequence public.notificaciones_orden_seq owned by public.notificaciones.orden;
comment on table public.notificaciones is
  'Avisos a cada usuario de lo que otros hicieron en sus contratos, y a los administradores de lo que los espera.';
comment on column public.notificaciones.cantidad is 'Mensajes de la conversación que junta este aviso.';
comment on column public.notificaciones.orden is 'Crece cada vez que el aviso vuelve a suceder: el último es el mayor.';
create index notificaciones_sin_leer_idx on public.notificaciones (usuario_id, orden desc) where leida_en is null;
create index notificaciones_leidas_idx on public.notificaciones (usuario_id, orden desc) where leida_en is not null;
create index notificaciones_usuario_idx on public.notificaciones (usuario_id);
create index notificaciones_contrato_idx on public.notificaciones (contrato_id);
-- What is said in a contract is one notice until it is read.
create unique index notificaciones_rafaga_key on public.notificaciones (usuario_id, contrato_id)
  where tipo = 'mensaje' and leida_en is null;

alter table public.notificaciones enable row level security;
create policy select_propio on public.notificaciones for select to authenticated
  using (usuario_id = (select auth.uid()) and en_app and (select privado.mi_rol()) is not null);

revoke all on public.notificaciones from anon, authenticated, service_role;
revoke all on sequence public.notificaciones_id_seq, public.notificaciones_orden_seq
  from anon, authenticated, service_role;
grant select on public.notificaciones to authenticated;

-- The new ones of a statement reach the channels of their people,
create trigger _500_difundir after insert on public.notificaciones
  referencing new table as nuevas for each statement execute function privado.difundir_notificaciones();
-- and so does a burst that grew by one.
create trigger _510_difundir_rafaga after update of cantidad on public.notificaciones
  for each row when (new.en_app) execute function privado.difundir_notificacion();
-- The new ones of a statement wait for their devices.
create trigger _600_encolar after insert on public.notificaciones
  referencing new table as nuevas for each statement execute function privado.encolar_pushes();
-- A burst rings at 1, 2, 4, 8… messages: the phone shows the last count, and is not worn out.
create trigger _610_encolar_rafaga after update of cantidad on public.notificaciones
  for each row when (new.push and new.cantidad & (new.cantidad - 1) = 0) execute function privado.encolar_push();

-- supabase/schemas/31_avisos/50_notificar.sql

-- Who is told: of what happens on a contract, the other parties, but not the actor and its own company; of what waits
-- for an administrator, all of them. In the order of users: two transactions that tell the same people never wait for
-- each other crosswise.

create function privado.notificar(
  v_contrato bigint, v_tipo text, v_texto text, v_datos jsonb default '{}', v_ademas bigint default null
) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  actor constant uuid := auth.uid();
  empresa constant bigint := privado.mi_empresa();
begin
  insert into public.notificaciones as n (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
  select u.id, v_contrato, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from public.usuarios u
  join public.empresas e on e.id = u.empresa_id and e.activo
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.activo and u.id is distinct from actor and u.empresa_id is distinct from empresa
    and u.empresa_id = any (v_ademas || array(
      select p.empresa_id from public.contratos_participantes p where p.contrato_id = v_contrato and not p.oculto))
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
  on conflict (usuario_id, contrato_id) where tipo = 'mensaje' and leida_en is null do update
  set cantidad = n.cantidad + 1, datos = excluded.datos, en_app = excluded.en_app, push = excluded.push,
    texto = (n.cantidad + 1) || ' mensajes nuevos en ' || (excluded.datos ->> 'codigo') || '.',
    orden = nextval('public.notificaciones_orden_seq'), actualizado_en = clock_timestamp();
end
$$;
comment on function privado.notificar(bigint, text, text, jsonb, bigint) is
  'Avisa a los usuarios activos de las otras partes de un contrato, y a los de una empresa que ya no lo es.';
revoke all on function privado.notificar(bigint, text, text, jsonb, bigint) from public;

create function privado.notificar_administradores(v_tipo text, v_texto text, v_datos jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.notificaciones (usuario_id, tipo, texto, datos, en_app, push)
  select u.id, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from public.usuarios u
  left join public.empresas e on e.id = u.empresa_id
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.rol = 'admin' and u.activo and coalesce(e.activo, true)
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
$$;
comment on function privado.notificar_administradores(text, text, jsonb) is 'Avisa a los administradores activos.';
revoke all on function privado.notificar_administradores(text, text, jsonb) from public;

-- supabase/schemas/31_avisos/60_leer_notificaciones.sql

-- The caller reads its notices, and is told how many are left.
create function privado.leer_notificaciones(v_ids bigint[]) returns int
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  -- By contract: whoever writes in one waits only for its own notices, so nobody waits crosswise.
  update public.notificaciones n set leida_en = clock_timestamp()
  from (
    select x.id from public.notificaciones x
    where x.usuario_id = auth.uid() and x.leida_en is null and x.en_app and (v_ids is null or x.id = any (v_ids))
    order by x.contrato_id, x.id for update
  ) as suyas
  where n.id = suyas.id;
  return privado.avisos_sin_leer();
end
$$;
comment on function privado.leer_notificaciones(bigint[]) is 'Marca avisos propios como leídos; null son todos.';
revoke all on function privado.leer_notificaciones(bigint[]) from public;
grant execute on function privado.leer_notificaciones(bigint[]) to authenticated;

create function privado.avisos_sin_leer() returns int
language sql stable security definer set search_path = '' as $$
  select count(*)::int from (
    select from public.notificaciones n where n.usuario_id = auth.uid() and n.leida_en is null and n.en_app limit 100
  ) as nuevos
$$;
comment on function privado.avisos_sin_leer() is 'Avisos del usuario sin leer; 100 son 100 o más.';
revoke all on function privado.avisos_sin_leer() from public;
grant execute on function privado.avisos_sin_leer() to authenticated;

create function public.leer_notificaciones(ids bigint[] default null) returns int
language sql volatile security invoker set search_path = '' as $$
  select privado.leer_notificaciones(ids)
$$;
comment on function public.leer_notificaciones(bigint[]) is
  'Marca como leídos los avisos dados, o todos; da cuántos quedan sin leer (100 son 100 o más).';
revoke all on function public.leer_notificaciones(bigint[]) from public, anon, service_role;
grant execute on function public.leer_notificaciones(bigint[]) to authenticated;

-- supabase/schemas/32_push/10_dispositivos.sql

-- A notice reaches the phone as well: the devices of each user.
create table public.dispositivos (
  id bigint generated always as identity primary key,
  usuario_id uuid not null references public.usuarios (id) on delete cascade,
  token text not null unique,
  plataforma text not null,
  creado_en timestamptz not null default now(),
  visto_en timestamptz not null default now(),
  constraint dispositivos_token_valido check (length(token) <= 4096 and token ~ '^[[:graph:]]+$'),
  constraint dispositivos_plataforma_valida check (plataforma in ('android', 'ios', 'web'))
);
comment on table public.dispositivos is 'Dónde recibe cada usuario sus avisos fuera de la aplicación.';
comment on column public.dispositivos.token is 'El que da Firebase; es de quien lo registró por última vez.';
create index dispositivos_usuario_idx on public.dispositivos (usuario_id);

alter table public.dispositivos enable row level security;
create policy select_propio on public.dispositivos for select to authenticated
  using (usuario_id = (select auth.uid()) and (select privado.mi_rol()) is not null);
create policy delete_propio on public.dispositivos for delete to authenticated
  using (usuario_id = (select auth.uid()));

-- A device is registered by public.registrar_dispositivo alone.
revoke all on public.dispositivos from anon, authenticated, service_role;
revoke all on sequence public.dispositivos_id_seq from anon, authenticated, service_role;
grant select, delete on public.dispositivos to authenticated;

-- supabase/schemas/32_push/20_registrar_dispositivo.sql

-- Whose device it is: of who registered it last. A lost phone, or one of who was switched off, is forgotten by a
-- trigger of public.usuarios; entering again registers it again.
create function privado.registrar_dispositivo(v_token text, v_plataforma text) returns public.dispositivos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.dispositivos;
begin
  perform privado.exigir_cuenta();
  -- Another person's device: what waits for it was not for who holds it now.
  delete from public.dispositivos d where d.token = v_token and d.usuario_id <> auth.uid();
  insert into public.dispositivos as d (usuario_id, token, plataforma) values (auth.uid(), v_token, v_plataforma)
  on conflict (token) do update set visto_en = now(), plataforma = excluded.plataforma
    where d.usuario_id = excluded.usuario_id
  returning * into fila;
  if fila.id is null then
    raise exception 'dispositivo_en_disputa' using errcode = 'PT409',
      detail = 'Otra cuenta registró ese dispositivo a la vez: vuelva a intentarlo.', hint = 'token';
  end if;
  -- The oldest leave: nobody carries more than twenty.
  delete from public.dispositivos d where d.id in (
    select x.id from public.dispositivos x where x.usuario_id = auth.uid() order by x.visto_en desc, x.id desc offset 20);
  return fila;
end
$$;
comment on function privado.registrar_dispositivo(text, text) is 'El dispositivo es de quien llama, y de nadie más.';
revoke all on function privado.registrar_dispositivo(text, text) from public;
grant execute on function privado.registrar_dispositivo(text, text) to authenticated;

create function public.registrar_dispositivo(token text, plataforma text) returns public.dispositivos
language sql volatile security invoker set search_path = '' as $$
  select privado.registrar_dispositivo(token, plataforma)
$$;
comment on function public.registrar_dispositivo(text, text) is
  'Los avisos de quien llama llegan también a este dispositivo; de otra cuenta, deja de serlo.';
revoke all on function public.registrar_dispositivo(text, text) from public, anon, service_role;
grant execute on function public.registrar_dispositivo(text, text) to authenticated;

-- supabase/schemas/32_push/30_cola.sql

-- The outbox of push: what has to be sent is written in the transaction of the notice itself, one row per device, so
-- that it is neither lost nor sent for what never happened; whoever sends takes batches of it. It has no triggers: its
-- rows come from those of public.notificaciones.
create table privado.push_cola (
  id bigint generated always as identity primary key,
  notificacion_id bigint not null references public.notificaciones (id) on delete cascade,
  dispositivo_id bigint not null references public.dispositivos (id) on delete cascade,
  contrato_id bigint not null,
  muerta boolean not null default false,
  intentos int not null default 0,
  desde timestamptz not null default now(),
  tomada_hasta timestamptz,
  motivo text,
  creado_en timestamptz not null default now(),
  constraint push_cola_notificacion_key unique (notificacion_id, dispositivo_id)
);
comment on table privado.push_cola is 'Avisos por enviar a cada dispositivo, y los que no se pudieron con su motivo.';
comment on column privado.push_cola.contrato_id is '0 es un aviso sin contrato.';
comment on column privado.push_cola.desde is 'No antes de esta hora: crece con cada intento.';
comment on column privado.push_cola.tomada_hasta is 'Quien la tomó la envía hasta entonces; después, otro.';
-- Of a contract and a device, only the first that waits may leave: they arrive in order.
create index push_cola_turno_idx on privado.push_cola (dispositivo_id, contrato_id, id) where not muerta;
create index push_cola_espera_idx on privado.push_cola (id) where not muerta;

-- Nobody touches it but the functions of 40_envio.sql and 50_estado.sql, which the service role calls.
revoke all on privado.push_cola from public;

-- supabase/schemas/32_push/40_envio.sql

-- How the queue is emptied: the service role takes what is next, keeps it while it sends, and says what became of it.

-- The text is that of the moment of sending: a burst tells how many by then.
create function privado.push_tomar(tope int, plazo interval) returns table (
  id bigint, intentos int, token text, notificacion_id bigint, contrato_id bigint, tipo text, texto text, codigo text)
language plpgsql volatile security definer set search_path = '' as $$
begin
  return query
  with turno as (
    select q.id from privado.push_cola q
    where not q.muerta and q.desde <= clock_timestamp() and coalesce(q.tomada_hasta <= clock_timestamp(), true)
      and not exists (
        select from privado.push_cola antes
        where antes.dispositivo_id = q.dispositivo_id and antes.contrato_id = q.contrato_id
          and not antes.muerta and antes.id < q.id)
    order by q.id limit tope for update skip locked
  ), tomadas as (
    update privado.push_cola q set tomada_hasta = clock_timestamp() + plazo from turno where q.id = turno.id
    returning q.id, q.intentos, q.dispositivo_id, q.notificacion_id
  )
  select t.id, t.intentos, d.token, n.id, n.contrato_id, n.tipo, n.texto, n.datos ->> 'codigo'
  from tomadas t join public.dispositivos d on d.id = t.dispositivo_id
  join public.notificaciones n on n.id = t.notificacion_id order by t.id;
end
$$;
comment on function privado.push_tomar(int, interval) is
  'Toma avisos por enviar, por un plazo; de cada contrato y dispositivo, solo el primero.';
revoke all on function privado.push_tomar(int, interval) from public;
grant execute on function privado.push_tomar(int, interval) to service_role;

create function privado.push_prorrogar(ids bigint[], plazo interval) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.push_cola set tomada_hasta = clock_timestamp() + plazo where id = any (ids)
$$;
comment on function privado.push_prorrogar(bigint[], interval) is 'Quien tomó esos avisos sigue enviándolos.';
revoke all on function privado.push_prorrogar(bigint[], interval) from public;
grant execute on function privado.push_prorrogar(bigint[], interval) to service_role;

create function privado.push_resultado(
  enviadas bigint[], sin_registro bigint[], reintentos bigint[], esperas double precision[], muertas bigint[], motivos jsonb
) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.dispositivos d using privado.push_cola q where q.id = any (sin_registro) and d.id = q.dispositivo_id;
  delete from privado.push_cola q where q.id = any (enviadas);
  update privado.push_cola q
  set intentos = q.intentos + 1, tomada_hasta = null, motivo = motivos ->> q.id::text,
    desde = clock_timestamp() + make_interval(secs => r.espera)
  from unnest(reintentos, esperas) as r (id, espera) where q.id = r.id;
  update privado.push_cola q
  set muerta = true, intentos = q.intentos + 1, tomada_hasta = null, motivo = motivos ->> q.id::text
  where q.id = any (muertas);
end
$$;
comment on function privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb) is
  'Qué fue de los avisos tomados: enviados, sin dispositivo, por repetir tras unos segundos, o muertos con su motivo.';
revoke all on function privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb)
  from public;
grant execute on function privado.push_resultado(bigint[], bigint[], bigint[], double precision[], bigint[], jsonb)
  to service_role;

-- Yesterday's news is not sent: neither after a long outage nor where nobody sends.
create function privado.push_barrer() returns bigint
language sql volatile security definer set search_path = '' as $$
  with viejas as (
    delete from privado.push_cola q
    where q.creado_en < now() - case when q.muerta then interval '30 days' else interval '1 day' end returning 1
  ) select count(*) from viejas
$$;
comment on function privado.push_barrer() is 'Quita los envíos de hace más de un día, y los muertos de hace un mes.';
revoke all on function privado.push_barrer() from public;
grant execute on function privado.push_barrer() to service_role;

-- supabase/schemas/32_push/50_estado.sql

-- How the queue is: whoever watches the system sees how many notices wait for the phone, and an administrator which
-- could not be sent.
create function privado.push_estado(out pendientes bigint, out muertas bigint)
language sql stable security definer set search_path = '' as $$
  select count(*) filter (where not q.muerta), count(*) filter (where q.muerta) from privado.push_cola q
$$;
comment on function privado.push_estado() is 'Cuántos avisos esperan su envío, y cuántos no se pudieron enviar.';
revoke all on function privado.push_estado() from public;
grant execute on function privado.push_estado() to service_role;

create function privado.push_muertas(tope int) returns table (
  id bigint, notificacion_id bigint, usuario_id uuid, plataforma text, intentos int, motivo text, creado_en timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not privado.es_admin() then
    raise exception 'push_solo_admin' using errcode = 'PT403',
      detail = 'Solo un administrador ve los envíos que fallaron.';
  end if;
  return query
  select q.id, q.notificacion_id, d.usuario_id, d.plataforma, q.intentos, q.motivo, q.creado_en
  from privado.push_cola q join public.dispositivos d on d.id = q.dispositivo_id
  where q.muerta order by q.id desc limit least(tope, 1000);
end
$$;
comment on function privado.push_muertas(int) is 'Los últimos envíos que no se pudieron hacer, con su motivo.';
revoke all on function privado.push_muertas(int) from public;
grant execute on function privado.push_muertas(int) to authenticated;

create function public.push_muertas(tope int default 100) returns table (
  id bigint, notificacion_id bigint, usuario_id uuid, plataforma text, intentos int, motivo text, creado_en timestamptz)
language sql stable security invoker set search_path = '' as $$
  select * from privado.push_muertas(tope)
$$;
comment on function public.push_muertas(int) is 'Los últimos envíos que no se pudieron hacer, con su motivo; administradores.';
revoke all on function public.push_muertas(int) from public, anon, service_role;
grant execute on function public.push_muertas(int) to authenticated;

-- supabase/schemas/40_parametros/10_valores.sql

-- What a parameter of the calculators may hold: each kind has a value of its own shape and limits, and its variants.
-- The checks of public.parametros ask here, so whatever way a value is written, a calculation can trust it.

-- The first step is 0, so that every calificación has its discount; a worse one never discounts less.
create function privado.tramos_validos(tramos jsonb) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  tramo jsonb;
  antes jsonb;
begin
  if jsonb_typeof(tramos) is distinct from 'array' or jsonb_array_length(tramos) not between 1 and 200 then
    return false;
  end if;
  for tramo in select t from jsonb_array_elements(tramos) with ordinality as e (t, n) order by n loop
    if jsonb_typeof(tramo) <> 'object' or tramo - '{calificacion,descuento}'::text[] <> '{}'
      or not privado.numero_valido(tramo -> 'calificacion', 0, 100, 2)
      or not privado.numero_valido(tramo -> 'descuento', 0, 99.9999, 4) then
      return false;
    elsif antes is null then
      if (tramo ->> 'calificacion')::numeric <> 0 then
        return false;
      end if;
    elsif (tramo ->> 'calificacion')::numeric <= (antes ->> 'calificacion')::numeric
      or (tramo ->> 'descuento')::numeric < (antes ->> 'descuento')::numeric then
      return false;
    end if;
    antes := tramo;
  end loop;
  return true;
end
$$;
comment on function privado.tramos_validos(jsonb) is
  'Tabla de descuentos: calificaciones crecientes desde 0, con descuentos que no bajan.';
revoke all on function privado.tramos_validos(jsonb) from public;
grant execute on function privado.tramos_validos(jsonb) to authenticated;

-- A limit that an edition does not set is absent.
create function privado.grados_validos(grados jsonb) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  grado jsonb;
  vistos text[] := '{}';
  limite record;
begin
  if jsonb_typeof(grados) is distinct from 'array' or jsonb_array_length(grados) not between 1 and 20 then
    return false;
  end if;
  for grado in select g from jsonb_array_elements(grados) as e (g) loop
    if jsonb_typeof(grado) <> 'object' or jsonb_typeof(grado -> 'grado') is distinct from 'string'
      or not privado.nombre_valido(grado ->> 'grado', 20)
      or grado ->> 'grado' = any (vistos) then
      return false;
    end if;
    vistos := vistos || (grado ->> 'grado');
    for limite in select e.key, e.value from jsonb_each(grado - 'grado') as e loop
      if limite.key = 'gramos_100' then
        if jsonb_typeof(limite.value) <> 'array' or jsonb_array_length(limite.value) <> 2
          or not privado.numero_valido(limite.value -> 0, 1, 1000, 2)
          or not privado.numero_valido(limite.value -> 1, 1, 1000, 2)
          or (limite.value ->> 0)::numeric > (limite.value ->> 1)::numeric then
          return false;
        end if;
      elsif limite.key not in ('bien_fermentado_min', 'ligeramente_fermentado_min', 'fermentado_min', 'violeta_max',
        'pizarroso_max', 'moho_max', 'defectos_max', 'humedad_max')
        or not privado.numero_valido(limite.value, 0, 100, 2) then
        return false;
      end if;
    end loop;
  end loop;
  return true;
end
$$;
comment on function privado.grados_validos(jsonb) is 'Grados de una norma de calidad, del mejor al peor, con sus límites.';
revoke all on function privado.grados_validos(jsonb) from public;
grant execute on function privado.grados_validos(jsonb) to authenticated;

create function privado.parametro_valido(tipo text, valor jsonb) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  if jsonb_typeof(valor) is distinct from 'object' then
    return false;
  end if;
  return case
    when tipo in ('quintal', 'saco') then valor - 'kg' = '{}' and privado.numero_valido(valor -> 'kg', 0.001, 1000, 6)
    when tipo = 'humedad_objetivo'
      then valor - 'porcentaje' = '{}' and privado.numero_valido(valor -> 'porcentaje', 0, 99.99, 2)
    when tipo = 'rendimiento' then valor - 'factor' = '{}' and privado.numero_valido(valor -> 'factor', 0.0001, 1, 6)
    when tipo = 'descuento_calificacion' then valor - 'tramos' = '{}' and privado.tramos_validos(valor -> 'tramos')
    when tipo = 'costo_qq' then valor - 'usd' = '{}' and privado.numero_valido(valor -> 'usd', 0, 10000, 4)
    when tipo = 'retencion'
      then valor - 'porcentaje' = '{}' and privado.numero_valido(valor -> 'porcentaje', 0, 99.9999, 4)
    when tipo = 'norma_calidad' then valor - '{edicion,grados}'::text[] = '{}'
      and jsonb_typeof(valor -> 'edicion') is not distinct from 'string'
      and privado.nombre_valido(valor ->> 'edicion', 40)
      and privado.grados_validos(valor -> 'grados')
    when tipo = 'lote_minimo' then valor - 'qq' = '{}' and privado.numero_valido(valor -> 'qq', 0.0001, 1000, 4)
    else false end;
end
$$;
comment on function privado.parametro_valido(text, jsonb) is '¿Tiene el valor la forma y los límites de su tipo?';
revoke all on function privado.parametro_valido(text, jsonb) from public;
grant execute on function privado.parametro_valido(text, jsonb) to authenticated;

create function privado.variante_valida(tipo text, variante text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select case
    when tipo = 'rendimiento' then variante in ('baba', 'escurrido', 'semiseco')
    when tipo in ('retencion', 'norma_calidad') then variante ~ '^[a-z][a-z0-9_]{0,39}$'
    else variante = '' end
$$;
comment on function privado.variante_valida(text, text) is
  '¿Es una variante de ese tipo? Rendimientos, retenciones y normas las tienen; lo demás, no.';
revoke all on function privado.variante_valida(text, text) from public;
grant execute on function privado.variante_valida(text, text) to authenticated;

-- supabase/schemas/40_parametros/20_reglas.sql

-- The rules of who writes a parameter, when it can still change, and that one follows the other without overlap:
-- functions of the triggers of public.parametros.

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
  if new.tipo = 'lote_minimo' and not privado.es_admin() then
    raise exception 'parametro_solo_admin' using errcode = 'PT403',
      detail = 'Ese parámetro rige para todas las empresas: lo escribe un administrador.', hint = 'tipo';
  end if;
  new.empresa_id := case when privado.es_admin() then null else privado.mi_empresa() end;
  new.creado_por := auth.uid();
  return new;
end
$$;
comment on function privado.fijar_dueno_parametro() is
  'Disparador: el parámetro es de la empresa de quien lo escribe; el de un administrador, de todas.';
revoke all on function privado.fijar_dueno_parametro() from public;

create function privado.proteger_parametro_usado() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.usado_hasta is null then
    return case when tg_op = 'DELETE' then old else new end;
  elsif tg_op = 'DELETE' or (old.valor, old.desde) is distinct from (new.valor, new.desde)
    or new.hasta <= old.usado_hasta then
    raise exception 'parametro_usado' using errcode = 'PT409',
      detail = 'Un cálculo ya usó este parámetro: solo puede terminar después de esa fecha. Cree otro desde entonces.',
      hint = 'hasta';
  end if;
  return new;
end
$$;
comment on function privado.proteger_parametro_usado() is
  'Disparador: un parámetro usado no cambia ni se borra; puede terminar después del último uso.';
revoke all on function privado.proteger_parametro_usado() from public;

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
revoke all on function privado.encadenar_parametro() from public;

-- supabase/schemas/40_parametros/30_parametros.sql

-- The figures that calculations depend on (quintal, sack, yields, discounts, levies, limits of the norm) change by
-- resolution or by company: each is a row with the days it holds, and a past ticket is computed with those of its date.
-- Rows without empresa are for everybody and an administrator's to write; those of a company are seen by it alone,
-- administrators included.
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
    'norma_calidad', 'lote_minimo')),
  constraint parametros_variante_valida check (privado.variante_valida(tipo, variante)),
  constraint parametros_valor_valido check (privado.parametro_valido(tipo, valor)),
  constraint parametros_desde_valido check (desde between '1990-01-01' and '2100-12-31'),
  constraint parametros_hasta_valido check (hasta > desde and hasta <= '2101-01-01'),
  -- The least weight of a lot is a rule of all: a company's own would let it lower it.
  constraint parametros_lote_minimo_valido check (tipo <> 'lote_minimo' or empresa_id is null),
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

-- A request of an app deletes, changes and adds so many rows at most.
create trigger _000_limitar_borrados before delete on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Whose it is: of the writer's company, or of all if an administrator's.
create trigger _100_fijar_dueno before insert on public.parametros
  for each row execute function privado.fijar_dueno_parametro();
-- What a kept calculation used stays; it may only end later.
create trigger _200_proteger_usado before update of valor, desde, hasta or delete on public.parametros
  for each row execute function privado.proteger_parametro_usado();
-- The open one that held ends where the new one begins; two never hold at once.
create trigger _300_encadenar before insert or update of desde, hasta on public.parametros
  for each row execute function privado.encadenar_parametro();

-- supabase/schemas/40_parametros/40_vigentes.sql

-- The parameters that hold on a day, asked once by a calculation (also of who has not signed in: those for everybody
-- only), and the mark that a kept calculation leaves on those it used.

create function privado.parametros_vigentes(v_fecha date) returns table (
  id bigint, tipo text, variante text, valor jsonb, desde date, hasta date, propio boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  return query
  select distinct on (p.tipo, p.variante) p.id, p.tipo, p.variante, p.valor, p.desde, p.hasta, p.empresa_id is not null
  from public.parametros p
  where (p.empresa_id is null or p.empresa_id = empresa)
    and p.desde <= coalesce(v_fecha, privado.hoy()) and coalesce(p.hasta > coalesce(v_fecha, privado.hoy()), true)
  order by p.tipo, p.variante, p.empresa_id nulls last;
end
$$;
comment on function privado.parametros_vigentes(date) is 'Parámetros que rigen un día para quien llama.';
revoke all on function privado.parametros_vigentes(date) from public;
grant execute on function privado.parametros_vigentes(date) to anon, authenticated;

create function public.parametros_vigentes(fecha date default null) returns table (
  id bigint, tipo text, variante text, valor jsonb, desde date, hasta date, propio boolean)
language sql stable security invoker set search_path = '' as $$
  select * from privado.parametros_vigentes(fecha)
$$;
comment on function public.parametros_vigentes(date) is
  'Parámetros que rigen un día (hoy en Guayaquil, si falta): de cada tipo y variante el de la empresa o, si no tiene, el de todas.';
revoke all on function public.parametros_vigentes(date) from public, service_role;
grant execute on function public.parametros_vigentes(date) to anon, authenticated;

-- Called by the trigger of kept calculations. A day to come counts as today: otherwise anybody could keep what is for
-- everybody from ever ending. Written once a day at most, so that calculations do not wait for each other.
create function privado.usar_parametros(ids bigint[], fecha date) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
  uso constant date := least(fecha, privado.hoy());
begin
  -- Those to mark, in the order of ids so that nobody waits crosswise; what is marked already nobody edits.
  perform from public.parametros p
  where p.id = any (ids) and (p.empresa_id is null or p.empresa_id = empresa)
    and coalesce(p.usado_hasta < greatest(uso, p.desde), true)
  order by p.id for no key update;
  if exists (
    select from unnest(ids) as usado (id) where not exists (
      select from public.parametros p
      where p.id = usado.id and (p.empresa_id is null or p.empresa_id = empresa)
        and p.desde <= fecha and coalesce(p.hasta > fecha, true))
  ) then
    raise exception 'parametro_no_vigente' using errcode = 'PT409',
      detail = 'Un parámetro del cálculo ya no rige en esa fecha: vuelva a calcular.', hint = 'fecha';
  end if;
  update public.parametros p set usado_hasta = greatest(p.usado_hasta, uso, p.desde)
  where p.id = any (ids) and coalesce(p.usado_hasta < greatest(uso, p.desde), true);
end
$$;
comment on function privado.usar_parametros(bigint[], date) is
  'Un cálculo con fecha usó estos parámetros: ya no se editan. Falla si alguno no rige ese día para quien llama.';
revoke all on function privado.usar_parametros(bigint[], date) from public;

-- supabase/schemas/40_parametros/50_datos.sql

-- The figures that hold for everybody, which production needs as well: units of the trade, withholdings, the limits of
-- NTE INEN 176 in its editions of 2006 and 2021, and the least weight of a lot. A limit that we do not know is absent.
-- Both editions hold; a calculation says which it asks, that of 2006 by default: its grades are those the trade names.
insert into public.parametros (tipo, variante, valor, desde) values
  ('quintal', '', '{"kg": 45.359237}', '1990-01-01'),
  ('saco', '', '{"kg": 69}', '1990-01-01'),
  ('humedad_objetivo', '', '{"porcentaje": 7}', '1990-01-01'),
  ('rendimiento', 'baba', '{"factor": 0.38}', '1990-01-01'),
  ('rendimiento', 'escurrido', '{"factor": 0.5}', '1990-01-01'),
  ('retencion', 'agrocalidad', '{"porcentaje": 0.25}', '2020-01-01'),
  ('retencion', 'renta_productor', '{"porcentaje": 1}', '2020-01-01'),
  ('retencion', 'renta_comerciante', '{"porcentaje": 1.75}', '2020-01-01'),
  ('retencion', 'renta_liquidacion', '{"porcentaje": 3}', '2020-01-01'),
  ('norma_calidad', 'inen_176', '{"edicion": "2006", "grados": [
    {"grado": "ASSPS", "gramos_100": [135, 140], "bien_fermentado_min": 75, "ligeramente_fermentado_min": 10,
      "fermentado_min": 85, "violeta_max": 10, "pizarroso_max": 4, "moho_max": 1, "defectos_max": 0, "humedad_max": 7},
    {"grado": "ASSS", "gramos_100": [130, 135], "bien_fermentado_min": 65, "ligeramente_fermentado_min": 10,
      "fermentado_min": 75, "violeta_max": 15, "pizarroso_max": 9, "moho_max": 1, "defectos_max": 0, "humedad_max": 7},
    {"grado": "ASS", "gramos_100": [120, 125], "bien_fermentado_min": 60, "ligeramente_fermentado_min": 5,
      "fermentado_min": 65, "violeta_max": 21, "pizarroso_max": 12, "moho_max": 2, "defectos_max": 1, "humedad_max": 7},
    {"grado": "ASN", "gramos_100": [110, 115], "bien_fermentado_min": 44, "ligeramente_fermentado_min": 10,
      "fermentado_min": 54, "violeta_max": 25, "pizarroso_max": 18, "moho_max": 3, "defectos_max": 3, "humedad_max": 7},
    {"grado": "ASE", "gramos_100": [105, 110], "bien_fermentado_min": 26, "ligeramente_fermentado_min": 27,
      "fermentado_min": 53, "violeta_max": 25, "pizarroso_max": 18, "moho_max": 4, "defectos_max": 4, "humedad_max": 7},
    {"grado": "CCN-51", "gramos_100": [135, 140], "bien_fermentado_min": 65, "ligeramente_fermentado_min": 11,
      "fermentado_min": 76, "violeta_max": 18, "pizarroso_max": 5, "moho_max": 1, "defectos_max": 1, "humedad_max": 7}
  ]}', '2006-01-01'),
  ('norma_calidad', 'inen_176_2021', '{"edicion": "2021", "grados": [
    {"grado": "1", "bien_fermentado_min": 75, "violeta_max": 15, "pizarroso_max": 9, "moho_max": 1},
    {"grado": "2", "bien_fermentado_min": 65, "violeta_max": 21, "pizarroso_max": 12, "moho_max": 2},
    {"grado": "3", "bien_fermentado_min": 53, "violeta_max": 25, "pizarroso_max": 18, "moho_max": 4}
  ]}', '2021-01-01'),
  -- A quintal, the unit in which the trade buys.
  ('lote_minimo', '', '{"qq": 1}', '1990-01-01');

-- supabase/schemas/41_precios/10_precios_series.sql

-- The pairs of quality and market that each owner of prices has, counted and bounded: the prices in force are found with
-- one step of an index for each pair, so a reader waits as long as there are pairs, and no longer.
create table privado.precios_series (
  empresa_id bigint not null,
  calidad text not null,
  mercado text not null,
  filas integer not null,
  desde date not null,
  primary key (empresa_id, calidad, mercado)
);
comment on table privado.precios_series is
  'Calidades y mercados con precios de cada empresa, cuántos y desde cuándo; 0 son los de todas. Lo mantienen disparadores.';
revoke all on privado.precios_series from anon, authenticated, service_role;

-- supabase/schemas/41_precios/20_reglas.sql

-- Functions of the triggers of public.precios_fob: whose a price is, who waits for whom, and the count of the pairs that
-- each owner has. A company keeps 500 pairs and 200,000 prices of its own at most.

-- Before any row: what follows takes the rows of the owner in whatever order, and two never wait crosswise.
create function privado.turno_precios() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('precios ' || case
    when auth.uid() is null or privado.es_admin() then 0 else coalesce(privado.mi_empresa(), 0) end, 0));
  return null;
end
$$;
comment on function privado.turno_precios() is 'Disparador: quienes escriben precios de un mismo dueño se esperan.';
revoke all on function privado.turno_precios() from public;

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
revoke all on function privado.fijar_dueno_precio() from public;

create function privado.contar_precios() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  pares bigint;
  precios bigint;
begin
  if tg_op = 'UPDATE' then
    -- Hardly ever: a price is corrected, and stays where it is.
    if not exists (
      select n.id, n.empresa_id, n.calidad, n.mercado, n.fecha from nuevas n
      except select v.id, v.empresa_id, v.calidad, v.mercado, v.fecha from viejas v
    ) then
      return null;
    end if;
  end if;
  if tg_op <> 'DELETE' then
    insert into privado.precios_series as s (empresa_id, calidad, mercado, filas, desde)
    select coalesce(n.empresa_id, 0), n.calidad, n.mercado, count(*), min(n.fecha)
    from nuevas n group by 1, 2, 3 order by 1, 2, 3
    on conflict (empresa_id, calidad, mercado) do update
      set filas = s.filas + excluded.filas, desde = least(s.desde, excluded.desde);
    if not found then
      return null;
    end if;
  end if;
  if tg_op <> 'INSERT' then
    update privado.precios_series s set filas = s.filas - v.filas
    from (
      select coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado, count(*) as filas from viejas o group by 1, 2, 3
    ) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado);
    delete from privado.precios_series s
    using (select distinct coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado from viejas o) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado) and s.filas <= 0;
    -- Of those that stay: of one that is gone, the index would be walked over all that was erased after it.
    update privado.precios_series s set desde = case s.empresa_id
      when 0 then (
        select x.fecha from public.precios_fob x
        where x.empresa_id is null and (x.calidad, x.mercado) >= (s.calidad, s.mercado)
        order by x.empresa_id, x.calidad, x.mercado, x.fecha limit 1)
      else (
        select x.fecha from public.precios_fob x
        where x.empresa_id = s.empresa_id and (x.calidad, x.mercado) >= (s.calidad, s.mercado)
        order by x.calidad, x.mercado, x.fecha limit 1) end
    from (
      select coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado, min(o.fecha) as desde from viejas o group by 1, 2, 3
    ) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado) and s.desde = v.desde;
  end if;
  if tg_op <> 'DELETE' and auth.uid() is not null and not privado.es_admin() then
    select count(*), sum(s.filas) into pares, precios
    from privado.precios_series s where s.empresa_id = privado.mi_empresa();
    if pares > 500 then
      raise exception 'precios_calidades_demasiadas' using errcode = 'PT409',
        detail = 'Una empresa guarda precios propios de 500 calidades y mercados como máximo.', hint = 'calidad';
    elsif precios > 200000 then
      raise exception 'precios_propios_demasiados' using errcode = 'PT409',
        detail = 'Una empresa guarda 200000 precios propios como máximo: borre los que no use.', hint = 'fecha';
    end if;
  end if;
  return null;
end
$$;
comment on function privado.contar_precios() is
  'Disparador: qué calidades y mercados tiene cada dueño, cuántos precios, y hasta cuántos.';
revoke all on function privado.contar_precios() from public;

-- supabase/schemas/41_precios/30_precios_fob.sql

-- What cocoa is worth each day, per quality and market, with the signed differential beside it. Prices for everybody are
-- an administrator's (or the daily task's); each company keeps its own, which nobody else sees.
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
  constraint precios_fob_calidad_valida check (privado.nombre_valido(calidad, 40)),
  constraint precios_fob_mercado_valido check (mercado ~ '^[A-Z][A-Z0-9_.-]{0,19}$'),
  constraint precios_fob_precio_tm_valido check (
    precio_tm > 0 and precio_tm <= 1000000 and min_scale(precio_tm) <= 4),
  constraint precios_fob_diferencial_valido check (
    abs(diferencial) <= 1000000 and min_scale(diferencial) <= 4 and (precio_tm <= 0 or precio_tm + diferencial > 0)),
  constraint precios_fob_fuente_valida check (privado.nombre_valido(fuente, 200)),
  -- It also finds the price in force.
  constraint precios_fob_fecha_key unique nulls not distinct (empresa_id, calidad, mercado, fecha)
);
comment on table public.precios_fob is 'Precios por día, calidad y mercado; sin empresa son de todas.';
comment on column public.precios_fob.mercado is 'NY es el cacao de ICE Nueva York (CC).';
comment on column public.precios_fob.precio_tm is 'Precio del mercado, USD por tonelada métrica.';
comment on column public.precios_fob.diferencial is 'Con signo, USD por tonelada métrica: FOB = precio_tm + diferencial.';
-- A series, of everybody's and of one company's.
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

-- Rows of a request are not limited here: a price list of 20,000 lines comes in by the function that imports it, as its
-- caller, and its owner erases it at once.
--
-- Those who write prices of one owner take turns.
create trigger _050_turno before insert or update or delete on public.precios_fob
  for each statement execute function privado.turno_precios();
-- Whose it is: of the writer's company, or of all if an administrator's.
create trigger _100_fijar_dueno before insert on public.precios_fob
  for each row execute function privado.fijar_dueno_precio();
-- When it was last changed.
create trigger _900_marcar_actualizado before update on public.precios_fob
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
-- The pairs of quality and market of the owner are counted, and bounded.
create trigger _800_contar after insert on public.precios_fob
  referencing new table as nuevas for each statement execute function privado.contar_precios();
create trigger _810_contar_cambio after update on public.precios_fob
  referencing old table as viejas new table as nuevas for each statement execute function privado.contar_precios();
create trigger _820_contar_borrado after delete on public.precios_fob
  referencing old table as viejas for each statement execute function privado.contar_precios();

-- supabase/schemas/41_precios/40_vigentes.sql

-- Prices in force on a day, all of them or by pages, and pages of a series: the one way in that costs what it answers,
-- whatever there is. Under RLS the planner reads all that an owner has.

create function privado.precios_de(
  v_empresa bigint, v_fecha date, v_calidad text, v_mercado text,
  v_tope int default null, v_tras_calidad text default null, v_tras_mercado text default null, v_tambien boolean default false
) returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  serie record;
  fila public.precios_fob;
  faltan int := v_tope;
begin
  -- One after another, so that it ends with the page whatever the planner thinks that there is.
  for serie in
    select s.calidad, s.mercado from privado.precios_series s
    where s.empresa_id = coalesce(v_empresa, 0) and s.desde <= v_fecha
      and (v_calidad is null or s.calidad = v_calidad) and (v_mercado is null or s.mercado = v_mercado)
      and (v_tras_calidad is null or (s.calidad, s.mercado) > (v_tras_calidad, v_tras_mercado)
        or (v_tambien and (s.calidad, s.mercado) = (v_tras_calidad, v_tras_mercado)))
    order by s.calidad, s.mercado
  loop
    exit when faltan = 0;
    -- What comes last up to a place of the index is asked for, and then whether it is of that quality: asked for what
    -- is equal, the planner may as well walk all that the owner has by date. Of everybody's, or of one company's: the
    -- index wants one form or the other.
    if v_empresa is null then
      select * into fila from public.precios_fob x
      where x.empresa_id is null and (x.calidad, x.mercado, x.fecha) <= (serie.calidad, serie.mercado, v_fecha)
      order by x.empresa_id desc, x.calidad desc, x.mercado desc, x.fecha desc limit 1;
    else
      select * into fila from public.precios_fob x
      where x.empresa_id = v_empresa and (x.calidad, x.mercado, x.fecha) <= (serie.calidad, serie.mercado, v_fecha)
      order by x.calidad desc, x.mercado desc, x.fecha desc limit 1;
    end if;
    if (fila.calidad, fila.mercado) = (serie.calidad, serie.mercado) then
      return next fila;
      faltan := faltan - 1;
    end if;
  end loop;
end
$$;
comment on function privado.precios_de(bigint, date, text, text, int, text, text, boolean) is
  'De cada calidad y mercado de una empresa, o de todas, el último precio hasta ese día; hasta tantos, después de uno.';
revoke all on function privado.precios_de(bigint, date, text, text, int, text, text, boolean) from public;

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
revoke all on function privado.precios_vigentes(date, text, text) from public;
grant execute on function privado.precios_vigentes(date, text, text) to authenticated;

create function public.precios_vigentes(fecha date default null, calidad text default null, mercado text default null)
returns setof public.precios_fob
language sql stable security invoker set search_path = '' as $$
  select * from privado.precios_vigentes(fecha, calidad, mercado)
$$;
comment on function public.precios_vigentes(date, text, text) is
  'De cada calidad y mercado, el último precio hasta un día (hoy en Guayaquil, si falta): el de todas y el propio.';
revoke all on function public.precios_vigentes(date, text, text) from public, anon, service_role;
grant execute on function public.precios_vigentes(date, text, text) to authenticated;

create function privado.precios_pagina(
  v_tope int, v_id bigint, v_fecha date, v_calidad text, v_mercado text, v_ambito text
) returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
  dia constant date := coalesce(v_fecha, privado.hoy());
  tras public.precios_fob;
begin
  if privado.mi_rol() is null then
    return;
  end if;
  if v_id is not null then
    select * into tras from public.precios_fob x
    where x.id = v_id and (x.empresa_id is null or x.empresa_id = empresa);
    if tras.id is null then
      return;
    end if;
  end if;
  -- By quality and market, and of each that of everybody first.
  if v_ambito is distinct from 'propio' then
    return query select * from privado.precios_de(null, dia, v_calidad, v_mercado, v_tope, tras.calidad, tras.mercado);
  end if;
  if empresa is not null and v_ambito is distinct from 'global' then
    return query select * from privado.precios_de(
      empresa, dia, v_calidad, v_mercado, v_tope, tras.calidad, tras.mercado, tras.empresa_id is null);
  end if;
end
$$;
comment on function privado.precios_pagina(int, bigint, date, text, text, text) is
  'Los primeros precios vigentes de todas y los primeros propios, después de uno, para una página.';
revoke all on function privado.precios_pagina(int, bigint, date, text, text, text) from public;
grant execute on function privado.precios_pagina(int, bigint, date, text, text, text) to authenticated;

-- Of each owner as many as the page holds, in the order of the index.
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
revoke all on function privado.precios_serie(int, date, bigint, date, date, text, text, text) from public;
grant execute on function privado.precios_serie(int, date, bigint, date, date, text, text, text) to authenticated;

-- supabase/schemas/41_precios/50_precios_pendientes.sql

-- The price of the day comes from somebody else's server. One that jumps too far from the last known is as likely a
-- mistake as news: it waits here until an administrator confirms it.
create table public.precios_pendientes (
  id bigint generated always as identity primary key,
  fecha date not null,
  calidad text not null,
  mercado text not null,
  precio_tm numeric not null,
  diferencial numeric not null,
  fuente text not null,
  anterior_tm numeric not null,
  anterior_fecha date not null,
  estado text not null default 'pendiente',
  creado_en timestamptz not null default now(),
  resuelto_por uuid references public.usuarios (id) on delete set null,
  resuelto_en timestamptz,
  constraint precios_pendientes_fecha_key unique (calidad, mercado, fecha),
  constraint precios_pendientes_estado_valido check (estado in ('pendiente', 'confirmado', 'rechazado'))
);
comment on table public.precios_pendientes is
  'Precios del día que saltaron demasiado respecto del anterior: esperan que un administrador los confirme.';
create index precios_pendientes_resuelto_por_idx on public.precios_pendientes (resuelto_por);

alter table public.precios_pendientes enable row level security;
create policy select_admin on public.precios_pendientes for select to authenticated
  using ((select privado.es_admin()));

revoke all on public.precios_pendientes from anon, authenticated, service_role;
revoke all on sequence public.precios_pendientes_id_seq from anon, authenticated, service_role;
grant select on public.precios_pendientes to authenticated;

-- supabase/schemas/41_precios/60_precio_del_dia.sql

-- The daily task takes the price of the day for everybody (service role); an administrator confirms or rejects the one
-- that waits.

-- Asked before asking the source: it is asked once a day, or until it answers.
create function privado.falta_precio(v_fecha date, v_calidad text, v_mercado text) returns boolean
language sql stable security definer set search_path = '' as $$
  select not exists (
    select from public.precios_fob p
    where p.empresa_id is null and p.calidad = v_calidad and p.mercado = v_mercado and p.fecha = v_fecha
  ) and not exists (
    select from public.precios_pendientes q
    where q.calidad = v_calidad and q.mercado = v_mercado and q.fecha = v_fecha)
$$;
comment on function privado.falta_precio(date, text, text) is
  '¿Falta el precio para todas de ese día, sin que otro espere o se haya rechazado?';
revoke all on function privado.falta_precio(date, text, text) from public;
grant execute on function privado.falta_precio(date, text, text) to service_role;

-- The differential is a company matter that the market does not quote: that of the last price goes on.
create function privado.tomar_precio(
  v_fecha date, v_calidad text, v_mercado text, v_precio numeric, v_fuente text, v_salto_maximo numeric
) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  anterior public.precios_fob;
  precio constant numeric := trim_scale(round(v_precio, 4));
  pendiente bigint;
begin
  -- Two processes that took it at once: the second finds it here.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'precio', v_calidad, v_mercado), 0));
  if not privado.falta_precio(v_fecha, v_calidad, v_mercado) then
    return 'ya_estaba';
  end if;
  select * into anterior from public.precios_fob p
  where p.empresa_id is null and p.calidad = v_calidad and p.mercado = v_mercado and p.fecha < v_fecha
  order by p.fecha desc limit 1;
  if abs(precio - anterior.precio_tm) * 100 > v_salto_maximo * anterior.precio_tm
    or precio + coalesce(anterior.diferencial, 0) <= 0 then
    insert into public.precios_pendientes (
      fecha, calidad, mercado, precio_tm, diferencial, fuente, anterior_tm, anterior_fecha)
    values (
      v_fecha, v_calidad, v_mercado, precio, anterior.diferencial, v_fuente, anterior.precio_tm, anterior.fecha)
    returning id into pendiente;
    -- No figure in the text: it is for a locked screen too.
    perform privado.notificar_administradores('precio',
      format('El precio de %s en %s espera su confirmación.', v_calidad, v_mercado),
      jsonb_build_object('pendiente_id', pendiente));
    return 'pendiente';
  end if;
  insert into public.precios_fob (fecha, calidad, mercado, precio_tm, diferencial, fuente)
  values (v_fecha, v_calidad, v_mercado, precio, coalesce(anterior.diferencial, 0), v_fuente)
  -- An administrator may be writing it by hand at this moment.
  on conflict on constraint precios_fob_fecha_key do nothing;
  return case when found then 'tomado' else 'ya_estaba' end;
end
$$;
comment on function privado.tomar_precio(date, text, text, numeric, text, numeric) is
  'El precio del día para todas: tomado; pendiente, si salta más de ese por ciento; o ya_estaba.';
revoke all on function privado.tomar_precio(date, text, text, numeric, text, numeric) from public;
grant execute on function privado.tomar_precio(date, text, text, numeric, text, numeric) to service_role;

create function privado.resolver_precio(v_pendiente bigint, v_confirmar boolean) returns public.precios_pendientes
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.precios_pendientes;
begin
  perform privado.exigir_cuenta();
  if not privado.es_admin() then
    raise exception 'precio_solo_admin' using errcode = 'PT403',
      detail = 'Solo un administrador confirma o rechaza precios pendientes.';
  end if;
  select * into fila from public.precios_pendientes q where q.id = v_pendiente for update;
  if fila.id is null then
    raise exception 'precio_pendiente_no_existe' using errcode = 'PT404', detail = 'No existe ese precio pendiente.';
  elsif fila.estado <> 'pendiente' then
    raise exception 'precio_pendiente_resuelto' using errcode = 'PT409',
      detail = 'Ese precio ya fue confirmado o rechazado.';
  end if;
  if v_confirmar then
    insert into public.precios_fob (fecha, calidad, mercado, precio_tm, diferencial, fuente)
    values (fila.fecha, fila.calidad, fila.mercado, fila.precio_tm, fila.diferencial, fila.fuente)
    on conflict on constraint precios_fob_fecha_key do nothing;
    if not found then
      raise exception 'precio_ya_existe' using errcode = 'PT409',
        detail = 'Ya hay un precio de esa calidad y mercado en esa fecha: edítelo, o rechace el pendiente.',
        hint = 'fecha';
    end if;
  end if;
  update public.precios_pendientes q
  set estado = case when v_confirmar then 'confirmado' else 'rechazado' end,
    resuelto_por = auth.uid(), resuelto_en = now()
  where q.id = v_pendiente returning * into fila;
  return fila;
end
$$;
comment on function privado.resolver_precio(bigint, boolean) is 'Confirma o rechaza un precio pendiente; administradores.';
revoke all on function privado.resolver_precio(bigint, boolean) from public;
grant execute on function privado.resolver_precio(bigint, boolean) to authenticated;

create function public.resolver_precio(pendiente bigint, confirmar boolean) returns public.precios_pendientes
language sql volatile security invoker set search_path = '' as $$
  select privado.resolver_precio(pendiente, confirmar)
$$;
comment on function public.resolver_precio(bigint, boolean) is
  'Un administrador confirma un precio pendiente, y rige para todas, o lo rechaza.';
revoke all on function public.resolver_precio(bigint, boolean) from public, anon, service_role;
grant execute on function public.resolver_precio(bigint, boolean) to authenticated;

-- supabase/schemas/42_calculos/10_reglas.sql

-- Functions of the triggers of public.calculos: whose a kept calculation is and which parameters it used, copied by the
-- database; and that it is never changed.

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
revoke all on function privado.firmar_calculo() from public;

create function privado.conservar_calculo() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'calculo_inmutable' using errcode = 'PT409',
    detail = 'Un cálculo guardado no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_calculo() is 'Disparador: los cálculos guardados son evidencia.';
revoke all on function privado.conservar_calculo() from public;

-- supabase/schemas/42_calculos/20_calculos.sql

-- A calculation that was kept is evidence of how a price was reached: who made it, with what input, and with which dated
-- parameters. These are copied here by the database, never told by the client, so that it recomputes to the same cent
-- whatever changes later. The result is what was told: recomputing is what proves it.
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

-- A request of an app adds so many rows at most.
create trigger _000_limitar_filas before insert on public.calculos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Nobody changes or deletes one.
create trigger _100_conservar before update or delete on public.calculos
  for each row execute function privado.conservar_calculo();
-- Whose it is, and the values of its parameters, which it marks as used.
create trigger _100_firmar before insert on public.calculos
  for each row execute function privado.firmar_calculo();
-- Nor all of them at once.
create trigger _110_conservar_todos before truncate on public.calculos
  for each statement execute function privado.conservar_calculo();

-- supabase/schemas/43_kpis/10_kpis_cambios.sql

-- The indicators of a company of a hundred thousand lots are read in milliseconds, so they are summed when things change,
-- not when they are asked. A change only adds a row here (no row is shared by two contracts: nobody waits); every minute
-- those rows are folded into the cells of public.kpis_celdas. What is read is cells and what is not folded yet: always
-- exact. No foreign key: a company that is party to a contract cannot go, and each would be looked up at every change.

-- medida: a state (of lots: quintals; of contracts: tons), with fecha infinity: what there is now; abierta (tons to be
-- fixed), too; contratado (tons), entregado, vendido and sin_precio (quintals), by the first day of their month in
-- Guayaquil; vence (tons not delivered), by the day they are due; historial and the state (tons), by the first day of
-- the year that the contract is of.
create table public.kpis_cambios (
  id bigint generated always as identity primary key,
  empresa_id bigint not null,
  papel text collate "C" not null,
  otra_id bigint not null,
  calidad text collate "C" not null,
  medida text collate "C" not null,
  fecha date not null,
  n bigint not null,
  cantidad numeric not null,
  inicial_qq numeric not null,
  humedad_qq numeric not null,
  usd numeric not null
);
comment on table public.kpis_cambios is 'Lo que cada cambio suma o resta a los indicadores de cada parte, hasta que se pliega.';
comment on column public.kpis_cambios.otra_id is 'La contraparte, para la exportadora; la exportadora, para las demás.';
comment on column public.kpis_cambios.inicial_qq is 'De lo entregado, su peso al registrarse.';
comment on column public.kpis_cambios.humedad_qq is 'De lo entregado, quintales por porcentaje de humedad.';
create index kpis_cambios_empresa_idx on public.kpis_cambios (empresa_id);

alter table public.kpis_cambios enable row level security;
create policy select_propio on public.kpis_cambios for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.kpis_cambios from anon, authenticated, service_role;
revoke all on sequence public.kpis_cambios_id_seq from anon, authenticated, service_role;
-- Not the id: it would count what others do.
grant select (empresa_id, papel, otra_id, calidad, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd)
  on public.kpis_cambios to authenticated;

-- supabase/schemas/43_kpis/20_kpis_celdas.sql

-- The sums of the indicators: a cell per company, group (month, other party, quality), measure, date and role. The
-- measures are those of public.kpis_cambios; privado.plegar_kpis() brings them here.
create table public.kpis_celdas (
  empresa_id bigint not null,
  grupo text collate "C" not null,
  medida text collate "C" not null,
  fecha date not null,
  clave text collate "C" not null,
  papel text collate "C" not null,
  n bigint not null,
  cantidad numeric not null,
  inicial_qq numeric not null,
  humedad_qq numeric not null,
  usd numeric not null,
  primary key (empresa_id, grupo, medida, fecha, clave, papel)
);
comment on table public.kpis_celdas is 'Sumas de los indicadores de cada parte, por mes, por contraparte y por calidad.';
comment on column public.kpis_celdas.clave is 'La otra empresa, o la calidad; vacía en las sumas por mes.';
-- An administrator reads those of all exporters.
create index kpis_celdas_exportadora_idx on public.kpis_celdas (grupo, medida, fecha) where papel = 'exportadora';

alter table public.kpis_celdas enable row level security;
create policy select_propio on public.kpis_celdas for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.kpis_celdas from anon, authenticated, service_role;
grant select on public.kpis_celdas to authenticated;

-- supabase/schemas/43_kpis/30_vistas.sql

-- What an app reads of the indicators, under RLS: the sums of its company, to the moment, and the progress of each of
-- its contracts.

-- Due dates are summed by day alone, neither by party nor by quality.
create view public.kpis_totales with (security_invoker = true) as
select empresa_id, papel, grupo, clave, medida, fecha, sum(n)::bigint as n, sum(cantidad) as cantidad,
  sum(inicial_qq) as inicial_qq, sum(humedad_qq) as humedad_qq, sum(usd) as usd
from (
  select empresa_id, papel, grupo, clave, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd from public.kpis_celdas
  union all
  select k.empresa_id, k.papel, g.grupo, g.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd
  from public.kpis_cambios k
  cross join lateral (values ('mes', ''), ('contraparte', k.otra_id::text), ('calidad', k.calidad)) as g (grupo, clave)
  where k.medida <> 'vence' or g.grupo = 'mes'
) as sumas
group by 1, 2, 3, 4, 5, 6;
comment on view public.kpis_totales is
  'Indicadores de la empresa del usuario, sumados por mes, por contraparte y por calidad, al momento.';
revoke all on public.kpis_totales from anon, authenticated, service_role;
grant select on public.kpis_totales to authenticated;

-- Progress of each contract. Under tolerance is delivered; over it, told apart.
create view public.kpis_contratos with (security_invoker = true) as
select c.id, c.codigo, c.exportadora_id, c.contraparte_id, c.calidad, c.estado, c.fecha_entrega, c.tolerancia_pct,
  c.volumen_tm as contratado_tm, a.lotes, t.entregado_tm, round(a.exportado_qq * 0.045359237, 4) as exportado_tm,
  greatest(c.volumen_tm - t.entregado_tm, 0) as pendiente_tm,
  round(100 * t.entregado_tm / c.volumen_tm, 2) as avance_pct,
  greatest(t.entregado_tm - round(c.volumen_tm * (1 + c.tolerancia_pct / 100), 4), 0) as sobre_tolerancia_tm,
  t.entregado_tm >= round(c.volumen_tm * (1 - c.tolerancia_pct / 100), 4) as entregado,
  case when c.estado <> 'Cerrado' and t.entregado_tm < round(c.volumen_tm * (1 - c.tolerancia_pct / 100), 4)
    then greatest(t.hoy - c.fecha_entrega, 0) end as dias_atraso
from public.contratos c
join public.avances a on a.contrato_id = c.id
cross join lateral (
  select round(a.recibido_qq * 0.045359237, 4) as entregado_tm, (now() at time zone 'America/Guayaquil')::date as hoy
) as t
where c.eliminado_en is null;
comment on view public.kpis_contratos is
  'Avance de cada contrato: contratado, entregado, pendiente, sobre la tolerancia y días de atraso.';
revoke all on public.kpis_contratos from anon, authenticated, service_role;
grant select on public.kpis_contratos to authenticated;

-- supabase/schemas/43_kpis/40_aportes.sql

-- Everything that moves an indicator moves its sums, in the same transaction: price, quality, volume, dates and state of
-- a contract, its lots, what is fixed, who is party to it, and its deletion (the triggers sumar_* of those tables, each
-- beside its table). What a contract and a lot are worth is said once, in aportes_kpi; a change emits what they are
-- minus what they were.
--
-- The functions that do it are plpgsql, which keeps its plans for the whole connection: planning them costs more than
-- running them.
--
-- In order: whoever emits for a contract holds its row of public.avances until it commits, and reads the rest after it.
-- So of two that change the same contract, the second sees all that the first did.
create type privado.kpi_pieza as (
  signo integer, contrato public.contratos, avance public.avances, lote public.lotes_asociados
);
comment on type privado.kpi_pieza is 'Un contrato con su avance, o uno de sus lotes, que se suma (1) o se resta (-1).';

-- $2: for those parties alone; without it, for all who are party.
create function privado.aportes_kpi(piezas privado.kpi_pieza[], partes public.contratos_participantes[] default null)
returns table (
  empresa_id bigint, papel text, otra_id bigint, calidad text, medida text, fecha date,
  n bigint, cantidad numeric, inicial_qq numeric, humedad_qq numeric, usd numeric
)
language plpgsql volatile set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
#variable_conflict use_column
begin
  return query
  select p.empresa_id, p.papel, case p.papel when 'exportadora' then s.contraparte_id else s.exportadora_id end,
    coalesce(s.calidad, ''), s.medida, s.fecha, s.n, s.cantidad, s.inicial, s.humedad, s.usd
  from (
    select x.id, x.exportadora_id, x.contraparte_id, x.calidad, m.medida, m.fecha, sum(x.signo) as n,
      sum(x.signo * m.cantidad) as cantidad, sum(x.signo * m.inicial) as inicial,
      sum(x.signo * m.humedad) as humedad, sum(x.signo * m.usd) as usd
    from (
      -- Each field is taken out once: "offset 0" keeps it so.
      select z.signo, (z.lote).id is null as es_contrato, (z.contrato).id, (z.contrato).exportadora_id,
        (z.contrato).contraparte_id, (z.contrato).calidad, (z.contrato).precio_fijado_tm as precio,
        (z.contrato).estado, (z.contrato).modalidad_precio as modalidad, (z.contrato).volumen_tm as volumen,
        round((z.contrato).volumen_tm * (1 - (z.contrato).tolerancia_pct / 100), 4) as minimo, (z.contrato).fecha_entrega as entrega,
        case when (z.lote).id is null then privado.fecha_contrato((z.contrato).fecha_firma, (z.contrato).creado_en) end as abierto,
        round((z.avance).recibido_qq * 0.045359237, 4) as recibido_tm, (z.avance).tm_fijadas,
        (z.lote).estado as paso, (z.lote).peso_qq as qq, (z.lote).peso_inicial_qq as inicial, (z.lote).humedad,
        ((z.lote).recibido_en at time zone 'America/Guayaquil')::date as recibido,
        ((z.lote).exportado_en at time zone 'America/Guayaquil')::date as exportado
      from unnest(piezas) as z
      where (z.contrato).eliminado_en is null
      offset 0
    ) as x
    cross join lateral (
      select 'infinity'::date, x.paso, x.qq, 0.0, 0.0, 0.0 where not x.es_contrato
      union all
      select x.recibido, 'entregado', x.qq, x.inicial, x.qq * x.humedad, 0 where x.recibido is not null
      union all
      select x.exportado, case when x.precio is null then 'sin_precio' else 'vendido' end, x.qq, 0, 0,
        coalesce(x.qq * 0.045359237 * x.precio, 0) where x.exportado is not null
      union all
      select 'infinity', x.estado, x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select coalesce(x.entrega, x.abierto), 'contratado', x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select date_trunc('year', x.abierto)::date, 'historial ' || x.estado, x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select 'infinity', 'abierta', x.volumen - x.tm_fijadas, 0, 0, 0
      where x.es_contrato and x.estado <> 'Cerrado' and x.modalidad = 'por fijar'
      union all
      select x.entrega, 'vence', x.volumen - x.recibido_tm, 0, 0, 0
      where x.entrega is not null and x.es_contrato and x.estado <> 'Cerrado' and x.recibido_tm < x.minimo
    ) as d (dia, medida, cantidad, inicial, humedad, usd)
    cross join lateral (
      -- By months, but for what is due, which has its day.
      select d.medida, case when d.medida = 'vence' or d.dia = 'infinity' then d.dia else date_trunc('month', d.dia)::date end as fecha,
        d.cantidad, d.inicial, d.humedad, d.usd
    ) as m
    group by 1, 2, 3, 4, 5, 6
    having (sum(x.signo), sum(x.signo * m.cantidad), sum(x.signo * m.inicial), sum(x.signo * m.humedad), sum(x.signo * m.usd))
      is distinct from (0, 0, 0, 0, 0)
  ) as s
  -- Each looked up by its contract: the planner does not know how many they are.
  cross join lateral (
    select t.empresa_id, t.papel from public.contratos_participantes t where partes is null and t.contrato_id = s.id
    union all
    select t.empresa_id, t.papel from unnest(partes) as t where t.contrato_id = s.id
  ) as p
  -- Prices and what is to be priced are of those who sign.
  where p.papel <> 'proveedor' or s.medida not in ('vendido', 'sin_precio', 'abierta');
end
$$;
comment on function privado.aportes_kpi(privado.kpi_pieza[], public.contratos_participantes[]) is
  'Lo que unos contratos y lotes suman a los indicadores de sus partes, menos lo que dejan de sumar.';
revoke all on function privado.aportes_kpi(privado.kpi_pieza[], public.contratos_participantes[]) from public;

create function privado.anotar_kpis(piezas privado.kpi_pieza[], partes public.contratos_participantes[] default null)
returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.kpis_cambios
    (empresa_id, papel, otra_id, calidad, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd)
  select * from privado.aportes_kpi(piezas, partes);
end
$$;
comment on function privado.anotar_kpis(privado.kpi_pieza[], public.contratos_participantes[]) is
  'Anota lo que cambió en los indicadores, para plegarlo después.';
revoke all on function privado.anotar_kpis(privado.kpi_pieza[], public.contratos_participantes[]) from public;

create function privado.piezas_kpi(contratos bigint[], v_signo integer default 1) returns privado.kpi_pieza[]
language plpgsql volatile set search_path = '' as $$
begin
  return array(
    select (v_signo, c, a, l)::privado.kpi_pieza
    from public.contratos c
    join public.avances a on a.contrato_id = c.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all select l from public.lotes_asociados l where l.contrato_id = c.id
    ) as lotes
    where c.id = any (contratos));
end
$$;
comment on function privado.piezas_kpi(bigint[], integer) is 'Unos contratos con todos sus lotes, para sumarlos o restarlos.';
revoke all on function privado.piezas_kpi(bigint[], integer) from public;

-- supabase/schemas/43_kpis/50_plegar.sql

-- From changes to cells, by the task of every minute; and all the sums again from the tables, after a bulk load without
-- triggers or to repair.

create function privado.plegar_kpis(tope integer default 50000) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  tomados bigint[];
begin
  select array_agg(t.id) into tomados from (
    select k.id from public.kpis_cambios k order by k.id limit tope for update skip locked
  ) as t;
  -- In the order of the cells: two that fold at once never wait for each other crosswise.
  insert into public.kpis_celdas as c
    (empresa_id, grupo, medida, fecha, clave, papel, n, cantidad, inicial_qq, humedad_qq, usd)
  select k.empresa_id, g.grupo, k.medida, k.fecha, g.clave, k.papel,
    sum(k.n), sum(k.cantidad), sum(k.inicial_qq), sum(k.humedad_qq), sum(k.usd)
  from public.kpis_cambios k
  cross join lateral (values ('mes', ''), ('contraparte', k.otra_id::text), ('calidad', k.calidad)) as g (grupo, clave)
  where k.id = any (tomados) and (k.medida <> 'vence' or g.grupo = 'mes')
  group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (empresa_id, grupo, medida, fecha, clave, papel) do update set n = c.n + excluded.n,
    cantidad = c.cantidad + excluded.cantidad, inicial_qq = c.inicial_qq + excluded.inicial_qq,
    humedad_qq = c.humedad_qq + excluded.humedad_qq, usd = c.usd + excluded.usd;
  delete from public.kpis_cambios k where k.id = any (tomados);
  return coalesce(cardinality(tomados), 0);
end
$$;
comment on function privado.plegar_kpis(integer) is
  'Suma a las celdas lo que cambió y lo quita; da cuántos cambios plegó. Se puede llamar a cualquier hora.';
revoke all on function privado.plegar_kpis(integer) from public;
grant execute on function privado.plegar_kpis(integer) to service_role;

create function privado.agregar_kpis(desde bigint, hasta bigint) returns void
language plpgsql volatile security definer set search_path = '' set work_mem = '128MB' as $$
declare
  contratos bigint[];
begin
  select array_agg(c.id) into contratos from public.contratos c where c.id between desde and hasta;
  insert into public.avances as a (contrato_id, lotes, recibido_qq, exportado_qq, tm_fijadas)
  select c, coalesce(l.lotes, 0), coalesce(l.recibido, 0), coalesce(l.exportado, 0), coalesce(f.tm, 0)
  from unnest(contratos) as c
  left join (
    select x.contrato_id, count(*) as lotes, sum(x.peso_qq) filter (where x.estado <> 'En tránsito') as recibido,
      sum(x.peso_qq) filter (where x.estado = 'Exportado') as exportado
    from public.lotes_asociados x where x.contrato_id between desde and hasta group by 1
  ) as l on l.contrato_id = c
  left join (
    select y.contrato_id, sum(y.tm) as tm
    from public.fijaciones y where y.contrato_id between desde and hasta and y.anulada_en is null group by 1
  ) as f on f.contrato_id = c
  order by c
  on conflict (contrato_id) do update set lotes = excluded.lotes, recibido_qq = excluded.recibido_qq,
    exportado_qq = excluded.exportado_qq, tm_fijadas = excluded.tm_fijadas;
  -- Straight into the cells: of many contracts at once, most add to the same ones.
  insert into public.kpis_celdas as k
    (empresa_id, grupo, medida, fecha, clave, papel, n, cantidad, inicial_qq, humedad_qq, usd)
  select x.empresa_id, g.grupo, x.medida, x.fecha, g.clave, x.papel,
    sum(x.n), sum(x.cantidad), sum(x.inicial_qq), sum(x.humedad_qq), sum(x.usd)
  from privado.aportes_kpi(privado.piezas_kpi(contratos)) as x
  cross join lateral (values ('mes', ''), ('contraparte', x.otra_id::text), ('calidad', x.calidad)) as g (grupo, clave)
  where x.medida <> 'vence' or g.grupo = 'mes'
  group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (empresa_id, grupo, medida, fecha, clave, papel) do update set n = k.n + excluded.n,
    cantidad = k.cantidad + excluded.cantidad, inicial_qq = k.inicial_qq + excluded.inicial_qq,
    humedad_qq = k.humedad_qq + excluded.humedad_qq, usd = k.usd + excluded.usd;
end
$$;
comment on function privado.agregar_kpis(bigint, bigint) is
  'Suma a los indicadores los contratos de esos ids, cargados sin disparadores.';
revoke all on function privado.agregar_kpis(bigint, bigint) from public;

create function privado.recalcular_kpis() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  tanda constant bigint := 20000;
  ultimo bigint;
  primero bigint := 0;
begin
  -- Nobody changes what is summed meanwhile; reading goes on.
  lock table public.contratos, public.contratos_participantes, public.lotes_asociados, public.fijaciones,
    public.avances in share row exclusive mode;
  delete from public.kpis_cambios;
  delete from public.kpis_celdas;
  select max(c.id) into ultimo from public.contratos c;
  while primero <= ultimo loop
    perform privado.agregar_kpis(primero, primero + tanda - 1);
    primero := primero + tanda;
  end loop;
end
$$;
comment on function privado.recalcular_kpis() is 'Hace de nuevo los avances y los indicadores, desde las tablas.';
revoke all on function privado.recalcular_kpis() from public;

-- supabase/schemas/43_kpis/60_kpis.sql

-- The indicators in one call, from the SDK (rpc) and from the functions alike, under RLS: what a company reads is its
-- own. The figures are exact until each is rounded, once: weights to 4 decimals, money to 2.
create function public.kpis(
  desde date default null,
  hasta date default null,
  agrupar text default 'mes',
  dias integer default 15,
  empresa bigint default null
) returns json
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  tm constant numeric := 0.045359237;
  hoy constant date := privado.hoy();
  fin constant date := date_trunc('month', coalesce(hasta, hoy))::date;
  inicio constant date := coalesce(date_trunc('month', desde)::date, fin - interval '11 months');
begin
  perform privado.exigir_cuenta();
  if inicio > fin or fin >= inicio + interval '120 months' then
    raise exception 'kpis_periodo_invalido' using errcode = 'PT422',
      detail = 'El período va de un mes a otro posterior, y abarca 120 meses como máximo.', hint = 'desde';
  elsif coalesce(agrupar, '') not in ('mes', 'contraparte', 'calidad') then
    raise exception 'kpis_grupo_invalido' using errcode = 'PT422',
      detail = 'Se agrupa por mes, contraparte o calidad.', hint = 'agrupar';
  elsif dias is null or dias not between 0 and 365 then
    raise exception 'kpis_dias_invalidos' using errcode = 'PT422', detail = 'De 0 a 365 días.', hint = 'dias';
  elsif not privado.es_admin() then
    if empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    empresa := privado.mi_empresa();
  end if;
  return (
    with celdas as materialized (
      -- Of all the companies, a contract counts once: by its exporter. One branch runs, never both.
      select k.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd from public.kpis_totales k
      where empresa is not null and k.empresa_id = empresa and k.grupo = agrupar and (
        k.fecha = 'infinity' or (k.medida in ('contratado', 'entregado', 'vendido', 'sin_precio') and k.fecha between inicio and fin))
      union all
      select k.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd from public.kpis_totales k
      where empresa is null and k.papel = 'exportadora' and k.grupo = agrupar and (
        k.fecha = 'infinity' or (k.medida in ('contratado', 'entregado', 'vendido', 'sin_precio') and k.fecha between inicio and fin))
    ),
    vencen as materialized (
      select k.fecha, k.n, k.cantidad from public.kpis_totales k
      where empresa is not null and k.empresa_id = empresa and k.grupo = 'mes' and k.medida = 'vence' and k.fecha <= hoy + dias
      union all
      select k.fecha, k.n, k.cantidad from public.kpis_totales k
      where empresa is null and k.papel = 'exportadora' and k.grupo = 'mes' and k.medida = 'vence' and k.fecha <= hoy + dias
    ),
    ahora as (
      select medida, sum(n)::bigint as n, sum(cantidad) as cantidad from celdas where fecha = 'infinity' group by 1
    ),
    llaves as (
      select case when agrupar <> 'mes' then clave when fecha < 'infinity' then to_char(fecha, 'YYYY-MM') end as llave, celdas.*
      from celdas
      union all
      select to_char(m, 'YYYY-MM'), '', '', m::date, 0, 0, 0, 0, 0
      from generate_series(inicio, fin, interval '1 month') as m where agrupar = 'mes'
    ),
    sumas as (
      select grouping(llave) = 1 as es_total, llave, bool_or(n <> 0) as tiene,
        coalesce(sum(cantidad) filter (where medida = 'contratado'), 0) as contratado,
        coalesce(sum(cantidad) filter (where medida = 'entregado'), 0) as entregado,
        coalesce(sum(inicial_qq), 0) as inicial, coalesce(sum(humedad_qq), 0) as humedad,
        coalesce(sum(cantidad) filter (where medida = 'vendido'), 0) as vendido, coalesce(sum(usd), 0) as usd,
        coalesce(sum(cantidad) filter (where medida = 'sin_precio'), 0) as sin_precio,
        coalesce(sum(cantidad) filter (where medida in ('En tránsito', 'Recibido', 'Secado')), 0) as stock,
        coalesce(sum(cantidad) filter (where medida = 'abierta'), 0) as abierta
      from llaves group by grouping sets ((llave), ())
    ),
    filas as (
      select coalesce(llave, '') as clave,
        case when es_total then null when agrupar = 'contraparte' then e.nombre when llave = '' then 'Sin calidad' else llave end as nombre,
        round(contratado, 4) as contratado_tm, round(entregado, 4) as entregado_qq, round(entregado * tm, 4) as entregado_tm,
        round(humedad / nullif(entregado, 0), 4) as humedad_promedio,
        round(100 * (inicial - entregado) / nullif(inicial, 0), 4) as merma_pct,
        round(vendido * tm, 4) as vendido_tm, round(usd, 2) as ventas_usd, round(sin_precio * tm, 4) as sin_precio_tm,
        -- What there is now is of no month.
        case when es_total or agrupar <> 'mes' then round(stock, 4) end as stock_qq,
        case when es_total or agrupar <> 'mes' then round(stock * tm, 4) end as stock_tm,
        case when es_total or agrupar <> 'mes' then round(abierta, 4) end as abierta_tm
      from sumas left join public.empresas e on e.id = case when agrupar = 'contraparte' then llave::bigint end
      where es_total or (llave is not null and (tiene or agrupar = 'mes'))
    ),
    total as (select f.* from filas f where f.nombre is null),
    grupos as (select f.* from filas f where f.nombre is not null)
    select json_build_object(
      'desde', to_char(inicio, 'YYYY-MM'), 'hasta', to_char(fin, 'YYYY-MM'), 'agrupar', agrupar, 'empresa', empresa,
      'stock', (
        select json_agg(json_build_object('estado', s.estado, 'lotes', coalesce(a.n, 0), 'qq', coalesce(round(a.cantidad, 4), 0),
          'tm', coalesce(round(a.cantidad * tm, 4), 0)) order by s.orden)
        from unnest('{En tránsito,Recibido,Secado,Exportado}'::text[]) with ordinality as s (estado, orden)
        left join ahora a on a.medida = s.estado),
      'contratos', json_build_object(
        'estados', (
          select json_agg(json_build_object('estado', s.estado, 'contratos', coalesce(a.n, 0),
            'tm', coalesce(round(a.cantidad, 4), 0)) order by s.orden)
          from unnest('{En revisión,Activo,Cerrado}'::text[]) with ordinality as s (estado, orden)
          left join ahora a on a.medida = s.estado),
        'por_vencer', (select json_build_object('dias', dias, 'contratos', coalesce(sum(n), 0)::bigint,
          'pendiente_tm', coalesce(round(sum(cantidad), 4), 0)) from vencen where fecha >= hoy),
        'atrasados', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
          'pendiente_tm', coalesce(round(sum(cantidad), 4), 0)) from vencen where fecha < hoy)),
      'posicion_abierta', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
        'tm', coalesce(round(sum(cantidad), 4), 0)) from ahora where medida = 'abierta'),
      'total', (select row_to_json(t) from total t),
      'grupos', coalesce((select json_agg(row_to_json(g) order by g.clave) from grupos g), '[]'),
      'series', (
        select json_agg(json_build_object('nombre', s.nombre, 'unidad', s.unidad, 'puntos', coalesce(s.puntos, '[]')))
        from (
          select 'Contratado' as nombre, 'TM' as unidad, json_agg(json_build_array(g.nombre, contratado_tm) order by clave) as puntos from grupos g
          union all select 'Entregado', 'TM', json_agg(json_build_array(g.nombre, entregado_tm) order by clave) from grupos g
          union all select 'Ventas', 'USD', json_agg(json_build_array(g.nombre, ventas_usd) order by clave) from grupos g
          union all select 'Humedad', '%', json_agg(json_build_array(g.nombre, humedad_promedio) order by clave) from grupos g
          union all select 'Merma', '%', json_agg(json_build_array(g.nombre, merma_pct) order by clave) from grupos g
        ) as s)
    )
  );
end
$$;
comment on function public.kpis(date, date, text, integer, bigint) is
  'Indicadores de la empresa del usuario entre dos meses; de un administrador, los de todas o los de una.';
revoke all on function public.kpis(date, date, text, integer, bigint) from public, anon, service_role;
grant execute on function public.kpis(date, date, text, integer, bigint) to authenticated;

-- supabase/schemas/90_storage/10_buckets.sql

-- The files of a contract live in five private buckets, which admit the types of privado.tipos_documento and besides
-- application/octet-stream: Windows and Android send it for what they do not know.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
select b, b, false, 52428800, (
  select array_agg(m order by m) || array['application/octet-stream']
  from (select mime as m from privado.tipos_documento union select unnest(alias) from privado.tipos_documento) as t
)
from unnest(array['contratos', 'facturas', 'remisiones', 'lotes', 'documentos']) as b
on conflict (id) do update set allowed_mime_types = excluded.allowed_mime_types;

create function privado.es_bucket_de_contratos(bucket text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select bucket in ('contratos', 'facturas', 'remisiones', 'lotes', 'documentos')
$$;
comment on function privado.es_bucket_de_contratos(text) is '¿Guarda este bucket archivos de contratos?';
revoke all on function privado.es_bucket_de_contratos(text) from public;
grant execute on function privado.es_bucket_de_contratos(text) to authenticated;

create policy triboka_select_activo on storage.buckets for select to authenticated
  using (privado.es_bucket_de_contratos(id) and (select privado.mi_rol()) is not null);

-- supabase/schemas/90_storage/20_permisos.sql

-- Whose an object is. The files of a contract follow the contract: an object is <codigo>/<file>, and its first folder
-- says of which. Asked by the policies and triggers of storage.objects.
create function privado.contrato_de_objeto(objeto text) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  if objeto !~ '^[^/]+/[^/]+$' then
    return null;
  end if;
  return (select c.id from public.contratos c where c.codigo = split_part(objeto, '/', 1));
end
$$;
comment on function privado.contrato_de_objeto(text) is 'Contrato de un objeto <codigo>/<archivo>.';

create function privado.puede_ver_objeto(objeto text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  contrato constant bigint := privado.contrato_de_objeto(objeto);
begin
  return contrato is not null and (privado.participa(contrato) or privado.es_admin());
end
$$;
comment on function privado.puede_ver_objeto(text) is '¿Ve el usuario los archivos de esa carpeta?';

-- No name with characters that nobody sees.
create function privado.puede_subir_objeto(objeto text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return privado.es_texto_limpio(objeto, true)
    and coalesce(privado.puede_subir(privado.contrato_de_objeto(objeto)), false);
end
$$;
comment on function privado.puede_subir_objeto(text) is '¿Puede el usuario subir un archivo a esa carpeta?';

-- Volatile although a policy calls it: after waiting for its turn it must look again, not at the snapshot of
-- the statement.
create function privado.objeto_sin_registrar(bucket text, objeto text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.tomar_objeto(bucket, objeto);
  return not exists (select from public.documentos_contrato d where d.url_archivo = bucket || '/' || objeto);
end
$$;
comment on function privado.objeto_sin_registrar(text, text) is 'Cierto si ningún documento registra ese objeto.';

revoke all on function privado.contrato_de_objeto(text), privado.puede_ver_objeto(text),
  privado.puede_subir_objeto(text), privado.objeto_sin_registrar(text, text) from public;
grant execute on function privado.puede_ver_objeto(text), privado.puede_subir_objeto(text),
  privado.objeto_sin_registrar(text, text) to authenticated;

-- supabase/schemas/90_storage/30_reglas.sql

-- What binds everybody, by triggers of storage.objects. Policies do not bind the service role, and the Storage API ends
-- an upload as it, with the user as the owner: one by a signed link, and in storage-api any other too. A right that
-- ended after the link was taken, or while the bytes came, must end the upload; and it must not replace a legal paper,
-- nor what somebody else put there meanwhile. Removing stays with the service role alone, which empties a database on
-- purpose.
--
-- What storage-api is to pass on to clients is raised with a state that it knows (42501 → 403, 23505 → 409): to any
-- other it answers 500.

-- Which session the link was taken in is not known here: the person must have one, which ends with the last of them.
create function privado.juzgar_subida() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  sesion constant text := coalesce(current_setting('request.jwt.claims', true), '');
  sub constant text := coalesce(current_setting('request.jwt.claim.sub', true), '');
  abierta text;
  puede boolean;
begin
  if not privado.es_bucket_de_contratos(new.bucket_id) then
    return new;
  end if;
  if pg_input_is_valid(new.owner_id, 'uuid') then
    select s.id::text into abierta from auth.sessions s where s.user_id = new.owner_id::uuid limit 1;
    perform set_config('request.jwt.claim.sub', '', true), set_config('request.jwt.claims',
      jsonb_build_object('role', 'authenticated', 'sub', new.owner_id, 'session_id', abierta)::text, true);
    puede := privado.puede_subir_objeto(new.name);
    perform set_config('request.jwt.claim.sub', sub, true), set_config('request.jwt.claims', sesion, true);
  end if;
  if puede is distinct from true or (abierta is null and storage.operation() like '%signed%') then
    raise exception 'subida_sin_permiso' using errcode = '42501',
      detail = 'Quien sube este archivo, o pidió el enlace, ya no puede subirlo.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.juzgar_subida() is
  'Disparador: lo que la API de archivos sube por alguien, lo puede subir él en ese momento.';

create function privado.proteger_objeto() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not privado.objeto_sin_registrar(old.bucket_id, old.name) then
    raise exception 'objeto_registrado' using errcode = '23505',
      detail = 'Un archivo registrado como documento no se reemplaza ni se mueve.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.proteger_objeto() is
  'Disparador: el archivo de un documento no se reemplaza ni se mueve, sea quien sea.';

create function privado.respetar_objeto_ajeno() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if privado.es_bucket_de_contratos(new.bucket_id) then
    raise exception 'objeto_de_otro' using errcode = '23505',
      detail = 'Otra persona subió un archivo con ese nombre.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.respetar_objeto_ajeno() is
  'Disparador: nadie reemplaza el archivo que subió otro, venga por donde venga.';

revoke all on function privado.juzgar_subida(), privado.proteger_objeto(), privado.respetar_objeto_ajeno() from public;

-- supabase/schemas/90_storage/40_objects.sql

-- Our policies and triggers of storage.objects, a table of the stack. An object registered as a document is never
-- replaced, moved or removed by a user: nothing legal is destroyed.
create policy triboka_select_participante on storage.objects for select to authenticated
  using (privado.es_bucket_de_contratos(bucket_id) and privado.puede_ver_objeto(name));
create policy triboka_insert_participante on storage.objects for insert to authenticated
  with check (privado.es_bucket_de_contratos(bucket_id) and privado.puede_subir_objeto(name));
create policy triboka_update_propio on storage.objects for update to authenticated
  using (
    privado.es_bucket_de_contratos(bucket_id) and owner_id = (select auth.uid())::text
    and privado.puede_subir_objeto(name) and privado.objeto_sin_registrar(bucket_id, name)
  )
  with check (
    privado.es_bucket_de_contratos(bucket_id) and owner_id = (select auth.uid())::text
    and privado.puede_subir_objeto(name)
  );
create policy triboka_delete_propio on storage.objects for delete to authenticated
  using (
    privado.es_bucket_de_contratos(bucket_id) and owner_id = (select auth.uid())::text
    and privado.puede_subir_objeto(name) and privado.objeto_sin_registrar(bucket_id, name)
  );

-- Before each row; those of Storage itself come before and after, by their names.
-- What the Storage API uploads for somebody, that person may upload at that moment.
create trigger triboka_juzgar_subida before insert on storage.objects
  for each row when (new.owner_id is not null and current_user in ('service_role', 'supabase_storage_admin'))
  execute function privado.juzgar_subida();
-- The file of a document is not replaced nor moved, whoever does it.
create trigger triboka_proteger_objeto before update on storage.objects
  for each row when (
    (old.bucket_id, old.name, old.version, old.metadata) is distinct from
    (new.bucket_id, new.name, new.version, new.metadata)
  ) execute function privado.proteger_objeto();
-- Nobody replaces the file that another uploaded, whichever way it comes.
create trigger triboka_respetar_objeto_ajeno before update on storage.objects
  for each row when (
    (old.bucket_id, old.name) = (new.bucket_id, new.name) and old.version is distinct from new.version
    and new.owner_id is not null and new.owner_id is distinct from old.owner_id
  ) execute function privado.respetar_objeto_ajeno();

-- supabase/schemas/91_respaldos/10_respaldos.sql

-- A backup that failed, is late or does not restore must be loud: the result of each is kept where /salud and the
-- administrators see it.
create table privado.respaldos (
  id bigint generated always as identity primary key,
  tipo text not null,
  exito boolean not null,
  carpeta text,
  bytes bigint,
  detalle text,
  avisado boolean not null default false,
  creado_en timestamptz not null default now(),
  constraint respaldos_tipo_valido check (tipo in ('respaldo', 'copia', 'prueba', 'atraso'))
);
comment on table privado.respaldos is 'Resultado de cada respaldo, de su copia externa y de su prueba de restauración.';
comment on column privado.respaldos.avisado is '¿Se avisó de él a los administradores?';
create index respaldos_tipo_idx on privado.respaldos (tipo, id desc);

revoke all on privado.respaldos from anon, authenticated, service_role;
revoke all on sequence privado.respaldos_id_seq from anon, authenticated, service_role;

-- supabase/schemas/91_respaldos/20_vigilancia.sql

-- What is done with the result of a backup, by the service role: it is kept, told to the administrators when it is bad,
-- and missed when it does not come.

-- What fails is tried again every hour; told once a day.
create function privado.registrar_respaldo(
  v_tipo text, v_exito boolean, v_carpeta text default null, v_bytes bigint default null, v_detalle text default null
) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  avisar boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('privado.respaldos', 0));
  avisar := not v_exito and not exists (
    select from privado.respaldos r
    where r.tipo = v_tipo and r.avisado and r.creado_en > now() - interval '20 hours'
      and not exists (select from privado.respaldos b where b.tipo = v_tipo and b.exito and b.id > r.id));
  insert into privado.respaldos (tipo, exito, carpeta, bytes, detalle, avisado)
  values (v_tipo, v_exito, v_carpeta, v_bytes, left(v_detalle, 2000), avisar);
  if avisar then
    perform privado.notificar_administradores('respaldo',
      case v_tipo
        when 'respaldo' then 'El respaldo de hoy falló.'
        when 'copia' then format('El respaldo %s no se pudo copiar fuera del servidor.', v_carpeta)
        when 'prueba' then format('El respaldo %s no pasó su prueba de restauración.', coalesce(v_carpeta, 'más nuevo'))
        else 'Los respaldos están atrasados.' end,
      jsonb_build_object('motivo', v_tipo, 'carpeta', v_carpeta));
  end if;
  delete from privado.respaldos r where r.creado_en < now() - interval '2 years';
end
$$;
comment on function privado.registrar_respaldo(text, boolean, text, bigint, text) is
  'Guarda el resultado de un respaldo, su copia o su prueba, y avisa de uno malo a los administradores.';

-- Late: two hours after 02:00 without the backup of the day, or a day after Sunday without the proof of the week.
create function privado.estado_respaldos(
  out primero timestamptz, out ultimo timestamptz, out probado timestamptz, out fallido boolean, out atrasado boolean)
language sql stable security definer set search_path = '' as $$
  select e.primero, e.ultimo, e.probado,
    exists (
      select from unnest('{respaldo,copia,prueba}'::text[]) as t (tipo)
      cross join lateral (
        select r.exito from privado.respaldos r where r.tipo = t.tipo order by r.id desc limit 1) as final
      where not final.exito),
    coalesce(e.ultimo < now() - interval '26 hours', true)
      or coalesce(e.probado, e.primero) < now() - interval '8 days'
  from (
    select min(r.creado_en) filter (where r.tipo = 'respaldo') as primero,
      max(r.creado_en) filter (where r.tipo = 'respaldo') as ultimo,
      max(r.creado_en) filter (where r.tipo = 'prueba') as probado
    from privado.respaldos r where r.exito
  ) as e
$$;
comment on function privado.estado_respaldos() is
  'Primer y último respaldo bueno, última prueba buena, y si el último intento falló o falta el que toca.';

create function privado.vigilar_respaldos() returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  atrasado constant boolean := (select e.atrasado from privado.estado_respaldos() as e);
begin
  if atrasado then
    perform privado.registrar_respaldo('atraso', false);
  end if;
  return atrasado;
end
$$;
comment on function privado.vigilar_respaldos() is 'Avisa a los administradores, una vez al día, si los respaldos se atrasan.';

revoke all on function privado.registrar_respaldo(text, boolean, text, bigint, text), privado.estado_respaldos(),
  privado.vigilar_respaldos() from public;
grant execute on function privado.registrar_respaldo(text, boolean, text, bigint, text), privado.estado_respaldos(),
  privado.vigilar_respaldos() to service_role;

reset check_function_bodies;
