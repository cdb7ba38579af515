-- What is said on a contract. Partners talk on it, and what they said is evidence: messages are never changed or
-- erased, and keep the names that their author and its company had. What happens to a contract is told here too, as
-- messages of tipo `sistema`, by the triggers of its other tables; the first message opens the channel.
create table public.mensajes (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  usuario_id uuid references public.usuarios (id) on delete restrict,
  tipo text not null default 'usuario',
  autor text not null default '',
  empresa text,
  texto text not null,
  documento_id bigint,
  lote_id bigint,
  id_cliente uuid,
  creado_en timestamptz not null default now(),
  -- What a message refers to is of its own contract.
  constraint mensajes_documento_fkey foreign key (documento_id, contrato_id)
    references public.documentos_contrato (id, contrato_id) on delete restrict,
  constraint mensajes_lote_fkey foreign key (lote_id, contrato_id)
    references public.lotes_asociados (id, contrato_id) on delete restrict,
  constraint mensajes_id_cliente_key unique (usuario_id, id_cliente),
  constraint mensajes_tipo_valido check (tipo in ('usuario', 'sistema')),
  constraint mensajes_autor_valido check ((tipo = 'sistema') = (usuario_id is null)),
  constraint mensajes_texto_valido check (
    length(texto) between 1 and 4000 and texto = btrim(texto, E' \t\r\n') and privado.es_texto_limpio(texto, false))
);
-- Where one contract has most of the messages, the planner takes any other for as full, and looks for its last ones
-- among those of all: the list of contracts, which counts what is unread in each, took 200 ms beside a conversation of
-- 100,000. It is told that a contract has some twenty.
alter table public.mensajes alter column contrato_id set (n_distinct = -0.05);
comment on table public.mensajes is 'Conversación de cada contrato; no se modifica ni se borra.';
comment on column public.mensajes.id is 'Creciente dentro de un contrato, en el orden en que los mensajes quedan escritos.';
comment on column public.mensajes.autor is 'Nombre que tenía quien lo escribió.';
comment on column public.mensajes.id_cliente is 'Lo pone la aplicación, para repetir un envío sin duplicarlo.';
create index mensajes_contrato_idx on public.mensajes (contrato_id, id desc);
create index mensajes_documento_idx on public.mensajes (documento_id, contrato_id);
create index mensajes_lote_idx on public.mensajes (lote_id, contrato_id);

alter table public.mensajes enable row level security;
create policy select_participante on public.mensajes for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = mensajes.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_participante on public.mensajes for insert to authenticated
  with check (privado.participa(contrato_id) or (select privado.es_admin()));

revoke all on public.mensajes from anon, authenticated, service_role;
revoke all on sequence public.mensajes_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, texto, documento_id, lote_id, id_cliente) on public.mensajes to authenticated;
grant select on public.mensajes to service_role;

-- Apps follow a conversation with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.mensajes;

-- What a client writes in one request has a limit.
create trigger _000_limitar_filas before insert on public.mensajes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Evidence: a message is not changed or erased.
create trigger _100_conservar before update or delete on public.mensajes
  for each row execute function privado.conservar_mensaje();
-- Its number, its hour and its author are the server's to say.
create trigger _100_firmar before insert on public.mensajes
  for each row execute function privado.firmar_mensaje();
-- Evidence: nor are all of them at once.
create trigger _110_conservar_todos before truncate on public.mensajes
  for each statement execute function privado.conservar_mensaje();
-- The channel of the contract hears it.
create trigger _500_difundir after insert on public.mensajes
  for each row execute function privado.difundir_mensaje();
-- What a person said is told to the other parties. What the system tells, they are told by the row that it is about.
create trigger _700_notificar after insert on public.mensajes
  for each row when (new.tipo = 'usuario') execute function privado.avisar_de_mensaje();
