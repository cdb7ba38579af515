-- Why: Finca-A and finca-a were two lots, and Peña as macOS writes it was refused for another reason. A code is compared
-- without case and in NFC, whoever writes it, and keeps the spelling of the first.
-- Touches: the uniqueness of lotes_asociados.codigo_lote; privado.numerar_lote. Lots that differ by case already stay as
-- they are: the first of them has the code, and the index leaves the others out by their ids. Destructive: no.
create function privado.clave_lote(codigo text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select lower(normalize(btrim(codigo), NFC))
$$;
comment on function privado.clave_lote(text) is 'Código de un lote como se compara: sin mayúsculas y en NFC.';
revoke all on function privado.clave_lote(text) from public;
-- The index asks it at every write, and a search by code at every read.
grant execute on function privado.clave_lote(text) to authenticated, service_role;

alter table public.lotes_asociados drop constraint lotes_asociados_codigo_lote_key;
create index lotes_asociados_contrato_idx on public.lotes_asociados (contrato_id, privado.clave_lote(codigo_lote));
do $$
declare
  repetidos constant bigint[] := array(
    select l.id from public.lotes_asociados l
    where exists (
      select from public.lotes_asociados x
      where x.contrato_id = l.contrato_id and x.id < l.id and privado.clave_lote(x.codigo_lote) = privado.clave_lote(l.codigo_lote))
    order by l.id);
begin
  execute 'create unique index lotes_asociados_codigo_lote_key
    on public.lotes_asociados (contrato_id, privado.clave_lote(codigo_lote))'
    || case when repetidos = '{}' then '' else format(' where id <> all (%L::bigint[])', repetidos) end;
  if repetidos = '{}' then
    -- The unique one serves the searches as well.
    drop index public.lotes_asociados_contrato_idx;
  end if;
end
$$;

create or replace function privado.numerar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  numero text;
begin
  new.codigo_lote := normalize(btrim(coalesce(new.codigo_lote, '')), NFC);
  if new.codigo_lote = '' then
    -- The contract is locked since _100_validar_lote: nobody else is numbering its lots.
    select (coalesce(max(substr(l.codigo_lote, 4)::numeric), 0) + 1)::text into numero
    from public.lotes_asociados l
    where l.contrato_id = new.contrato_id and l.codigo_lote ~* '^LT-[0-9]+$';
    new.codigo_lote := 'LT-' || lpad(numero, greatest(4, length(numero)), '0');
  end if;
  return new;
end
$$;
