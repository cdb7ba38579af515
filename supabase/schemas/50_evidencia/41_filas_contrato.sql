-- The rows of a contract, as its chain tells them. What somebody may have put a name into, a path or a code of theirs too,
-- is a salted hash; chains of before have paths and codes as they were (see privado.con_huellas).

create function privado.fila_contrato(c public.contratos, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"archivo_pdf":' || privado.json_de(c.archivo_pdf, sal)
    || ',"calidad":' || privado.json_de(c.calidad)
    || ',"cerrado_en":' || privado.json_de(c.cerrado_en)
    || ',"cierre":' || privado.json_de(c.cierre)
    || ',"codigo":' || privado.json_de(c.codigo)
    || ',"contraparte_acepto_en":' || privado.json_de(c.contraparte_acepto_en)
    || ',"contraparte_id":' || privado.json_de(c.contraparte_id)
    || ',"creado_en":' || privado.json_de(c.creado_en)
    || ',"creado_por":' || privado.json_de(c.creado_por)
    || ',"dias_confirmacion":' || privado.json_de(c.dias_confirmacion::bigint)
    || ',"eliminado_en":' || privado.json_de(c.eliminado_en)
    || ',"estado":' || privado.json_de(c.estado)
    || ',"exportadora_acepto_en":' || privado.json_de(c.exportadora_acepto_en)
    || ',"exportadora_id":' || privado.json_de(c.exportadora_id)
    || ',"fecha_entrega":' || privado.json_de(c.fecha_entrega)
    || ',"fecha_firma":' || privado.json_de(c.fecha_firma)
    || ',"id":' || privado.json_de(c.id)
    || ',"modalidad_precio":' || privado.json_de(c.modalidad_precio)
    || ',"observaciones":' || privado.json_de(c.observaciones, sal)
    || ',"propuesto_a":' || coalesce(to_json(c.propuesto_a)::text, 'null')
    || ',"rechazado_como":' || privado.json_de(c.rechazado_como)
    || ',"rechazado_en":' || privado.json_de(c.rechazado_en)
    || ',"rechazo_motivo":' || privado.json_de(c.rechazo_motivo, sal)
    || ',"tolerancia_pct":' || privado.json_de(c.tolerancia_pct)
    || ',"volumen_tm":' || privado.json_de(c.volumen_tm) || '}';
end
$$;
comment on function privado.fila_contrato(public.contratos, bytea) is 'Un contrato, en JSON canónico.';

create function privado.fila_acuerdo(p public.contratos_precios) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"contrato_id":' || privado.json_de(p.contrato_id)
    || ',"diferencial_tm":' || privado.json_de(p.diferencial_tm)
    || ',"precio_fijado_tm":' || privado.json_de(p.precio_fijado_tm) || '}';
end
$$;
comment on function privado.fila_acuerdo(public.contratos_precios) is 'El precio acordado de un contrato, en JSON canónico.';

-- oculto is what eliminado_en of its contract and pendiente say.
create function privado.fila_participante(p public.contratos_participantes) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"contrato_id":' || privado.json_de(p.contrato_id)
    || ',"creado_en":' || privado.json_de(p.creado_en)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"papel":' || privado.json_de(p.papel)
    || ',"pendiente":' || privado.json_de(p.pendiente) || '}';
end
$$;
comment on function privado.fila_participante(public.contratos_participantes) is 'Una parte de un contrato, en JSON canónico.';

create function privado.fila_lote(l public.lotes_asociados, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"codigo_lote":' || privado.json_de(l.codigo_lote, sal)
    || ',"contrato_id":' || privado.json_de(l.contrato_id)
    || ',"creado_en":' || privado.json_de(l.creado_en)
    || ',"estado":' || privado.json_de(l.estado)
    || ',"exportado_en":' || privado.json_de(l.exportado_en)
    || ',"humedad":' || privado.json_de(l.humedad)
    || ',"humedad_inicial":' || privado.json_de(l.humedad_inicial)
    || ',"id":' || privado.json_de(l.id)
    || ',"lote_id":' || privado.json_de(l.lote_id)
    || ',"lote_kg":' || privado.json_de(l.lote_kg)
    || ',"origen_compartido":' || privado.json_de(l.origen_compartido)
    || ',"peso_inicial_qq":' || privado.json_de(l.peso_inicial_qq)
    || ',"peso_qq":' || privado.json_de(l.peso_qq)
    || ',"recibido_en":' || privado.json_de(l.recibido_en)
    || ',"secado_en":' || privado.json_de(l.secado_en) || '}';
end
$$;
comment on function privado.fila_lote(public.lotes_asociados, bytea) is 'Un lote, en JSON canónico.';

create function privado.fila_documento(d public.documentos_contrato, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"bytes":' || privado.json_de(d.bytes)
    || ',"contrato_id":' || privado.json_de(d.contrato_id)
    || ',"duplicado_de":' || privado.json_de(d.duplicado_de)
    || ',"empresa_id":' || privado.json_de(d.empresa_id)
    || ',"etiqueta":' || privado.json_de(d.etiqueta, sal)
    || ',"fecha_subida":' || privado.json_de(d.fecha_subida)
    || ',"huella_de":' || privado.json_de(d.huella_de)
    || ',"id":' || privado.json_de(d.id)
    || ',"lote_id":' || privado.json_de(d.lote_id)
    || ',"mime":' || privado.json_de(d.mime)
    || ',"nombre_archivo":' || privado.json_de(d.nombre_archivo, sal)
    -- What a client said of it is no hash of ours.
    || ',"sha256":' || case when d.huella_de is null then 'null' else privado.json_de(d.sha256) end
    || ',"subido_por":' || privado.json_de(d.subido_por)
    || ',"tipo":' || privado.json_de(d.tipo)
    || ',"url_archivo":' || privado.json_de(d.url_archivo, sal)
    || ',"verificacion":' || privado.json_de(d.verificacion) || '}';
end
$$;
comment on function privado.fila_documento(public.documentos_contrato, bytea) is 'Un documento, en JSON canónico.';

create function privado.fila_fijacion(f public.fijaciones, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"anulada_en":' || privado.json_de(f.anulada_en)
    || ',"anulada_por":' || privado.json_de(f.anulada_por)
    || ',"confirmada_en":' || privado.json_de(f.confirmada_en)
    || ',"confirmada_por":' || privado.json_de(f.confirmada_por)
    || ',"contrato_id":' || privado.json_de(f.contrato_id)
    || ',"creado_en":' || privado.json_de(f.creado_en)
    || ',"creado_por":' || privado.json_de(f.creado_por)
    || ',"diferencial":' || privado.json_de(f.diferencial)
    || ',"empresa_id":' || privado.json_de(f.empresa_id)
    || ',"fecha":' || privado.json_de(f.fecha)
    || ',"id":' || privado.json_de(f.id)
    || ',"motivo":' || privado.json_de(f.motivo, sal)
    || ',"ny":' || privado.json_de(f.ny)
    || ',"precio_tm":' || privado.json_de(f.precio_tm)
    || ',"tm":' || privado.json_de(f.tm)
    || ',"vence_en":' || privado.json_de(f.vence_en) || '}';
end
$$;
comment on function privado.fila_fijacion(public.fijaciones, bytea) is 'Una fijación, en JSON canónico.';

create function privado.fila_reapertura(r public.contratos_reaperturas, sal bytea) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"autor":' || privado.json_de(r.autor, sal)
    || ',"cerrado_en":' || privado.json_de(r.cerrado_en)
    || ',"contrato_id":' || privado.json_de(r.contrato_id)
    || ',"creado_en":' || privado.json_de(r.creado_en)
    || ',"empresa":' || privado.json_de(r.empresa, sal)
    || ',"exportado_tm":' || privado.json_de(r.exportado_tm)
    || ',"id":' || privado.json_de(r.id)
    || ',"motivo":' || privado.json_de(r.motivo, sal)
    || ',"usuario_id":' || privado.json_de(r.usuario_id)
    || ',"volumen_tm":' || privado.json_de(r.volumen_tm) || '}';
end
$$;
comment on function privado.fila_reapertura(public.contratos_reaperturas, bytea) is 'Una reapertura, en JSON canónico.';

create function privado.fila_mensaje(m public.mensajes) returns text
language plpgsql immutable set search_path = '' as $$
begin
  return '{"autor":' || privado.json_de(m.autor)
    || ',"contrato_id":' || privado.json_de(m.contrato_id)
    || ',"creado_en":' || privado.json_de(m.creado_en)
    || ',"documento_id":' || privado.json_de(m.documento_id)
    || ',"empresa":' || privado.json_de(m.empresa)
    || ',"id":' || privado.json_de(m.id)
    || ',"id_cliente":' || privado.json_de(m.id_cliente)
    || ',"lote_id":' || privado.json_de(m.lote_id)
    || ',"texto":' || privado.json_de(m.texto)
    || ',"tipo":' || privado.json_de(m.tipo)
    || ',"usuario_id":' || privado.json_de(m.usuario_id) || '}';
end
$$;
comment on function privado.fila_mensaje(public.mensajes) is
  'Un mensaje, en JSON canónico: de él solo llega a la cadena su huella con sal.';

revoke all on function privado.fila_contrato(public.contratos, bytea), privado.fila_acuerdo(public.contratos_precios),
  privado.fila_participante(public.contratos_participantes), privado.fila_lote(public.lotes_asociados, bytea),
  privado.fila_documento(public.documentos_contrato, bytea), privado.fila_fijacion(public.fijaciones, bytea),
  privado.fila_reapertura(public.contratos_reaperturas, bytea), privado.fila_mensaje(public.mensajes) from public;
