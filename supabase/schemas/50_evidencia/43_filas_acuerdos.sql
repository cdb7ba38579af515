-- What two companies agree: versions of the terms, amendments and relations, as their chains tell them.

-- Its terms as text: their decimals keep their zeros.
create function privado.fila_version(v public.contratos_versiones) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"aceptada_empresa":' || privado.json_de(v.aceptada_empresa)
    || ',"aceptada_en":' || privado.json_de(v.aceptada_en)
    || ',"aceptada_por":' || privado.json_de(v.aceptada_por)
    || ',"contrato_id":' || privado.json_de(v.contrato_id)
    || ',"enmienda_id":' || privado.json_de(v.enmienda_id)
    || ',"n":' || privado.json_de(v.n::bigint)
    || ',"origen":' || privado.json_de(v.origen)
    || ',"propuesta_empresa":' || privado.json_de(v.propuesta_empresa)
    || ',"propuesta_en":' || privado.json_de(v.propuesta_en)
    || ',"propuesta_por":' || privado.json_de(v.propuesta_por)
    || ',"terminos":' || privado.json_de(v.terminos::text) || '}';
end
$$;
comment on function privado.fila_version(public.contratos_versiones) is 'Una versión de los términos, en JSON canónico.';

create function privado.fila_enmienda(e public.enmiendas, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"cambios":' || privado.json_de(e.cambios::text)
    || ',"contrato_id":' || privado.json_de(e.contrato_id)
    || ',"de_version":' || privado.json_de(e.de_version::bigint)
    || ',"estado":' || privado.json_de(e.estado)
    || ',"id":' || privado.json_de(e.id)
    || ',"motivo":' || privado.json_de(e.motivo, sal)
    || ',"n":' || privado.json_de(e.n::bigint)
    || ',"nota":' || privado.json_de(e.nota, sal)
    || ',"propuesta_empresa":' || privado.json_de(e.propuesta_empresa)
    || ',"propuesta_en":' || privado.json_de(e.propuesta_en)
    || ',"propuesta_por":' || privado.json_de(e.propuesta_por)
    || ',"respondida_empresa":' || privado.json_de(e.respondida_empresa)
    || ',"respondida_en":' || privado.json_de(e.respondida_en)
    || ',"respondida_por":' || privado.json_de(e.respondida_por)
    || ',"vence_en":' || privado.json_de(e.vence_en) || '}';
end
$$;
comment on function privado.fila_enmienda(public.enmiendas, bytea) is 'Una enmienda, en JSON canónico.';

create function privado.fila_relacion(r public.relaciones, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"avisada":' || privado.json_de(r.avisada)
    || ',"con_id":' || privado.json_de(r.con_id)
    || ',"contrato_id":' || privado.json_de(r.contrato_id)
    || ',"correo":' || privado.json_de(r.correo, sal)
    || ',"estado":' || privado.json_de(r.estado)
    || ',"id":' || privado.json_de(r.id)
    || ',"motivo":' || privado.json_de(r.motivo, sal)
    || ',"para_id":' || privado.json_de(r.para_id)
    || ',"propone_id":' || privado.json_de(r.propone_id)
    || ',"propuesta_en":' || privado.json_de(r.propuesta_en)
    || ',"propuesta_por":' || privado.json_de(r.propuesta_por)
    || ',"respondida_en":' || privado.json_de(r.respondida_en)
    || ',"respondida_por":' || privado.json_de(r.respondida_por)
    || ',"ruc":' || privado.json_de(r.ruc, sal)
    || ',"terminada_en":' || privado.json_de(r.terminada_en)
    || ',"terminada_por":' || privado.json_de(r.terminada_por) || '}';
end
$$;
comment on function privado.fila_relacion(public.relaciones, bytea) is 'Una relación entre empresas, en JSON canónico.';

revoke all on function privado.fila_version(public.contratos_versiones), privado.fila_enmienda(public.enmiendas, bytea),
  privado.fila_relacion(public.relaciones, bytea) from public;
