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

-- A worker waits for it on channel documentos. What the functions saw to arrive has its hash already and waits for the
-- next round: a notice makes the commits of everybody go one by one.
create function privado.pedir_lectura() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.documentos_por_leer (documento_id)
  select n.id from nuevos n where n.verificacion <> 'sin archivo' order by n.id;
  if exists (select from nuevos n where n.verificacion = 'por verificar') then
    perform pg_notify('documentos', '');
  end if;
  return null;
end
$$;
comment on function privado.pedir_lectura() is 'Disparador: el servidor leerá los bytes guardados de lo que se registró.';

-- Told to both sides and to administrators, whatever they prefer to be told of: it may be their proof that is lost. The
-- text is for a locked screen too; which paper it was, the conversation says.
create function privado.alertar_de_documento() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
  que constant text := case new.verificacion
    when 'alterado' then 'ya no es el que se registró' when 'sin archivo' then 'ya no está en el almacén'
    else 'vuelve a ser el que se registró' end;
begin
  insert into public.mensajes (contrato_id, tipo, texto, documento_id)
  values (new.contrato_id, 'sistema', format('El archivo de %s %s.', new.nombre_archivo, que), new.id);
  insert into public.notificaciones (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
  select u.id, new.contrato_id, 'documento', format('El archivo de un documento de %s %s.', codigo, que),
    jsonb_build_object('codigo', codigo, 'documento_id', new.id, 'tipo', new.tipo, 'verificacion', new.verificacion),
    true, coalesce(f.push, true)
  from public.usuarios u
  left join public.empresas e on e.id = u.empresa_id
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = 'documento'
  where u.activo and coalesce(e.activo, true) and (u.rol = 'admin' or u.empresa_id in (
    select p.empresa_id from public.contratos_participantes p where p.contrato_id = new.contrato_id and not p.oculto))
  order by u.id;
  return null;
end
$$;
comment on function privado.alertar_de_documento() is
  'Disparador: un documento verificado cuyos bytes cambiaron, faltan o volvieron, avisado a las partes y a los administradores.';

revoke all on function privado.fijar_archivo_pdf(), privado.contar_documento(), privado.avisar_de_documento(),
  privado.pedir_lectura(), privado.alertar_de_documento() from public;
