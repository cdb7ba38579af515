-- A company has people later than it has proposals: to the first of them who comes, what waits is told then.
create function privado.avisar_al_llegar() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (
    select from public.usuarios u where u.empresa_id = new.empresa_id and u.activo and u.id <> new.id
  ) then
    insert into public.notificaciones (usuario_id, tipo, texto, datos, en_app, push)
    select new.id, 'relacion', format(
      case when r.contrato_id is null then '%s le propone trabajar juntos.' else '%s le propone un contrato.' end, e.nombre),
      jsonb_build_object('relacion_id', r.id), true, true
    from public.relaciones r join public.empresas e on e.id = r.propone_id
    where r.para_id = new.empresa_id and r.estado = 'propuesta' and not privado.bloqueo(new.empresa_id, r.propone_id)
    order by r.id desc limit 20;
  end if;
  return null;
end
$$;
comment on function privado.avisar_al_llegar() is
  'Disparador: a la primera persona de una empresa se le avisa de las propuestas que la esperan.';
revoke all on function privado.avisar_al_llegar() from public;

create trigger _500_avisar_al_llegar after insert on public.usuarios
  for each row when (new.activo and new.empresa_id is not null) execute function privado.avisar_al_llegar();
create trigger _510_avisar_al_llegar after update of empresa_id on public.usuarios
  for each row when (new.activo and new.empresa_id is not null and new.empresa_id is distinct from old.empresa_id)
  execute function privado.avisar_al_llegar();
