-- A count that differs from the books is proposed by one person and confirmed by another: then it is an operation.
create table public.ajustes (
  id bigint generated always as identity primary key,
  empresa_id bigint not null,
  lote_id uuid not null,
  kg_contado numeric(14, 3) not null,
  -- What the books said when it was counted: if it is no longer so, the count is of another time.
  saldo_kg numeric(14, 3) not null,
  motivo text not null,
  estado text not null default 'propuesto',
  propuesto_por uuid,
  propuesto_en timestamptz not null default now(),
  resuelto_por uuid,
  resuelto_en timestamptz,
  operacion_id uuid,
  constraint ajustes_lote_fkey foreign key (empresa_id, lote_id)
    references public.lotes (empresa_id, id) on delete restrict,
  constraint ajustes_operacion_fkey foreign key (empresa_id, operacion_id)
    references public.operaciones (empresa_id, id) on delete restrict,
  constraint ajustes_kg_contado_valido check (kg_contado >= 0 and kg_contado <= 1000000000),
  constraint ajustes_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint ajustes_estado_valido check (estado in ('propuesto', 'confirmado', 'rechazado')),
  constraint ajustes_operacion_valida check ((estado = 'confirmado') = (operacion_id is not null)),
  constraint ajustes_resuelto_en_valido check ((estado = 'propuesto') = (resuelto_en is null))
);
comment on table public.ajustes is 'Conteos que no coinciden con el saldo: los propone una persona y los confirma otra.';
-- One at a time of each lot.
create unique index ajustes_propuesto_key on public.ajustes (lote_id) where estado = 'propuesto';
create index ajustes_lote_idx on public.ajustes (empresa_id, lote_id);
create index ajustes_operacion_idx on public.ajustes (empresa_id, operacion_id);

alter table public.ajustes enable row level security;
create policy select_propio on public.ajustes for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.ajustes from anon, authenticated, service_role;
revoke all on sequence public.ajustes_id_seq from anon, authenticated, service_role;
grant select on public.ajustes to authenticated;

-- Its id tells no count.
create trigger _050_poner_id before insert on public.ajustes
  for each row execute function privado.poner_id();
-- Last, the chain of its company.
create trigger _990_encadenar after insert or update on public.ajustes
  for each row execute function privado.encadenar_ajuste();
