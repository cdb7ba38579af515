-- The trigger functions of public.usuarios and public.invitaciones.

create function privado.proteger_permisos() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.id = auth.uid() then
    raise exception 'usuario_permisos_propios' using errcode = 'PT403',
      detail = 'Nadie cambia su propia empresa, su rol ni su estado.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_permisos() is 'Disparador: nadie cambia sus propios permisos.';

create function privado.proteger_ajeno() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.id <> auth.uid() and not privado.es_admin() then
    raise exception 'usuario_ajeno' using errcode = 'PT403',
      detail = 'De un colega que invitó solo cambia si está activo.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_ajeno() is 'Disparador: de otra persona, un colega solo cambia si está activa.';

create function privado.validar_rol() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.rol <> 'admin' and new.rol <> (select e.tipo from public.empresas e where e.id = new.empresa_id) then
    raise exception 'usuario_rol_invalido' using errcode = 'PT422',
      detail = 'El rol de un usuario es el tipo de su empresa, o admin.', hint = 'rol';
  end if;
  return new;
end
$$;
comment on function privado.validar_rol() is 'Disparador: el rol corresponde al tipo de la empresa.';

-- A lost phone, or one of who was switched off, is told nothing more; entering again registers it again.
create function privado.olvidar_dispositivos() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.dispositivos d where d.usuario_id = new.id;
  return null;
end
$$;
comment on function privado.olvidar_dispositivos() is
  'Disparador: a quien se apaga o cierra sus sesiones no le llegan más avisos al teléfono.';

create function privado.anular_invitacion() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.aceptada_en is not null then
    raise exception 'invitacion_aceptada' using errcode = 'PT409', detail = 'Esa invitación ya fue aceptada.';
  end if;
  new.anulada_en := coalesce(old.anulada_en, now());
  return new;
end
$$;
comment on function privado.anular_invitacion() is 'Disparador: una invitación abierta se anula, y queda anulada.';

revoke all on function privado.proteger_permisos(), privado.proteger_ajeno(), privado.validar_rol(),
  privado.olvidar_dispositivos(), privado.anular_invitacion() from public;
