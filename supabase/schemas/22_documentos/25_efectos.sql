-- What a paper does beyond its row: it becomes the file of the contract, and is told in the conversation. Triggers of
-- public.documentos_contrato; notices are told by privado.notificar_cambio().

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

revoke all on function privado.fijar_archivo_pdf(), privado.contar_documento() from public;
