-- Who proposes, and to whom. A stranger gets from a company one open proposal and one notice a month, also when twenty
-- are sent at once; and a company so many a day to all of them. Nothing that is answered here tells whether the other
-- side exists (of a RUC), has blocked the caller, or has it before it by another name.

create function privado.propuestas_por_dia() returns int
language sql stable set search_path = '' as $$
  select coalesce(nullif(current_setting('triboka.propuestas_por_dia', true), ''), '30')::int
$$;
comment on function privado.propuestas_por_dia() is
  'Cuántas propuestas hace una empresa en un día: 30, o triboka.propuestas_por_dia donde la base lo fija.';

create function privado.tomar_propuestas(v_empresa bigint) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('propuestas ' || v_empresa, 0));
end
$$;
comment on function privado.tomar_propuestas(bigint) is 'Turno de una empresa para proponer, hasta el fin de la transacción.';

-- What either side is shown of it; the RUC and the address are of who wrote them.
create function privado.relacion_json(r public.relaciones) returns json
language plpgsql stable security definer set search_path = '' as $$
declare
  es_propia constant boolean := coalesce(r.propone_id = privado.mi_empresa(), false);
  es_suya constant boolean := es_propia or privado.es_admin();
begin
  return json_build_object(
    'id', r.id, 'estado', r.estado, 'propia', es_propia,
    'propone', (select json_build_object('id', e.id, 'nombre', e.nombre, 'tipo', e.tipo)
      from public.empresas e where e.id = r.propone_id),
    'con', (select json_build_object('id', e.id, 'nombre', e.nombre, 'tipo', e.tipo)
      from public.empresas e where e.id = case when es_propia then r.con_id else coalesce(r.con_id, r.para_id) end),
    'ruc', case when es_suya then r.ruc end, 'correo', case when es_suya then r.correo end,
    'contrato_id', r.contrato_id, 'motivo', r.motivo, 'propuesta_en', r.propuesta_en,
    'respondida_en', r.respondida_en, 'terminada_en', r.terminada_en);
end
$$;
comment on function privado.relacion_json(public.relaciones) is 'Una relación, como la ve el usuario.';

-- Of a contract and of a bare relation alike. The proposer takes turns with itself, so that what it has open and what
-- it sent today are counted right.
create function privado.abrir_propuesta(
  v_de bigint, v_con bigint, v_ruc text default null, v_correo text default null, v_contrato bigint default null
) returns public.relaciones
language plpgsql volatile security definer set search_path = '' as $$
declare
  espera constant interval := '30 days';
  nombre constant text := (select e.nombre from public.empresas e where e.id = v_de);
  v_para bigint;
  fila public.relaciones;
