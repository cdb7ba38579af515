-- Why: partners talk on their contract, and what they said is evidence: messages are never changed or erased, and
-- keep the names that their author and its company had.
-- Touches: creates public.mensajes; documentos_contrato gets the key that a message refers to. Destructive: no.
alter table public.documentos_contrato add constraint documentos_contrato_id_contrato_key unique (id, contrato_id);

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
  constraint mensajes_documento_fkey foreign key (documento_id, contrato_id)
    references public.documentos_contrato (id, contrato_id) on delete restrict,
  constraint mensajes_lote_fkey foreign key (lote_id, contrato_id)
    references public.lotes_asociados (id, contrato_id) on delete restrict,
  constraint mensajes_id_cliente_key unique (usuario_id, id_cliente),
  constraint mensajes_tipo_valido check (tipo in ('usuario', 'sistema')),
  constraint mensajes_autor_valido check ((tipo = 'sistema') = (usuario_id is null)),
  constraint mensajes_texto_valido check (length(texto) between 1 and 4000 and texto = btrim(texto, E' \t\r\n'))
);
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

-- The contract is locked before the id is taken: in one contract, ids are in the order of the commits, so that
-- whoever asks for what came after the last one it knows misses nothing.
create function privado.firmar_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What the system tells, it tells of what has just been allowed.
  if new.tipo = 'sistema' then
    perform from public.contratos c where c.id = new.contrato_id for no key update;
  else
    perform privado.exigir_contrato(new.contrato_id, bloquear => true);
  end if;
  new.id := nextval('public.mensajes_id_seq');
  new.creado_en := clock_timestamp();
  new.texto := btrim(new.texto, E' \t\r\n');
  if new.tipo = 'sistema' then
    new.autor := 'Triboka';
  else
    select u.id, u.nombre, e.nombre into new.usuario_id, new.autor, new.empresa
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  end if;
  return new;
end
$$;
comment on function privado.firmar_mensaje() is 'Disparador: número, hora y autor de un mensaje.';

create function privado.conservar_mensaje() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'mensaje_inmutable' using errcode = 'PT409', detail = 'Un mensaje no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_mensaje() is 'Disparador: los mensajes son evidencia.';
revoke all on function privado.firmar_mensaje(), privado.conservar_mensaje() from public;

create trigger _100_firmar before insert on public.mensajes
  for each row execute function privado.firmar_mensaje();
create trigger _100_conservar before update or delete on public.mensajes
  for each row execute function privado.conservar_mensaje();
create trigger _110_conservar_todos before truncate on public.mensajes
  for each statement execute function privado.conservar_mensaje();
