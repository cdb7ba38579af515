-- Blocking is one call: what there was between both ends, and what the other proposes from then on reaches nobody. It is
-- not told so: its proposals stay open, as those that nobody answers.

create function privado.bloquear_empresa(v_empresa bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  mia constant bigint := privado.empresa_que_decide();
  viva bigint;
begin
  if v_empresa = mia or not exists (select from public.empresas e where e.id = v_empresa) then
    raise exception 'bloqueo_invalido' using errcode = 'PT422',
      detail = 'Se bloquea a una empresa que no sea la suya.', hint = 'empresa_id';
  end if;
  for viva in
    select r.id from public.relaciones r
    where (r.propone_id = mia and r.con_id = v_empresa and r.estado in ('propuesta', 'aceptada'))
      or (r.propone_id = v_empresa and r.para_id = mia and r.estado = 'aceptada')
    order by r.id
  loop
    perform privado.terminar_relacion(viva, null);
  end loop;
  insert into privado.bloqueos (empresa_id, bloqueada_id, creado_por) values (mia, v_empresa, auth.uid())
  on conflict do nothing;
end
$$;
comment on function privado.bloquear_empresa(bigint) is 'Bloquea a una empresa por la del usuario.';

create function privado.desbloquear_empresa(v_empresa bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  mia constant bigint := privado.empresa_que_decide();
begin
  delete from privado.bloqueos b where b.empresa_id = mia and b.bloqueada_id = v_empresa;
end
$$;
comment on function privado.desbloquear_empresa(bigint) is 'Deja de bloquear a una empresa.';

create function public.bloquear_empresa(empresa_id bigint) returns void
language sql volatile security invoker set search_path = '' as $$
  select privado.bloquear_empresa(empresa_id)
$$;
comment on function public.bloquear_empresa(bigint) is
  'Bloquea a otra empresa: no le llegan más sus propuestas ni sus contratos, y ella no lo sabe. Termina su relación.';

create function public.desbloquear_empresa(empresa_id bigint) returns void
language sql volatile security invoker set search_path = '' as $$
  select privado.desbloquear_empresa(empresa_id)
$$;
comment on function public.desbloquear_empresa(bigint) is 'Deja de bloquear a una empresa.';

revoke all on function privado.bloquear_empresa(bigint), privado.desbloquear_empresa(bigint) from public;
revoke all on function public.bloquear_empresa(bigint), public.desbloquear_empresa(bigint)
  from public, anon, service_role;
grant execute on function privado.bloquear_empresa(bigint), privado.desbloquear_empresa(bigint),
  public.bloquear_empresa(bigint), public.desbloquear_empresa(bigint) to authenticated;
