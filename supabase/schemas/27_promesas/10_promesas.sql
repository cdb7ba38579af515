-- What is promised of each lot now, to which lot of which contract: it goes with the cocoa, from the lot that was cited to
-- what operations make of it, until it is shipped. It is read and written by whoever holds the balance of the lot.
create table privado.promesas (
  asociado_id bigint not null references public.lotes_asociados (id) on delete restrict,
  lote_id uuid not null references public.lotes (id) on delete restrict,
  kg numeric(14, 3) not null,
  primary key (asociado_id, lote_id),
  constraint promesas_kg_valido check (kg > 0)
);
comment on table privado.promesas is 'Kilos de cada lote que están prometidos a un contrato.';
create index promesas_lote_idx on privado.promesas (lote_id) include (asociado_id, kg);

-- How an operation moved them, taken (-) and given (+): what gives them back when it is voided.
create table privado.promesas_movidas (
  operacion_id uuid not null references public.operaciones (id) on delete restrict,
  lote_id uuid not null references public.lotes (id) on delete restrict,
  asociado_id bigint not null references public.lotes_asociados (id) on delete restrict,
  kg numeric(14, 3) not null,
  -- Of what was taken: in which state its lot was before.
  estado_antes text,
  primary key (operacion_id, lote_id, asociado_id)
);
comment on table privado.promesas_movidas is 'Cómo movió cada operación lo prometido.';
create index promesas_movidas_lote_idx on privado.promesas_movidas (lote_id);
create index promesas_movidas_asociado_idx on privado.promesas_movidas (asociado_id);

revoke all on privado.promesas, privado.promesas_movidas from public, anon, authenticated, service_role;

create function privado.kg_prometidos(lote uuid) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((select sum(p.kg) from privado.promesas p where p.lote_id = lote), 0);
end
$$;
comment on function privado.kg_prometidos(uuid) is 'Kilos prometidos de un lote.';

-- A contract that closed, was refused or was deleted waits for nothing: what it had promised and was not shipped is free
-- for who asks. If it opens again, its lots are written by hand.
create function privado.soltar_promesas(lotes uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from privado.promesas p
  using public.lotes_asociados a, public.contratos c, public.lotes l
  where p.lote_id = any (lotes) and a.id = p.asociado_id and c.id = a.contrato_id and l.id = p.lote_id
    and not l.embarcado
    and (c.estado = 'Cerrado' or c.eliminado_en is not null or c.rechazado_en is not null);
end
$$;
comment on function privado.soltar_promesas(uuid[]) is 'Suelta lo que de unos lotes se prometió a contratos que ya no lo esperan.';

-- In the order of their ids, as whoever cites a lot after its balance.
create function privado.tomar_contratos_de(asociados bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from public.contratos c
  where c.id in (select a.contrato_id from public.lotes_asociados a where a.id = any (asociados))
  order by c.id for no key update;
end
$$;
comment on function privado.tomar_contratos_de(bigint[]) is 'Toma los contratos de unos lotes asociados.';

revoke all on function privado.kg_prometidos(uuid), privado.soltar_promesas(uuid[]),
  privado.tomar_contratos_de(bigint[]) from public;
