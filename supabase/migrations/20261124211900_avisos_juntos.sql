-- Why: a change told to many people was a call, a subtransaction and an insert of its own for each of them, and cost
-- more than the change. The new notices of a statement go out together: one insert to the channels, one to the queue.
-- A burst, which is one row of each person again, goes out as before.
-- Touches: the triggers of insert of public.notificaciones; notificar() and notificar_cambio() do the same with fewer
-- steps; tomar_objeto() in plpgsql, which starts no executor of its own. Destructive: no.
create function privado.difundir_notificaciones() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What realtime.send does for one; as there, a channel that fails does not undo what it tells of.
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'usuario:' || n.usuario_id, 'notificacion', to_jsonb(n) - '{usuario_id,en_app,push}'::text[], true, 'broadcast'
  from nuevas n where n.en_app;
  return null;
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
  return null;
end
$$;
comment on function privado.difundir_notificaciones() is 'Disparador: los avisos llegan al canal de cada usuario.';

create function privado.encolar_pushes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.push_cola (notificacion_id, dispositivo_id, contrato_id)
  select n.id, d.id, coalesce(n.contrato_id, 0)
  from nuevas n join public.dispositivos d on d.usuario_id = n.usuario_id
  where n.push order by d.id, n.id;
  if found then
    perform pg_notify('push', '');
  end if;
  return null;
end
$$;
comment on function privado.encolar_pushes() is
  'Disparador: los avisos esperan su envío a los dispositivos de cada usuario.';

drop trigger _500_difundir on public.notificaciones;
create trigger _500_difundir after insert on public.notificaciones
  referencing new table as nuevas for each statement execute function privado.difundir_notificaciones();
drop trigger _600_encolar on public.notificaciones;
create trigger _600_encolar after insert on public.notificaciones
  referencing new table as nuevas for each statement execute function privado.encolar_pushes();

create or replace function privado.notificar(
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
  from public.usuarios u
  join public.empresas e on e.id = u.empresa_id and e.activo
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.activo and u.id is distinct from actor and u.empresa_id is distinct from empresa
    and u.empresa_id = any (v_ademas || array(
      select p.empresa_id from public.contratos_participantes p where p.contrato_id = v_contrato and not p.oculto))
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
  on conflict (usuario_id, contrato_id) where tipo = 'mensaje' and leida_en is null do update
  set cantidad = n.cantidad + 1, datos = excluded.datos, en_app = excluded.en_app, push = excluded.push,
    texto = (n.cantidad + 1) || ' mensajes nuevos en ' || (excluded.datos ->> 'codigo') || '.',
    orden = nextval('public.notificaciones_orden_seq'), actualizado_en = clock_timestamp();
end
$$;

create or replace function privado.notificar_cambio() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_contrato bigint;
  v_codigo text;
  v_empresa bigint;
begin
  if tg_table_name = 'contratos' then
    v_contrato := new.id;
  elsif tg_op = 'DELETE' then
    v_contrato := old.contrato_id;
  else
    v_contrato := new.contrato_id;
  end if;
  select c.codigo into v_codigo from public.contratos c where c.id = v_contrato;
  case tg_table_name
    when 'mensajes' then
      perform privado.notificar(v_contrato, 'mensaje', format('Mensaje nuevo de %s en %s.', new.autor, v_codigo),
        jsonb_build_object('codigo', v_codigo, 'mensaje_id', new.id));
    when 'contratos' then
      perform privado.notificar(v_contrato, 'contrato',
        case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', privado.quien(), v_codigo)
          when old.estado <> new.estado then format('El contrato %s pasó a %s.', v_codigo, new.estado)
          else format('%s editó el contrato %s.', privado.quien(), v_codigo) end,
        jsonb_build_object('codigo', v_codigo, 'estado', new.estado));
    when 'documentos_contrato' then
      perform privado.notificar(v_contrato, 'documento', format('%s subió un documento a %s.', privado.quien(), v_codigo),
        jsonb_build_object('codigo', v_codigo, 'documento_id', new.id, 'tipo', new.tipo));
    when 'lotes_asociados' then
      perform privado.notificar(v_contrato, 'lote',
        case when tg_op = 'INSERT'
          then format('%s asoció el lote %s a %s.', privado.quien(), new.codigo_lote, v_codigo)
          else format('El lote %s de %s pasó a %s.', new.codigo_lote, v_codigo, new.estado) end,
        jsonb_build_object('codigo', v_codigo, 'lote_id', new.id, 'estado', new.estado));
    when 'contratos_participantes' then
      if tg_op = 'DELETE' then
        v_empresa := old.empresa_id;
      else
        v_empresa := new.empresa_id;
      end if;
      perform privado.notificar(v_contrato, 'participante',
        format(case tg_op when 'INSERT' then '%s asoció a %s al contrato %s.' else '%s retiró a %s del contrato %s.' end,
          privado.quien(), (select e.nombre from public.empresas e where e.id = v_empresa), v_codigo),
        jsonb_build_object('codigo', v_codigo, 'empresa_id', v_empresa), v_empresa);
  end case;
  return null;
end
$$;

create or replace function privado.tomar_objeto(bucket text, objeto text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(bucket || '/' || objeto, 0));
end
$$;

revoke all on function privado.difundir_notificaciones(), privado.encolar_pushes() from public;
