-- Making, listing and revoking tokens, and choosing what their page shows. Functions of the API alone call these, as
-- their user: the token is theirs to make, since its key is not in the database.

create function privado.crear_testigo(
  v_contrato bigint, v_huella bytea, v_sal bytea, v_vence timestamptz, es_de_expediente boolean default false
) returns privado.testigos
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.crear_testigo(bigint, bytea, bytea, timestamptz, boolean) is
  'Abre una página pública del expediente de un contrato.';

-- Revoking is the right of either party, whoever made it.
create function privado.revocar_testigo(v_contrato bigint, v_testigo bigint) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato, bloquear => true);
  fila privado.testigos;
begin
  select * into fila from privado.testigos t where t.id = v_testigo and t.contrato_id = contrato.id;
  if fila.id is null then
    raise exception 'testigo_no_existe' using errcode = 'PT404', detail = 'Esa dirección no es de ningún expediente, venció o fue revocada.';
  elsif fila.revocado_en is null then
    update privado.testigos t set revocado_en = now(), revocado_por = auth.uid() where t.id = fila.id;
    perform privado.anotar_evidencia(contrato.id, 'testigo.revocado', 'testigo/' || fila.id, '{}');
  end if;
  return fila.id;
end
$$;
comment on function privado.revocar_testigo(bigint, bigint) is 'Cierra una página pública, para siempre.';

-- The token of the QR: the one there is, or the one that is brought. Whoever brings it says what its key makes of a salt,
-- so a token of another key gives its place to a new one.
create function privado.testigo_de_expediente(v_contrato bigint, v_huella bytea, v_sal bytea, en_lugar_de bigint default null)
  returns privado.testigos
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato);
  vigente privado.testigos;
begin
  select * into vigente from privado.testigos t
  where t.contrato_id = contrato.id and t.de_expediente and t.revocado_en is null;
  if vigente.id is not null and vigente.id is distinct from en_lugar_de then
    return vigente;
  end if;
  -- Two at once: the second waits, and finds what the first made.
  perform privado.contrato_firmado(v_contrato, bloquear => true);
  select * into vigente from privado.testigos t
  where t.contrato_id = contrato.id and t.de_expediente and t.revocado_en is null;
  if vigente.id is not null and vigente.id is distinct from en_lugar_de then
    return vigente;
  elsif vigente.id is not null then
    perform privado.revocar_testigo(contrato.id, vigente.id);
  end if;
  return privado.crear_testigo(contrato.id, v_huella, v_sal, null, es_de_expediente => true);
end
$$;
comment on function privado.testigo_de_expediente(bigint, bytea, bytea, bigint) is
  'La dirección pública que lleva el QR del expediente de un contrato.';

create function privado.testigos_de(v_contrato bigint) returns table (
  id bigint, de_expediente boolean, creado_por uuid, empresa_id bigint, creado_en timestamptz, vence_en timestamptz,
  revocado_en timestamptz, vistas bigint, vistas_hoy bigint
)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_firma(v_contrato);
  return query select t.id, t.de_expediente, t.creado_por, t.empresa_id, t.creado_en, t.vence_en, t.revocado_en,
    coalesce((select sum(v.veces)::bigint from privado.testigos_vistas v where v.testigo_id = t.id), 0),
    coalesce((select v.veces from privado.testigos_vistas v where v.testigo_id = t.id and v.dia = privado.hoy()), 0)
  from privado.testigos t where t.contrato_id = v_contrato;
end
$$;
comment on function privado.testigos_de(bigint) is 'Las direcciones públicas de un contrato, con cuántas veces se abrieron.';

revoke all on function privado.crear_testigo(bigint, bytea, bytea, timestamptz, boolean),
  privado.revocar_testigo(bigint, bigint), privado.testigo_de_expediente(bigint, bytea, bytea, bigint),
  privado.testigos_de(bigint) from public;
grant execute on function privado.crear_testigo(bigint, bytea, bytea, timestamptz, boolean),
  privado.revocar_testigo(bigint, bigint), privado.testigo_de_expediente(bigint, bytea, bytea, bigint),
  privado.testigos_de(bigint) to authenticated;
