-- Whether the codes of contracts are one series for all or one per exporter is the installation's choice, made by an
-- administrator before the first contract: see public.elegir_serie_contratos(). Without a row it is one for all.
create table privado.serie_contratos (
  unica boolean primary key default true,
  por_exportadora boolean not null,
  elegida_en timestamptz not null default now(),
  constraint serie_contratos_unica_valida check (unica)
);
comment on table privado.serie_contratos is 'Si cada exportadora numera sus contratos; una fila como mucho.';
revoke all on privado.serie_contratos from public;

create function privado.serie_por_exportadora() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((select s.por_exportadora from privado.serie_contratos s), false);
end
$$;
comment on function privado.serie_por_exportadora() is '¿Tiene cada exportadora su serie de códigos?';
revoke all on function privado.serie_por_exportadora() from public;
grant execute on function privado.serie_por_exportadora() to authenticated;

-- The siglas of an exporter are in the codes of its contracts: they are there before the first, and stay.
create function privado.juzgar_siglas() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and old.siglas is not null and exists (
    select from public.contratos c where c.exportadora_id = old.id and c.codigo like 'CT-____-' || old.siglas || '-%'
  ) then
    raise exception 'siglas_en_uso' using errcode = 'PT409',
      detail = 'Las siglas ya están en el código de un contrato: no cambian.', hint = 'siglas';
  elsif new.siglas is null and new.tipo = 'exportadora' and privado.serie_por_exportadora() then
    raise exception 'siglas_obligatorias' using errcode = 'PT422',
      detail = 'Una exportadora tiene siglas: van en el código de sus contratos.', hint = 'siglas';
  end if;
  return new;
end
$$;
comment on function privado.juzgar_siglas() is 'Disparador: cuándo una empresa necesita siglas, y cuándo ya no cambian.';
revoke all on function privado.juzgar_siglas() from public;
