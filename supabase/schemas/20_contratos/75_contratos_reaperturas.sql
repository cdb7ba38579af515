-- Contracts that were reopened: what was closed, how much had been exported and why it goes on stays on record, for all
-- who are party. An administrator may write the state of the contract alone, which leaves no row here.
create table public.contratos_reaperturas (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  usuario_id uuid references public.usuarios (id) on delete restrict,
  autor text not null default '',
  empresa text,
  motivo text not null,
  cerrado_en timestamptz not null default now(),
  exportado_tm numeric not null default 0,
  volumen_tm numeric not null default 0,
  creado_en timestamptz not null default now(),
  constraint contratos_reaperturas_cerrado_en_key unique (contrato_id, cerrado_en),
  constraint contratos_reaperturas_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false))
);
comment on table public.contratos_reaperturas is
  'Contratos que se reabrieron: quién, por qué y cuánto se había exportado; no se modifica ni se borra.';
comment on column public.contratos_reaperturas.cerrado_en is 'El cierre que se deshizo.';
comment on column public.contratos_reaperturas.exportado_tm is 'Lo exportado al reabrir, en toneladas métricas.';

create index contratos_reaperturas_usuario_idx on public.contratos_reaperturas (usuario_id);

alter table public.contratos_reaperturas enable row level security;
create policy select_participante on public.contratos_reaperturas for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = contratos_reaperturas.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_exportadora on public.contratos_reaperturas for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) = 'exportadora' and privado.participa(contrato_id))
  );

revoke all on public.contratos_reaperturas from anon, authenticated, service_role;
revoke all on sequence public.contratos_reaperturas_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, motivo) on public.contratos_reaperturas to authenticated;

-- Before each row.
-- What a client writes in one request is bounded.
create trigger _000_limitar_filas before insert on public.contratos_reaperturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.contratos_reaperturas
  for each row execute function privado.poner_id();
-- A reopening is evidence: it is neither changed nor deleted.
create trigger _100_conservar before update or delete on public.contratos_reaperturas
  for each row execute function privado.conservar_reapertura();
-- Who reopens and until when; the server writes who, and what there was.
create trigger _100_firmar before insert on public.contratos_reaperturas
  for each row execute function privado.firmar_reapertura();

-- Before the statement.
-- Nor are all of them emptied out at once.
create trigger _110_conservar_todas before truncate on public.contratos_reaperturas
  for each statement execute function privado.conservar_reapertura();

-- After each row.
-- The chain of the contract tells why; then, the row above, that it goes on.
create trigger _400_encadenar after insert on public.contratos_reaperturas
  for each row execute function privado.encadenar_reapertura();
-- Its contract is Activo again.
create trigger _500_reabrir after insert on public.contratos_reaperturas
  for each row execute function privado.reabrir();
