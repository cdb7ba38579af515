-- What the owner of a lot chose to tell of where it comes from, to those who sign the contract that it is promised to.
-- Never an identification nor a phone.

create function privado.origen_compartido(asociado bigint) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  a public.lotes_asociados;
  c public.contratos;
  dueno bigint;
begin
  select * into a from public.lotes_asociados x where x.id = asociado;
  dueno := (select l.empresa_id from public.lotes l where l.id = a.lote_id);
  if a.id is not null then
    -- Of a contract that is not the caller's, the answer is that of a lot that does not exist.
    select x.* into c from public.contratos x
    where x.id = a.contrato_id and x.eliminado_en is null and (privado.participa(x.id) or privado.es_admin());
  end if;
  if c.id is null or dueno is null
    or not (privado.es_admin() or privado.mi_empresa() in (c.exportadora_id, c.contraparte_id, dueno)) then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.', hint = 'asociado';
  end if;
  if a.origen_compartido = 'nada' then
    return jsonb_build_object('compartido', 'nada');
  end if;
  return (
    with origenes as materialized (
      select l.id, l.productor_id, l.centro_id, l.certificaciones, o.clase = 'recibido' and l.origen_conocido as conocido,
        sum(o.kg) as kg
      from privado.promesas p
      -- The kilos that are promised, to the gram, as those of the whole lot are.
      cross join lateral (
        select array_agg(r.lote_id order by r.lote_id, r.clase) as lotes, array_agg(r.clase order by r.lote_id, r.clase) as clases,
          array_agg(r.parte order by r.lote_id, r.clase) as partes
        from privado.origenes(p.lote_id) as r
      ) as j
      cross join lateral unnest(j.lotes, j.clases, privado.repartir(p.kg, j.partes)) as o (lote_id, clase, kg)
      join public.lotes l on l.id = o.lote_id
      where p.asociado_id = a.id
      group by 1, 2, 3, 4, 5
    ),
    total as (select coalesce(sum(kg), 0) as kg from origenes)
    select jsonb_build_object(
      'compartido', a.origen_compartido,
      'kg', total.kg,
      'productores', (select count(distinct o.productor_id) from origenes o),
      'origen_conocido_pct', round(100 * (select sum(o.kg) filter (where o.conocido) from origenes o) / nullif(total.kg, 0), 2),
      'centros', coalesce((
        select jsonb_agg(jsonb_build_object('centro', x.nombre, 'kg', x.kg) order by x.kg desc, x.nombre)
        from (select s.nombre, sum(o.kg) as kg from origenes o left join public.centros s on s.id = o.centro_id group by s.id) as x), '[]'),
      'certificaciones', coalesce((
        select jsonb_agg(jsonb_build_object('certificacion', x.nombre, 'kg', x.kg) order by x.kg desc, x.nombre)
        from (select u.nombre, sum(o.kg) as kg from origenes o cross join unnest(o.certificaciones) as u (nombre) group by 1) as x), '[]'))
      || case a.origen_compartido when 'productores' then jsonb_build_object('detalle', coalesce((
        select jsonb_agg(jsonb_build_object('productor', x.nombre, 'kg', x.kg) order by x.kg desc, x.nombre)
        from (select r.nombre, sum(o.kg) as kg from origenes o left join public.productores r on r.id = o.productor_id group by r.id) as x), '[]'))
      else '{}' end
    from total);
end
$$;
comment on function privado.origen_compartido(bigint) is 'Lo que se comparte del origen de un lote de un contrato.';

create function public.origen_compartido(asociado bigint) returns jsonb
language sql volatile security invoker set search_path = '' as $$
  select privado.origen_compartido(asociado)
$$;
comment on function public.origen_compartido(bigint) is
  'Lo que el dueño de un lote prometido cuenta de su origen: nada, un resumen, o los productores con sus kilos.';

revoke all on function privado.origen_compartido(bigint) from public;
revoke all on function public.origen_compartido(bigint) from public, anon, service_role;
grant execute on function privado.origen_compartido(bigint), public.origen_compartido(bigint) to authenticated;
