-- A lot that is held is consumed by nobody until somebody lifts it, with a reason. It stays told.
create table public.retenciones (
  id bigint generated always as identity primary key,
  lote_id uuid not null,
  empresa_id bigint not null,
  motivo text not null,
  -- The recall that holds it.
  retiro_id uuid,
  creada_por uuid,
  creada_en timestamptz not null default now(),
  levantada_por uuid,
  levantada_en timestamptz,
  levantada_motivo text,
  constraint retenciones_lote_fkey foreign key (empresa_id, lote_id)
    references public.lotes (empresa_id, id) on delete restrict,
  constraint retenciones_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint retenciones_levantada_motivo_valido check (
    levantada_motivo = btrim(levantada_motivo, E' \t\r\n') and length(levantada_motivo) between 1 and 500
    and privado.es_texto_limpio(levantada_motivo, false)),
  constraint retenciones_levantada_en_valida check ((levantada_en is null) = (levantada_motivo is null))
);
comment on table public.retenciones is 'Lotes que nadie consume hasta que se levante su retención.';
-- One at a time of each lot for each reason there is to hold it: its own, or a recall.
create unique index retenciones_vigente_key on public.retenciones (lote_id, retiro_id) nulls not distinct
  where levantada_en is null;
create index retenciones_lote_idx on public.retenciones (empresa_id, lote_id);
create index retenciones_retiro_idx on public.retenciones (retiro_id);

alter table public.retenciones enable row level security;
create policy select_propio on public.retenciones for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.retenciones from anon, authenticated, service_role;
revoke all on sequence public.retenciones_id_seq from anon, authenticated, service_role;
grant select on public.retenciones to authenticated;

-- Its id tells no count.
create trigger _050_poner_id before insert on public.retenciones
  for each row execute function privado.poner_id();
-- The balance says it, and the chain of its company.
create trigger _500_aplicar after insert or update on public.retenciones
  for each row execute function privado.aplicar_retencion();
