-- Who has accepted to work with whom. One company proposes and the other accepts, refuses, and may end it later; a
-- contract between two that have not accepted each other is carried by such a proposal. Nobody learns from here what a
-- RUC belongs to: who invites by RUC sees no company until it accepts. So what the proposer sees (con_id, ruc) stands
-- apart from whom it reaches (para_id), which nobody reads.
create table public.relaciones (
  id bigint generated always as identity primary key,
  propone_id bigint not null references public.empresas (id) on delete restrict,
  con_id bigint references public.empresas (id) on delete restrict,
  para_id bigint references public.empresas (id) on delete restrict,
  ruc text,
  correo text,
  estado text not null default 'propuesta',
  motivo text,
  -- Its foreign key comes with the contracts (20_contratos/50_contratos.sql).
  contrato_id bigint,
  propuesta_por uuid references public.usuarios (id) on delete restrict,
  propuesta_en timestamptz not null default now(),
  respondida_por uuid references public.usuarios (id) on delete restrict,
  respondida_en timestamptz,
  terminada_por uuid references public.usuarios (id) on delete restrict,
  terminada_en timestamptz,
  avisada boolean not null default false,
  constraint relaciones_estado_valido check (estado in ('propuesta', 'aceptada', 'rechazada', 'retirada', 'terminada')),
  constraint relaciones_ruc_valido check (privado.ruc_valido(ruc)),
  constraint relaciones_correo_valido check (
    correo = lower(correo) and length(correo) <= 254 and correo ~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'),
  constraint relaciones_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint relaciones_con_id_valida check (
    propone_id is distinct from con_id and propone_id is distinct from para_id and num_nonnulls(con_id, ruc) > 0
    and (con_id is not null or estado <> 'aceptada'))
);
comment on table public.relaciones is 'Qué empresas aceptaron trabajar juntas: quién lo propuso, qué se respondió y cuándo.';
comment on column public.relaciones.con_id is 'La otra empresa; si se la invitó por su RUC, nula hasta que acepta.';
comment on column public.relaciones.para_id is 'A qué empresa le llega; nula si a ninguna. No se lee.';
comment on column public.relaciones.ruc is 'Con qué RUC se la invitó; lo lee quien propuso.';
comment on column public.relaciones.contrato_id is 'El contrato que espera la respuesta.';
comment on column public.relaciones.avisada is 'Si la otra empresa recibió un aviso de ella, o lo recibirá la primera persona que tenga.';

-- Of two companies one is alive at a time, whoever proposed it.
create unique index relaciones_viva_key on public.relaciones (least(propone_id, para_id), greatest(propone_id, para_id))
  where estado in ('propuesta', 'aceptada') and para_id is not null;
-- And of what one company proposes to another, as it named it, one is open.
create unique index relaciones_propuesta_key on public.relaciones (propone_id, con_id, ruc) nulls not distinct
  where estado = 'propuesta';
create index relaciones_propone_idx on public.relaciones (propone_id, id desc);
create index relaciones_para_idx on public.relaciones (para_id, id desc);
create index relaciones_con_idx on public.relaciones (con_id);
create index relaciones_ruc_idx on public.relaciones (ruc) where estado = 'propuesta';
create index relaciones_contrato_idx on public.relaciones (contrato_id);
create index relaciones_propuesta_por_idx on public.relaciones (propuesta_por);
create index relaciones_respondida_por_idx on public.relaciones (respondida_por);
create index relaciones_terminada_por_idx on public.relaciones (terminada_por);

alter table public.relaciones enable row level security;
create policy select_propia on public.relaciones for select to authenticated
  using (
    propone_id = (select privado.mi_empresa())
    -- What was withdrawn before it was answered was never there.
    or (para_id = (select privado.mi_empresa()) and estado <> 'retirada'
      and propone_id <> all ((select privado.mis_bloqueos())::bigint[]))
    or (select privado.es_admin())
  );

-- Written by functions alone: public.proponer_relacion() and those that follow.
revoke all on public.relaciones from anon, authenticated, service_role;
revoke all on sequence public.relaciones_id_seq from anon, authenticated, service_role;
grant select (id, propone_id, con_id, estado, motivo, contrato_id, propuesta_en, respondida_en, terminada_en)
  on public.relaciones to authenticated;

-- Its id tells no count.
create trigger _050_poner_id before insert on public.relaciones
  for each row execute function privado.poner_id();
-- The chains of both companies tell it.
create trigger _990_encadenar after insert or update on public.relaciones
  for each row execute function privado.encadenar_relacion();

create function privado.relacionadas(a bigint, b bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.relaciones r
    where least(r.propone_id, r.para_id) = least(a, b) and greatest(r.propone_id, r.para_id) = greatest(a, b)
      and r.para_id is not null and r.estado = 'aceptada'
  );
end
$$;
comment on function privado.relacionadas(bigint, bigint) is '¿Se aceptaron estas dos empresas?';
revoke all on function privado.relacionadas(bigint, bigint) from public;
