-- The expediente of a contract, and what is published of it, are of the two companies that sign it: it holds prices.
-- Suppliers that are only associated see neither; whoever is not party is told that there is no such contract.

create function privado.exigir_firma(contrato bigint, bloquear boolean default false) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos;
begin
  perform privado.exigir_cuenta();
  fila := privado.exigir_contrato(contrato, bloquear);
  if not privado.es_admin() and not exists (select from privado.mis_firmas m where m.contrato_id = contrato) then
    raise exception 'expediente_sin_permiso' using errcode = 'PT403',
      detail = 'El expediente de un contrato es de las dos partes que lo firman.';
  end if;
  return fila;
end
$$;
comment on function privado.exigir_firma(bigint, boolean) is
  'El contrato, si el usuario es de una de las dos partes que lo firman, o administrador.';
revoke all on function privado.exigir_firma(bigint, boolean) from public;
grant execute on function privado.exigir_firma(bigint, boolean) to authenticated;
