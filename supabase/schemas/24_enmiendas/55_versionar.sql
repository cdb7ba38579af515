-- The versions of the terms, which triggers write: a contract has its first from its creation, and each change makes
-- the next.

create function privado.version_vigente(contrato bigint) returns integer
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select max(v.n) from public.contratos_versiones v where v.contrato_id = contrato);
end
$$;
comment on function privado.version_vigente(bigint) is 'Número de la última versión de los términos de un contrato.';

-- Who signs for a party: an administrator signs for none, though it works in one of them.
create function privado.mi_parte(contrato public.contratos) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return case when privado.mi_rol() <> 'admin'
    and privado.mi_empresa() = any (array[contrato.exportadora_id, contrato.contraparte_id]) then privado.mi_empresa() end;
end
$$;
comment on function privado.mi_parte(public.contratos) is
  'La empresa por la que el usuario firma en este contrato; null si por ninguna.';

-- When both sides stand by the terms of a contract as they are; null while one of them does not.
create function privado.acordado_en(contrato public.contratos) returns timestamptz
language plpgsql stable set search_path = '' as $$
begin
  return case when num_nulls(contrato.exportadora_acepto_en, contrato.contraparte_acepto_en) = 0
    then greatest(contrato.exportadora_acepto_en, contrato.contraparte_acepto_en) end;
end
$$;
comment on function privado.acordado_en(public.contratos) is
  'Cuándo quedaron de acuerdo las dos partes con los términos de un contrato; null si falta una.';

-- The contract is held, so numbers have no gap. Where nothing changed there is no new version.
create function privado.versionar(v_contrato bigint, v_enmienda bigint default null) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato public.contratos;
  anterior public.contratos_versiones;
  enmienda public.enmiendas;
  nueva public.contratos_versiones;
begin
  select * into contrato from public.contratos c where c.id = v_contrato for no key update;
  select * into anterior from public.contratos_versiones v where v.contrato_id = v_contrato order by v.n desc limit 1;
  nueva.terminos := privado.terminos(contrato);
  if not exists (select from privado.diferencias(anterior.terminos, nueva.terminos)) then
    return;
  end if;
  nueva.n := coalesce(anterior.n, 0) + 1;
  nueva.propuesta_por := auth.uid();
  nueva.propuesta_empresa := privado.mi_parte(contrato);
  nueva.propuesta_en := clock_timestamp();
  nueva.aceptada_en := privado.acordado_en(contrato);
  nueva.origen := case when nueva.n = 1 then 'creacion' when auth.uid() is null then 'sistema' else 'edicion' end;
  if v_enmienda is not null then
    select * into enmienda from public.enmiendas e where e.id = v_enmienda;
    nueva.origen := 'enmienda';
    nueva.propuesta_por := enmienda.propuesta_por;
    nueva.propuesta_empresa := enmienda.propuesta_empresa;
    nueva.propuesta_en := enmienda.propuesta_en;
    nueva.aceptada_por := enmienda.respondida_por;
    nueva.aceptada_empresa := enmienda.respondida_empresa;
    nueva.aceptada_en := enmienda.respondida_en;
  end if;
  insert into public.contratos_versiones (contrato_id, n, terminos, origen, enmienda_id, propuesta_por, propuesta_empresa,
    propuesta_en, aceptada_por, aceptada_empresa, aceptada_en)
  values (v_contrato, nueva.n, nueva.terminos, nueva.origen, v_enmienda, nueva.propuesta_por, nueva.propuesta_empresa,
    nueva.propuesta_en, nueva.aceptada_por, nueva.aceptada_empresa, nueva.aceptada_en);
end
$$;
comment on function privado.versionar(bigint, bigint) is
  'Anota los términos de un contrato como su versión siguiente, si no son los de la última.';

revoke all on function privado.version_vigente(bigint), privado.mi_parte(public.contratos),
  privado.acordado_en(public.contratos), privado.versionar(bigint, bigint) from public;
grant execute on function privado.versionar(bigint, bigint) to authenticated;
