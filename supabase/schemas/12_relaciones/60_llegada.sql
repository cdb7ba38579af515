-- Who was invited by RUC before it was in the system finds its proposals when an administrator makes the company. And a
-- page of them, with what the caller has blocked.

create function privado.recibir_propuestas() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  r public.relaciones;
begin
  -- Of one proposer one is alive, also where an administrator corrects a RUC. Whoever is there already is told; who comes
  -- first, then (privado.avisar_al_llegar).
  for r in
    update public.relaciones x set para_id = new.id, avisada = not privado.bloqueo(new.id, x.propone_id)
    where x.ruc = new.ruc and x.estado = 'propuesta' and x.para_id is null and x.propone_id <> new.id
      and not exists (
        select from public.relaciones o
        where least(o.propone_id, o.para_id) = least(x.propone_id, new.id)
          and greatest(o.propone_id, o.para_id) = greatest(x.propone_id, new.id) and o.para_id is not null
          and o.estado in ('propuesta', 'aceptada'))
    returning *
  loop
    if r.avisada then
      perform privado.notificar_empresa(new.id, 'relacion', format(
        case when r.contrato_id is null then '%s le propone trabajar juntos.' else '%s le propone un contrato.' end,
        (select e.nombre from public.empresas e where e.id = r.propone_id)), jsonb_build_object('relacion_id', r.id));
    end if;
  end loop;
  return null;
end
$$;
comment on function privado.recibir_propuestas() is 'Disparador: a una empresa nueva le llega lo que se propuso a su RUC.';

create function privado.mis_relaciones(v_estado text, v_despues_de bigint, v_limite int) returns setof json
language plpgsql stable security definer set search_path = '' as $$
declare
  mia constant bigint := privado.mi_empresa();
  todas constant boolean := privado.es_admin();
  bloqueadas constant bigint[] := privado.mis_bloqueos();
begin
  perform privado.exigir_cuenta();
  return query
    select privado.relacion_json(r) from public.relaciones r
    where r.id < coalesce(v_despues_de, 9223372036854775807) and (v_estado is null or r.estado = v_estado)
      and (r.propone_id = mia or todas
        -- What was withdrawn before it was answered was never there.
        or (r.para_id = mia and r.estado <> 'retirada' and r.propone_id <> all (bloqueadas)))
    order by r.id desc limit least(greatest(v_limite, 1), 1001);
end
$$;
comment on function privado.mis_relaciones(text, bigint, int) is 'Página de las relaciones del usuario, de la última a la primera.';

create function public.mis_relaciones(estado text default null, despues_de bigint default null, limite int default 20)
  returns setof json
language sql stable security invoker set search_path = '' as $$
  select * from privado.mis_relaciones(estado, despues_de, limite)
$$;
comment on function public.mis_relaciones(text, bigint, int) is
  'Relaciones de la empresa: las propuestas, recibidas y enviadas, las aceptadas y las que terminaron; de la última a la primera.';

create function privado.empresas_bloqueadas() returns table (id bigint, nombre text, bloqueada_en timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query
    select e.id, e.nombre, b.creado_en from privado.bloqueos b join public.empresas e on e.id = b.bloqueada_id
    where b.empresa_id = privado.mi_empresa() order by b.creado_en desc limit 1000;
end
$$;
comment on function privado.empresas_bloqueadas() is 'Empresas que bloqueó la del usuario.';

create function public.empresas_bloqueadas() returns table (id bigint, nombre text, bloqueada_en timestamptz)
language sql stable security invoker set search_path = '' as $$
  select * from privado.empresas_bloqueadas()
$$;
comment on function public.empresas_bloqueadas() is 'Empresas que bloqueó la del usuario, la última primero.';

revoke all on function privado.recibir_propuestas(), privado.mis_relaciones(text, bigint, int),
  privado.empresas_bloqueadas() from public;
revoke all on function public.mis_relaciones(text, bigint, int), public.empresas_bloqueadas()
  from public, anon, service_role;
grant execute on function privado.mis_relaciones(text, bigint, int), privado.empresas_bloqueadas(),
  public.mis_relaciones(text, bigint, int), public.empresas_bloqueadas() to authenticated;

create trigger _500_recibir_propuestas after insert on public.empresas
  for each row execute function privado.recibir_propuestas();
-- To write the same RUC again delivers nothing.
create trigger _510_recibir_propuestas after update of ruc on public.empresas
  for each row when (old.ruc <> new.ruc) execute function privado.recibir_propuestas();
