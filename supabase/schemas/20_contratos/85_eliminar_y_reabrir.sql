-- What else is done with a whole contract, by one call: it is marked as deleted, or reopened.

create function privado.marcar_eliminado(contrato bigint) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos;
begin
  -- Not privado.exigir_contrato(): one that nobody accepted is deleted too.
  if auth.uid() is null or privado.participa(contrato) or privado.es_admin() then
    select * into fila from public.contratos c where c.id = contrato for no key update;
  end if;
  if fila.id is null or fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  if not privado.es_admin() then
    raise exception 'contrato_elimina_admin' using errcode = 'PT403',
      detail = 'Solo un administrador elimina un contrato.';
  end if;
  update public.contratos c set eliminado_en = clock_timestamp() where c.id = contrato returning * into fila;
  return fila;
end
$$;
comment on function privado.marcar_eliminado(bigint) is 'Marca un contrato como eliminado; solo administradores.';

create function public.eliminar_contrato(contrato_id bigint) returns public.contratos
language sql volatile security invoker set search_path = '' as $$
  select privado.marcar_eliminado(contrato_id)
$$;
comment on function public.eliminar_contrato(bigint) is
  'Marca un contrato como eliminado: se oculta a sus partes y se conserva con sus documentos. Solo administradores.';

create function public.reabrir_contrato(contrato_id bigint, motivo text) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  insert into public.contratos_reaperturas (contrato_id, motivo)
  values (reabrir_contrato.contrato_id, reabrir_contrato.motivo);
  select * into contrato from public.contratos c where c.id = reabrir_contrato.contrato_id;
  return contrato;
end
$$;
comment on function public.reabrir_contrato(bigint, text) is
  'Reabre un contrato cerrado, diciendo por qué: su exportadora hasta siete días después; luego, un administrador.';

revoke all on function privado.marcar_eliminado(bigint), public.eliminar_contrato(bigint),
  public.reabrir_contrato(bigint, text) from public, anon, service_role;
grant execute on function privado.marcar_eliminado(bigint), public.eliminar_contrato(bigint),
  public.reabrir_contrato(bigint, text) to authenticated;
