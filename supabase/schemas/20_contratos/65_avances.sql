-- How much of a contract was delivered is asked of many contracts at once, and summing the lots of each is too slow:
-- the sum is kept, one row per contract. The row is also the turn of who changes what is summed of that contract (see
-- the indicators): it is written at every such change, so under repeatable read too nobody sums over what it cannot
-- see.
create table public.avances (
  contrato_id bigint primary key references public.contratos (id) on delete restrict,
  lotes integer not null default 0,
  recibido_qq numeric not null default 0,
  exportado_qq numeric not null default 0,
  tm_fijadas numeric not null default 0
);
comment on table public.avances is 'Lo entregado y lo fijado de cada contrato; lo mantienen disparadores.';
comment on column public.avances.recibido_qq is 'Peso de los lotes que dejaron de estar En tránsito, en quintales.';
comment on column public.avances.tm_fijadas is 'Toneladas con precio fijado; las lee quien firma, en las fijaciones.';

alter table public.avances enable row level security;
create policy select_participante on public.avances for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = avances.contrato_id)
    or (select privado.es_admin())
  );

revoke all on public.avances from anon, authenticated, service_role;
-- What is fixed is no business of an associated supplier.
grant select (contrato_id, lotes, recibido_qq, exportado_qq) on public.avances to authenticated;

-- It has no triggers: those of contracts, participants, lots and fixings write it. In order: whoever sums for a
-- contract holds its row until it commits, and reads the rest after it.
create function privado.tomar_avances(contratos bigint[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.avances as a (contrato_id) select distinct c from unnest(contratos) as c order by c
  on conflict (contrato_id) do update set lotes = a.lotes;
end
$$;
comment on function privado.tomar_avances(bigint[]) is
  'Toma los avances de unos contratos hasta el fin de la transacción.';
revoke all on function privado.tomar_avances(bigint[]) from public;
