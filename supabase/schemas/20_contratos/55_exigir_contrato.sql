-- The contract a child row is written to, for its triggers. Whoever is not party gets the same answer as for a contract
-- that does not exist, and before waiting for any lock.

create function privado.exigir_contrato(contrato bigint, bloquear boolean default false) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.contratos;
begin
  if auth.uid() is null or privado.participa(contrato) or privado.es_admin() then
    if bloquear then
      -- Not "for update": that would clash with the lock of every foreign key to the contract.
      select * into fila from public.contratos c where c.id = contrato for no key update;
    else
      select * into fila from public.contratos c where c.id = contrato;
    end if;
  end if;
  if fila.id is null or fila.eliminado_en is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  elsif fila.rechazado_en is not null then
    raise exception 'contrato_rechazado' using errcode = 'PT409',
      detail = 'Ese contrato no se aceptó, o se retiró: ya no cambia.';
  end if;
  return fila;
end
$$;
comment on function privado.exigir_contrato(bigint, boolean) is
  'El contrato, si existe y el usuario es parte; si no, contrato_no_existe.';
revoke all on function privado.exigir_contrato(bigint, boolean) from public;
