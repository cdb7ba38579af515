-- Whom a company wants to hear nothing of: no proposal of theirs reaches it, and they are told nothing of it, so that to
-- be blocked looks like not being answered.
create table privado.bloqueos (
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  bloqueada_id bigint not null references public.empresas (id) on delete restrict,
  creado_por uuid references public.usuarios (id) on delete set null,
  creado_en timestamptz not null default now(),
  primary key (empresa_id, bloqueada_id)
);
comment on table privado.bloqueos is 'Empresas de las que otra no quiere saber: no le llegan sus propuestas.';
create index bloqueos_bloqueada_idx on privado.bloqueos (bloqueada_id);
create index bloqueos_creado_por_idx on privado.bloqueos (creado_por);
revoke all on privado.bloqueos from public, anon, authenticated, service_role;

create function privado.bloqueo(de bigint, a bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from privado.bloqueos b where b.empresa_id = de and b.bloqueada_id = a);
end
$$;
comment on function privado.bloqueo(bigint, bigint) is '¿Bloqueó la primera empresa a la segunda?';

-- Asked by the policy of relaciones, once per statement.
create function privado.mis_bloqueos() returns bigint[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return array(select b.bloqueada_id from privado.bloqueos b where b.empresa_id = privado.mi_empresa());
end
$$;
comment on function privado.mis_bloqueos() is 'Empresas que bloqueó la del usuario.';

-- To say yes or no for a company is its people's doing: an administrator runs the platform, whatever company it works
-- for, and speaks for none.
create function privado.empresa_que_decide() returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  if privado.es_admin() or privado.mi_empresa() is null then
    raise exception 'decide_la_empresa' using errcode = 'PT403',
      detail = 'Por una empresa acepta o rechaza su gente, no un administrador.';
  end if;
  return privado.mi_empresa();
end
$$;
comment on function privado.empresa_que_decide() is 'La empresa por la que el usuario puede decir que sí o que no.';

create function privado.motivo_dicho(v_motivo text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  dicho constant text := btrim(coalesce(v_motivo, ''), E' \t\r\n');
begin
  if length(dicho) not between 1 and 500 or not privado.es_texto_limpio(dicho, false) then
    raise exception 'propuesta_sin_motivo' using errcode = 'PT422',
      detail = 'Diga por qué, en 500 caracteres como máximo.', hint = 'motivo';
  end if;
  return dicho;
end
$$;
comment on function privado.motivo_dicho(text) is 'Por qué se dice que no, limpio; o el error de quien no lo dijo.';
revoke all on function privado.motivo_dicho(text) from public;

revoke all on function privado.bloqueo(bigint, bigint), privado.mis_bloqueos(), privado.empresa_que_decide() from public;
grant execute on function privado.mis_bloqueos() to authenticated;
