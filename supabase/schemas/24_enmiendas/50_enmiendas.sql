-- Amendments: a change of the essential terms of an Active contract that one side proposes, in force the moment that the
-- other accepts it. Only functions write them: proponer_enmienda, responder_enmienda, retirar_enmienda.
create table public.enmiendas (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  n integer not null,
  de_version integer not null,
  cambios jsonb not null,
  nota text,
  estado text not null default 'propuesta',
  propuesta_por uuid not null references public.usuarios (id) on delete restrict,
  propuesta_empresa bigint not null references public.empresas (id) on delete restrict,
  propuesta_en timestamptz not null default clock_timestamp(),
  vence_en timestamptz not null default clock_timestamp() + interval '30 days',
  respondida_por uuid references public.usuarios (id) on delete restrict,
  respondida_empresa bigint references public.empresas (id) on delete restrict,
  respondida_en timestamptz,
  motivo text,
  constraint enmiendas_n_key unique (contrato_id, n),
  -- What a version cites is an amendment of its own contract.
  constraint enmiendas_contrato_key unique (id, contrato_id),
  constraint enmiendas_de_version_fkey foreign key (contrato_id, de_version)
    references public.contratos_versiones (contrato_id, n) on delete restrict,
  constraint enmiendas_estado_valido check (estado in ('propuesta', 'aceptada', 'rechazada', 'retirada', 'vencida')),
  constraint enmiendas_cambios_validos check (jsonb_typeof(cambios) = 'object' and cambios <> '{}'),
  constraint enmiendas_nota_valida check (
    nota = btrim(nota, E' \t\r\n') and length(nota) between 1 and 500 and privado.es_texto_limpio(nota, false)),
  constraint enmiendas_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint enmiendas_respuesta_coherente check ((estado = 'propuesta') = (respondida_en is null))
);
comment on table public.enmiendas is
  'Cambios de los términos de un contrato que una parte propone y la otra acepta o no.';
comment on column public.enmiendas.n is 'De 1 en adelante en cada contrato.';
comment on column public.enmiendas.de_version is 'La versión de los términos sobre la que se propuso.';
comment on column public.enmiendas.cambios is 'Lo que cambia y a qué, con sus decimales como texto.';
comment on column public.enmiendas.vence_en is 'Hasta cuándo se acepta: después, aunque nadie la haya marcado, no vale.';
comment on column public.enmiendas.motivo is 'Por qué se rechazó.';

-- One is open at a time.
create unique index enmiendas_abierta_key on public.enmiendas (contrato_id) where estado = 'propuesta';
-- Those that lapse.
create index enmiendas_vence_idx on public.enmiendas (vence_en) where estado = 'propuesta';
create index enmiendas_de_version_idx on public.enmiendas (contrato_id, de_version);
create index enmiendas_propuesta_por_idx on public.enmiendas (propuesta_por);
create index enmiendas_propuesta_empresa_idx on public.enmiendas (propuesta_empresa);
create index enmiendas_respondida_por_idx on public.enmiendas (respondida_por);
create index enmiendas_respondida_empresa_idx on public.enmiendas (respondida_empresa);

alter table public.contratos_versiones add constraint contratos_versiones_enmienda_fkey
  foreign key (enmienda_id, contrato_id) references public.enmiendas (id, contrato_id) on delete restrict;

alter table public.enmiendas enable row level security;
create policy select_firmante on public.enmiendas for select to authenticated
  using (
    exists (select from privado.mis_firmas m where m.contrato_id = enmiendas.contrato_id)
    or (select privado.es_admin())
  );

revoke all on public.enmiendas from anon, authenticated, service_role;
revoke all on sequence public.enmiendas_id_seq from anon, authenticated, service_role;
grant select on public.enmiendas to authenticated;

-- Apps follow them with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.enmiendas;

-- Its id tells no count.
create trigger _050_poner_id before insert on public.enmiendas
  for each row execute function privado.poner_id();
-- Before each row.
-- An amendment is evidence: it is answered once, and nothing else changes.
create trigger _100_conservar before update or delete on public.enmiendas
  for each row execute function privado.conservar_enmienda();

-- Before the statement.
-- Nor are all of them emptied out at once.
create trigger _110_conservar_todas before truncate on public.enmiendas
  for each statement execute function privado.conservar_enmienda();

-- After each row.
-- Its proposal and its answer are told in the conversation, and to each person.
create trigger _500_contar after insert or update on public.enmiendas
  for each row execute function privado.contar_enmienda();
-- The chain of the contract tells it.
create trigger _990_encadenar after insert or update on public.enmiendas
  for each row execute function privado.encadenar_enmienda();
