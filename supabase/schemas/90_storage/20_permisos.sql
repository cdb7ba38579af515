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
