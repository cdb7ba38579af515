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
