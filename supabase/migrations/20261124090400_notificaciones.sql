-- Why: whoever is party to a contract is told of what the others do on it, in the same transaction: nothing that was
-- written goes untold, and nothing is told that was not written. The actor and its own company are not told.
-- Touches: creates public.notificaciones; a trigger on contratos, contratos_participantes, documentos_contrato,
-- lotes_asociados, mensajes and lecturas; the channel `usuario:<id>`. Texts are for a locked screen too: no price, no
-- volume, nothing that somebody wrote. Destructive: no.
create sequence public.notificaciones_orden_seq;
create table public.notificaciones (
  id bigint generated always as identity primary key,
  usuario_id uuid not null references public.usuarios (id) on delete cascade,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  tipo text not null,
  texto text not null,
  datos jsonb not null default '{}',
  cantidad int not null default 1,
  en_app boolean not null,
  push boolean not null,
  orden bigint not null default nextval('public.notificaciones_orden_seq'),
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  leida_en timestamptz,
  constraint notificaciones_tipo_valido check (tipo in ('contrato', 'documento', 'lote', 'participante', 'mensaje')),
  constraint notificaciones_cantidad_valida check (cantidad > 0)
);
alter sequence public.notificaciones_orden_seq owned by public.notificaciones.orden;
comment on table public.notificaciones is 'Avisos a cada usuario de lo que otros hicieron en sus contratos.';
comment on column public.notificaciones.cantidad is 'Mensajes de la conversación que junta este aviso.';
comment on column public.notificaciones.orden is 'Crece cada vez que el aviso vuelve a suceder: el último es el mayor.';
create index notificaciones_sin_leer_idx on public.notificaciones (usuario_id, orden desc) where leida_en is null;
create index notificaciones_leidas_idx on public.notificaciones (usuario_id, orden desc) where leida_en is not null;
create index notificaciones_usuario_idx on public.notificaciones (usuario_id);
create index notificaciones_contrato_idx on public.notificaciones (contrato_id);
-- What is said in a contract is one notice until it is read.
create unique index notificaciones_rafaga_key on public.notificaciones (usuario_id, contrato_id)
  where tipo = 'mensaje' and leida_en is null;

alter table public.notificaciones enable row level security;
create policy select_propio on public.notificaciones for select to authenticated
  using (usuario_id = (select auth.uid()) and en_app and (select privado.mi_rol()) is not null);
revoke all on public.notificaciones from anon, authenticated, service_role;
revoke all on sequence public.notificaciones_id_seq, public.notificaciones_orden_seq
  from anon, authenticated, service_role;
grant select on public.notificaciones to authenticated;

create function privado.notificar(
  v_contrato bigint, v_tipo text, v_texto text, v_datos jsonb default '{}', v_ademas bigint default null
) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  actor constant uuid := auth.uid();
  empresa constant bigint := privado.mi_empresa();
