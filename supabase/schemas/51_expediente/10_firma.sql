-- The expediente of a contract, and what is published of it, are of the two companies that sign it: it holds prices.
-- Suppliers that are only associated see neither; whoever is not party is told that there is no such contract.

create function privado.contrato_firmado(contrato bigint, bloquear boolean default false) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  perform privado.exigir_firma(contrato);
  return privado.exigir_contrato(contrato, bloquear);
end
$$;
comment on function privado.contrato_firmado(bigint, boolean) is
  'El contrato, si el usuario es de una de las dos partes que lo firman, o administrador.';
revoke all on function privado.contrato_firmado(bigint, boolean) from public;
