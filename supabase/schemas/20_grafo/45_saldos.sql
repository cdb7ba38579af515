-- What is left of each lot: its kilos less what operations that were not voided took. It is kept, for it is the row that
-- whoever takes of a lot waits for, in the order of ids.
create table privado.saldos (
  lote_id uuid primary key references public.lotes (id) on delete restrict,
  empresa_id bigint not null,
  centro_id bigint,
  condicion text not null,
  kg numeric(14, 3) not null,
  anulado boolean not null default false,
  retenido boolean not null default false,
  constraint saldos_kg_valido check (kg >= 0)
)
-- Written again each time something is taken.
with (fillfactor = 80);
comment on table privado.saldos is 'Kilos que quedan de cada lote; quien toma de él toma su fila.';
create index saldos_lugar_idx on privado.saldos (empresa_id, centro_id, condicion) where kg > 0;
revoke all on privado.saldos from public, anon, authenticated, service_role;

-- Asked by the id alone, of whoever may read the lot: a made-up row that names another company's gives nothing.
create function privado.saldo_de(lote uuid) returns numeric
language plpgsql volatile security definer set search_path = '' as $$
begin
  return (
    select s.kg from privado.saldos s
    where s.lote_id = lote and (s.empresa_id = privado.mi_empresa() or privado.es_admin()));
end
$$;
comment on function privado.saldo_de(uuid) is 'Kilos que quedan de un lote de la empresa de quien pregunta.';

create function public.saldo_kg(lote public.lotes) returns numeric
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return privado.saldo_de(lote.id);
end
$$;
comment on function public.saldo_kg(public.lotes) is 'Kilos que quedan del lote.';

revoke all on function privado.saldo_de(uuid) from public;
revoke all on function public.saldo_kg(public.lotes) from public, anon, service_role;
grant execute on function privado.saldo_de(uuid), public.saldo_kg(public.lotes) to authenticated;