begin
  -- In the order of users: two transactions that tell the same people never wait for each other crosswise.
  insert into public.notificaciones as n (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
  select u.id, v_contrato, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from (
    select p.empresa_id from public.contratos_participantes p where p.contrato_id = v_contrato and not p.oculto
    union select v_ademas where v_ademas is not null
  ) as parte
  join public.empresas e on e.id = parte.empresa_id and e.activo
  join public.usuarios u on u.empresa_id = e.id and u.activo
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where parte.empresa_id is distinct from empresa and u.id is distinct from actor
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
  on conflict (usuario_id, contrato_id) where tipo = 'mensaje' and leida_en is null do update
  set cantidad = n.cantidad + 1, datos = excluded.datos, en_app = excluded.en_app, push = excluded.push,
    texto = (n.cantidad + 1) || ' mensajes nuevos en ' || (excluded.datos ->> 'codigo') || '.',
    orden = nextval('public.notificaciones_orden_seq'), actualizado_en = clock_timestamp();
end
$$;
comment on function privado.notificar(bigint, text, text, jsonb, bigint) is
  'Avisa a los usuarios activos de las otras partes de un contrato, y a los de una empresa que ya no lo es.';

create function privado.notificar_cambio() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  fila constant jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  contrato constant bigint := coalesce(fila ->> 'contrato_id', fila ->> 'id')::bigint;
  codigo constant text := coalesce(fila ->> 'codigo', (select c.codigo from public.contratos c where c.id = contrato));
  datos constant jsonb := jsonb_build_object('codigo', codigo);
  quien text;
begin
  if tg_table_name = 'mensajes' then
    perform privado.notificar(contrato, 'mensaje', format('Mensaje nuevo de %s en %s.', fila ->> 'autor', codigo),
      datos || jsonb_build_object('mensaje_id', fila -> 'id'));
    return null;
  end if;
  quien := privado.quien();
  case tg_table_name
    when 'contratos' then
      perform privado.notificar(contrato, 'contrato',
        case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', quien, codigo)
          when to_jsonb(old) -> 'estado' <> fila -> 'estado'
            then format('El contrato %s pasó a %s.', codigo, fila ->> 'estado')
          else format('%s editó el contrato %s.', quien, codigo) end,
        datos || jsonb_build_object('estado', fila -> 'estado'));
    when 'documentos_contrato' then
      perform privado.notificar(contrato, 'documento', format('%s subió un documento a %s.', quien, codigo),
        datos || jsonb_build_object('documento_id', fila -> 'id', 'tipo', fila -> 'tipo'));
    when 'lotes_asociados' then
      perform privado.notificar(contrato, 'lote',
        case when tg_op = 'INSERT' then format('%s asoció el lote %s a %s.', quien, fila ->> 'codigo_lote', codigo)
          else format('El lote %s de %s pasó a %s.', fila ->> 'codigo_lote', codigo, fila ->> 'estado') end,
        datos || jsonb_build_object('lote_id', fila -> 'id', 'estado', fila -> 'estado'));
    when 'contratos_participantes' then
      perform privado.notificar(contrato, 'participante',
        format(case tg_op when 'INSERT' then '%s asoció a %s al contrato %s.' else '%s retiró a %s del contrato %s.' end,
          quien, (select e.nombre from public.empresas e where e.id = (fila ->> 'empresa_id')::bigint), codigo),
        datos || jsonb_build_object('empresa_id', fila -> 'empresa_id'), (fila ->> 'empresa_id')::bigint);
  end case;
  return null;
end
$$;
comment on function privado.notificar_cambio() is 'Disparador: lo que cambia en un contrato se avisa a las otras partes.';

-- After the rules of the same row: 050 and 060 tell, 500 makes the participants.
create trigger _700_notificar after insert on public.contratos
  for each row execute function privado.notificar_cambio();
create trigger _710_notificar_edicion after update on public.contratos
  for each row when (
    (old.volumen_tm, old.precio_fijado_tm, old.fecha_firma, old.observaciones, old.estado)
      is distinct from (new.volumen_tm, new.precio_fijado_tm, new.fecha_firma, new.observaciones, new.estado))
  execute function privado.notificar_cambio();
create trigger _700_notificar after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.notificar_cambio();
create trigger _710_notificar_retiro after delete on public.contratos_participantes
  for each row execute function privado.notificar_cambio();
create trigger _700_notificar after insert on public.documentos_contrato
  for each row execute function privado.notificar_cambio();
create trigger _030_notificar after insert on public.lotes_asociados
  for each row execute function privado.notificar_cambio();
create trigger _040_notificar_estado after update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.notificar_cambio();
create trigger _700_notificar after insert on public.mensajes
  for each row when (new.tipo = 'usuario') execute function privado.notificar_cambio();

-- To the person's own channel, which only it may hear and nobody may speak on.
create function privado.difundir_notificacion() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(to_jsonb(new) - 'usuario_id' - 'en_app' - 'push', 'notificacion', 'usuario:' || new.usuario_id, true);
  return null;
end
$$;
comment on function privado.difundir_notificacion() is 'Disparador: el aviso llega al canal de su usuario.';
create trigger _500_difundir after insert on public.notificaciones
  for each row when (new.en_app) execute function privado.difundir_notificacion();
create trigger _510_difundir_rafaga after update of cantidad on public.notificaciones
  for each row when (new.en_app) execute function privado.difundir_notificacion();

create or replace function privado.oye_canal(tema text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  if tema like 'usuario:%' then
    return tema = 'usuario:' || auth.uid() and privado.mi_rol() is not null;
  end if;
  return exists (
    select from public.contratos c
    where tema like 'contrato:%' and c.codigo = substr(tema, 10) and c.eliminado_en is null
      and (privado.participa(c.id) or privado.es_admin())
  );
end
$$;
comment on function privado.oye_canal(text) is '¿Oye el usuario este canal: el suyo, o el de un contrato del que es parte?';
alter policy triboka_insert_participante on realtime.messages
  with check (
    extension in ('broadcast', 'presence') and (select realtime.topic()) like 'contrato:%'
    and (select privado.oye_canal((select realtime.topic()))));

-- Reading a conversation to its end reads its notice.
create function privado.leer_aviso() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.notificaciones n set leida_en = clock_timestamp()
  where n.usuario_id = new.usuario_id and n.contrato_id = new.contrato_id and n.tipo = 'mensaje'
    and n.leida_en is null and (n.datos ->> 'mensaje_id')::bigint <= new.hasta;
  return null;
end
$$;
comment on function privado.leer_aviso() is 'Disparador: leída la conversación, leído su aviso.';
create trigger _500_leer_aviso after insert or update on public.lecturas
  for each row execute function privado.leer_aviso();

create function privado.leer_notificaciones(v_ids bigint[]) returns int
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  -- By contract: whoever writes in one waits only for its own notices, so nobody waits crosswise.
  update public.notificaciones n set leida_en = clock_timestamp()
  from (
    select x.id from public.notificaciones x
    where x.usuario_id = auth.uid() and x.leida_en is null and x.en_app and (v_ids is null or x.id = any (v_ids))
    order by x.contrato_id, x.id for update
  ) as suyas
  where n.id = suyas.id;
  return privado.avisos_sin_leer();
end
$$;
comment on function privado.leer_notificaciones(bigint[]) is 'Marca avisos propios como leídos; null son todos.';

create function privado.avisos_sin_leer() returns int
language sql stable security definer set search_path = '' as $$
  select count(*)::int from (
    select from public.notificaciones n where n.usuario_id = auth.uid() and n.leida_en is null and n.en_app limit 100
  ) as nuevos
$$;
comment on function privado.avisos_sin_leer() is 'Avisos del usuario sin leer; 100 son 100 o más.';

create function public.leer_notificaciones(ids bigint[] default null) returns int
language sql volatile security invoker set search_path = '' as $$
  select privado.leer_notificaciones(ids)
$$;
comment on function public.leer_notificaciones(bigint[]) is
  'Marca como leídos los avisos dados, o todos; da cuántos quedan sin leer (100 son 100 o más).';

revoke all on function privado.notificar(bigint, text, text, jsonb, bigint), privado.notificar_cambio(),
  privado.difundir_notificacion(), privado.leer_aviso(), privado.leer_notificaciones(bigint[]),
  privado.avisos_sin_leer() from public;
revoke all on function public.leer_notificaciones(bigint[]) from public, anon, service_role;
grant execute on function privado.leer_notificaciones(bigint[]), privado.avisos_sin_leer(),
  public.leer_notificaciones(bigint[]) to authenticated;
