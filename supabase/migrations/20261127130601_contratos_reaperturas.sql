-- Why: a contract closed too early, by a lot that was not the last or by the other party's hand, waited for an
-- administrator. Its exporter reopens it within seven days, saying why; later, an administrator. What was closed, how
-- much had been exported and why it goes on stays on record, for all who are party.
-- Touches: creates public.contratos_reaperturas, its rules and public.reabrir_contrato; the rule of states and the
-- messages of a contract. An administrator may still write the state alone. Destructive: no.
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
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500)
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

create function privado.firmar_reapertura() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if not coalesce(privado.manda_en_contrato(contrato), false) then
    raise exception 'contrato_reabre_exportadora' using errcode = 'PT403',
      detail = 'Un contrato cerrado lo reabre su exportadora o un administrador.';
  elsif contrato.estado <> 'Cerrado' then
    raise exception 'contrato_no_cerrado' using errcode = 'PT409', detail = 'Ese contrato no está cerrado.';
  elsif auth.uid() is not null and not privado.es_admin()
    and contrato.cerrado_en < clock_timestamp() - interval '7 days' then
    raise exception 'reapertura_tardia' using errcode = 'PT403',
      detail = 'Pasaron siete días desde que se cerró: solo un administrador lo reabre.';
  end if;
  select u.id, u.nombre, e.nombre into new.usuario_id, new.autor, new.empresa
  from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  new.autor := coalesce(new.autor, 'El sistema');
  new.motivo := btrim(new.motivo, E' \t\r\n');
  new.cerrado_en := contrato.cerrado_en;
  new.exportado_tm := privado.exportado_tm(contrato.id);
  new.volumen_tm := contrato.volumen_tm;
  new.creado_en := clock_timestamp();
  return new;
end
$$;
comment on function privado.firmar_reapertura() is
  'Disparador: quién reabre un contrato, hasta cuándo, y qué había cuando lo hizo.';

create function privado.reabrir() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos set estado = 'Activo' where id = new.contrato_id;
  return null;
end
$$;
comment on function privado.reabrir() is 'Disparador: el contrato de una reapertura vuelve a estar Activo.';

create function privado.conservar_reapertura() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'reapertura_inmutable' using errcode = 'PT409',
    detail = 'Una reapertura no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_reapertura() is 'Disparador: las reaperturas son evidencia.';

create trigger _100_firmar before insert on public.contratos_reaperturas
  for each row execute function privado.firmar_reapertura();
create trigger _100_conservar before update or delete on public.contratos_reaperturas
  for each row execute function privado.conservar_reapertura();
create trigger _110_conservar_todas before truncate on public.contratos_reaperturas
  for each statement execute function privado.conservar_reapertura();
create trigger _500_reabrir after insert on public.contratos_reaperturas
  for each row execute function privado.reabrir();

-- Why the contract goes on, of the closing that is being undone; null where nobody said.
create function privado.motivo_reapertura(contrato bigint, cierre timestamptz) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select r.motivo from public.contratos_reaperturas r where r.contrato_id = contrato and r.cerrado_en = cierre);
end
$$;
comment on function privado.motivo_reapertura(bigint, timestamptz) is 'Por qué se deshizo un cierre, si quedó dicho.';

create or replace function privado.cambiar_estado() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  paso constant text := old.estado || ' → ' || new.estado;
  sin_limite constant boolean := auth.uid() is null or privado.es_admin();
begin
  case
    when new.estado is null or new.estado not in ('En revisión', 'Activo', 'Cerrado') then
      return new; -- the column's own constraints refuse it
    when paso = 'En revisión → Activo' then
      if not sin_limite and privado.mi_empresa() is distinct from new.exportadora_id then
        raise exception 'contrato_activa_exportadora' using errcode = 'PT403',
          detail = 'Solo la exportadora del contrato lo activa.', hint = 'estado';
      end if;
    when new.estado = 'Cerrado' then
      -- By itself, whoever exported the last lot; by hand the other party would undo every reopening.
      if not sin_limite and not (
        privado.toca_cerrar(new) and (pg_trigger_depth() > 1 or coalesce(privado.manda_en_contrato(new), false))) then
        raise exception 'contrato_cierre_automatico' using errcode = 'PT403',
          detail = 'Un contrato se cierra solo, cuando se cumple su cierre.', hint = 'estado';
      end if;
      new.cerrado_en := clock_timestamp();
    when paso = 'Cerrado → Activo' then
      -- Of this closing and no other: what was reopened once is not open for ever.
      if not sin_limite and privado.motivo_reapertura(new.id, old.cerrado_en) is null then
        raise exception 'contrato_reabre_admin' using errcode = 'PT403',
          detail = 'Un contrato cerrado se reabre diciendo por qué. Sin decirlo, solo un administrador.', hint = 'estado';
      end if;
      new.cerrado_en := null;
    else
      raise exception 'contrato_transicion_invalida' using errcode = 'PT409',
        detail = 'Un contrato no vuelve a revisión.', hint = 'estado';
  end case;
  return new;
end
$$;

create or replace function privado.contar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.id, 'sistema',
    case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', privado.quien(), new.codigo)
      when new.estado = 'Cerrado' then format('El contrato quedó Cerrado con %s: lo último fue de %s.',
        privado.exportado_en_palabras(new), privado.quien())
      when privado.motivo_reapertura(new.id, old.cerrado_en) is not null then format('%s reabrió el contrato, con %s: %s',
        privado.quien(), privado.exportado_en_palabras(new), privado.motivo_reapertura(new.id, old.cerrado_en))
      else format('%s pasó el contrato a %s.', privado.quien(), new.estado) end
  );
  return null;
end
$$;

create function public.reabrir_contrato(contrato_id bigint, motivo text) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  insert into public.contratos_reaperturas (contrato_id, motivo)
  values (reabrir_contrato.contrato_id, reabrir_contrato.motivo);
  select * into contrato from public.contratos c where c.id = reabrir_contrato.contrato_id;
  return contrato;
end
$$;
comment on function public.reabrir_contrato(bigint, text) is
  'Reabre un contrato cerrado, diciendo por qué: su exportadora hasta siete días después; luego, un administrador.';

revoke all on function privado.firmar_reapertura(), privado.reabrir(), privado.conservar_reapertura(),
  privado.motivo_reapertura(bigint, timestamptz) from public;
revoke all on function public.reabrir_contrato(bigint, text) from public, anon, service_role;
grant execute on function public.reabrir_contrato(bigint, text) to authenticated;
