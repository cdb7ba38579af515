-- Why: the name of a file that an app registers by the SDK lost some of what nobody sees and was refused for the rest,
-- while the functions take all of it out. One rule says what a name does not hold, and both take it out.
-- Touches: creates privado.lo_que_no_se_ve(), which privado.es_texto_limpio() asks, and privado.limpiar_nombre(), which
-- privado.validar_documento() does.
-- Destructive: no.
create function privado.lo_que_no_se_ve() returns text
language sql immutable parallel safe set search_path = '' as $$
  select '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2'
      || '\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb'
      || '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
$$;
comment on function privado.lo_que_no_se_ve() is
  'Expresión regular de un carácter que un nombre no lleva: controles, cambios de dirección y lo que no se ve.';

create function privado.limpiar_nombre(texto text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select regexp_replace(texto, privado.lo_que_no_se_ve(), '', 'g')
$$;
comment on function privado.limpiar_nombre(text) is 'El nombre, sin controles, cambios de dirección ni lo que no se ve.';

create or replace function privado.es_texto_limpio(texto text, es_nombre boolean) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select case when es_nombre then texto !~ privado.lo_que_no_se_ve()
    else texto !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
  end
$$;
revoke all on function privado.lo_que_no_se_ve(), privado.limpiar_nombre(text) from public;
grant execute on function privado.lo_que_no_se_ve() to authenticated, service_role;

create or replace function privado.validar_documento() returns trigger
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
