-- The expediente of a contract, and what is published of it, are of the two companies that sign it: it holds prices.
-- Suppliers that are only associated see neither; whoever is not party is told that there is no such contract.

create function privado.contrato_firmado(contrato bigint, bloquear boolean default false) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos;
begin
  perform privado.exigir_cuenta();
  perform privado.exigir_firma(contrato);
  -- Not exigir_contrato: one that was refused or withdrawn takes nothing more, but it is proved and its pages are closed.
  if bloquear then
    select * into fila from public.contratos c where c.id = contrato for no key update;
  else
    select * into fila from public.contratos c where c.id = contrato;
  end if;
  if fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  return fila;
end
$$;
comment on function privado.contrato_firmado(bigint, boolean) is
  'El contrato, si el usuario es de una de las dos partes que lo firman, o administrador.';
revoke all on function privado.contrato_firmado(bigint, boolean) from public;
