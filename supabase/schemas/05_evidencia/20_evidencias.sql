-- What happened, in chains: each evidence holds the hash of the one before, so that none is changed, dropped or put in
-- between without all that follow telling it. A contract has a chain, which its two companies share; a company has one
-- for what is its own, and the installation one for what is nobody's. One number names it: the id of a contract, the
-- negative of that of a company, 0.

-- The last of each chain. Whoever adds to a chain takes its head, as the last thing that its statement does: numbers
-- have no holes, whatever is rolled back, and nobody waits for a head while it holds one that the other waits for.
create table privado.evidencias_cabezas (
  cadena bigint primary key,
  -- The code of a contract.
  nombre text,
  n bigint not null,
  en timestamptz(3) not null,
  hash bytea not null,
  -- Up to which message the conversation is in the chain.
  mensajes_hasta bigint not null default 0,
  constraint evidencias_cabezas_nombre_coherente check ((nombre is null) = (cadena <= 0)),
  constraint evidencias_cabezas_n_valido check (n >= 0),
  constraint evidencias_cabezas_hash_valido check (octet_length(hash) = 32)
)
-- It changes with each evidence: there is room for that beside it.
with (fillfactor = 70);
comment on table privado.evidencias_cabezas is 'Última evidencia de cada cadena; quien añade a una cadena toma su fila.';

create table privado.evidencias (
  cadena bigint not null,
  n bigint not null,
  en timestamptz(3) not null,
  tipo text not null,
  actor uuid,
  objeto text not null,
  -- What is hashed, as it was: it is verified from here and never written again. Its `datos` stand here alone, since
  -- what is said twice may differ.
  canonico text not null,
  previo bytea not null,
  hash bytea not null,
  primary key (cadena, n),
  constraint evidencias_n_valido check (n > 0),
  constraint evidencias_huellas_validas check (octet_length(previo) = 32 and octet_length(hash) = 32)
);
comment on table privado.evidencias is 'Lo que pasó, encadenado: hash = sha256(previo || canonico). Solo se añade.';

-- Salts of what a person wrote. To erase one leaves its hash in the chain, which tells nothing any more.
create table privado.evidencias_sales (
  objeto text primary key,
  sal bytea not null,
  constraint evidencias_sales_sal_valida check (octet_length(sal) = 16)
);
comment on table privado.evidencias_sales is 'Sal de los textos de un objeto; borrarla hace ilegible su huella.';

revoke all on privado.evidencias_cabezas, privado.evidencias, privado.evidencias_sales
  from public, anon, authenticated, service_role;

create function privado.conservar_evidencia() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'evidencia_inmutable' using errcode = 'PT409', detail = 'Una evidencia no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_evidencia() is 'Disparador: las cadenas solo crecen, también para su dueño.';
revoke all on function privado.conservar_evidencia() from public;

create trigger _100_conservar before update or delete on privado.evidencias
  for each row execute function privado.conservar_evidencia();
create trigger _110_conservar_todas before truncate on privado.evidencias
  for each statement execute function privado.conservar_evidencia();
create trigger _100_conservar before delete on privado.evidencias_cabezas
  for each row execute function privado.conservar_evidencia();
-- A head only goes forward.
create trigger _110_avanzar before update on privado.evidencias_cabezas
  for each row when (
    new.n < old.n or (new.n = old.n and new.hash <> old.hash) or new.en < old.en
    or new.mensajes_hasta < old.mensajes_hasta
    or (new.cadena, new.nombre) is distinct from (old.cadena, old.nombre))
  execute function privado.conservar_evidencia();
create trigger _120_conservar_todas before truncate on privado.evidencias_cabezas
  for each statement execute function privado.conservar_evidencia();