begin
  perform privado.tomar_propuestas(v_de);
  if v_con is not null and privado.bloqueo(v_de, v_con) then
    raise exception 'empresa_bloqueada' using errcode = 'PT409',
      detail = 'Su empresa bloqueó a esa: primero desbloquéela.';
  end if;
  select * into fila from public.relaciones r
  where r.propone_id = v_de and r.con_id is not distinct from v_con and r.ruc is not distinct from v_ruc
    and r.estado = 'propuesta' for no key update;
  -- What was proposed bare may carry its first contract: it is still one.
  if found and fila.contrato_id is null and v_contrato is not null then
    update public.relaciones r set contrato_id = v_contrato where r.id = fila.id returning * into fila;
    return fila;
  elsif found then
    raise exception 'propuesta_abierta' using errcode = 'PT409',
      detail = 'Ya le hizo una propuesta a esa empresa: espere su respuesta o retírela.';
  end if;
  if exists (
    select from public.relaciones r
    where r.propone_id = v_de and r.con_id is not distinct from v_con and r.ruc is not distinct from v_ruc
      and r.estado = 'rechazada' and r.respondida_en > now() - espera
  ) then
    raise exception 'propuesta_en_espera' using errcode = 'PT409',
      detail = 'Esa empresa no aceptó su propuesta: puede hacerle otra 30 días después, o ella a usted.';
  elsif exists (
    select from public.relaciones r where r.propone_id = v_con and r.para_id = v_de and r.estado = 'propuesta'
  ) then
    raise exception 'propuesta_por_responder' using errcode = 'PT409',
      detail = 'Esa empresa ya le hizo una propuesta a la suya: respóndala.';
  elsif (
    select count(*) >= privado.propuestas_por_dia() from public.relaciones r
    where r.propone_id = v_de and r.propuesta_en > now() - interval '1 day'
  ) then
    raise exception 'propuestas_demasiadas' using errcode = 'PT429',
      detail = 'Su empresa ya hizo las propuestas de un día: espere a mañana.';
  end if;
  v_para := coalesce(v_con, (select e.id from public.empresas e where e.ruc = v_ruc and e.activo));
  -- What the other side has before it under another name, or has just refused, reaches it no second time.
  if privado.bloqueo(v_de, v_para) or exists (
    select from public.relaciones r
    where least(r.propone_id, r.para_id) = least(v_de, v_para)
      and greatest(r.propone_id, r.para_id) = greatest(v_de, v_para) and r.para_id is not null
      and (r.estado in ('propuesta', 'aceptada') or (r.estado = 'rechazada' and r.respondida_en > now() - espera))
  ) then
    v_para := null;
  end if;
  insert into public.relaciones (propone_id, con_id, para_id, ruc, correo, contrato_id, propuesta_por, propuesta_en, avisada)
  values (v_de, v_con, v_para, v_ruc, v_correo, v_contrato, auth.uid(), clock_timestamp(),
    v_para is not null and not privado.bloqueo(v_para, v_de) and not exists (
      select from public.relaciones r
      where r.propone_id = v_de and r.para_id = v_para and r.avisada and r.propuesta_en > now() - espera))
  on conflict do nothing returning * into fila;
  if fila.id is null then
    -- The other side proposed in the same moment.
    raise exception 'propuesta_por_responder' using errcode = 'PT409',
      detail = 'Esa empresa ya le hizo una propuesta a la suya: respóndala.';
  elsif fila.avisada then
    perform privado.notificar_empresa(v_para, 'relacion', format(
      case when v_contrato is null then '%s le propone trabajar juntos.' else '%s le propone un contrato.' end, nombre),
      jsonb_build_object('relacion_id', fila.id));
  elsif v_ruc is not null and not exists (select from public.empresas e where e.ruc = v_ruc) then
    -- Only administrators make companies.
    perform privado.notificar_administradores('relacion',
      format('%s invita a una empresa que no está en Triboka.', nombre), jsonb_build_object('relacion_id', fila.id));
  end if;
  return fila;
end
$$;
comment on function privado.abrir_propuesta(bigint, bigint, text, text, bigint) is
  'Propone a una empresa, o a un RUC, trabajar juntas o un contrato; le llega y se le avisa una vez.';

create function privado.proponer_relacion(v_empresa bigint, v_ruc text, v_correo text) returns json
language plpgsql volatile security definer set search_path = '' as $$
declare
  mia constant bigint := privado.empresa_que_decide();
  v_con constant bigint := (select e.id from public.empresas e where e.id = v_empresa and e.id <> mia and e.activo);
begin
  if num_nonnulls(v_empresa, v_ruc) <> 1 or (v_empresa is not null and v_con is null) then
    raise exception 'relacion_invalida' using errcode = 'PT422',
      detail = 'Diga una empresa activa que no sea la suya, o el RUC de otra.', hint = 'empresa_id';
  elsif v_ruc is not null and (
    not privado.ruc_valido(v_ruc) or exists (select from public.empresas e where e.id = mia and e.ruc = v_ruc)) then
    raise exception 'relacion_ruc_invalido' using errcode = 'PT422',
      detail = 'Debe ser el RUC válido de otra empresa: 13 dígitos.', hint = 'ruc';
  elsif privado.relacionadas(mia, coalesce(v_con, (select e.id from public.empresas e where e.ruc = v_ruc))) then
    raise exception 'relacion_ya_aceptada' using errcode = 'PT409', detail = 'Las dos empresas ya se aceptaron.';
  end if;
  return privado.relacion_json(privado.abrir_propuesta(mia, v_con, v_ruc, lower(btrim(v_correo))));
end
$$;
comment on function privado.proponer_relacion(bigint, text, text) is
  'Propone una relación por la empresa del usuario.';

create function public.proponer_relacion(empresa_id bigint default null, ruc text default null, correo text default null)
  returns json
language sql volatile security invoker set search_path = '' as $$
  select privado.proponer_relacion(empresa_id, ruc, correo)
$$;
comment on function public.proponer_relacion(bigint, text, text) is
  'Propone a otra empresa trabajar juntas: una del directorio, o la de un RUC, esté o no en Triboka.';

revoke all on function privado.propuestas_por_dia(), privado.tomar_propuestas(bigint), privado.relacion_json(public.relaciones),
  privado.abrir_propuesta(bigint, bigint, text, text, bigint), privado.proponer_relacion(bigint, text, text) from public;
revoke all on function public.proponer_relacion(bigint, text, text) from public, anon, service_role;
grant execute on function privado.proponer_relacion(bigint, text, text), public.proponer_relacion(bigint, text, text)
  to authenticated;
