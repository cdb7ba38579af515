-- The pages of the graph's lists, by what they are asked. Policies would try every row of every company, for whoever is
-- an administrator sees them all: these begin at the company's own index. They give ids; the rows are read under RLS.

create function privado.empresa_del_grafo(v_empresa bigint) returns bigint
language sql stable security definer set search_path = '' as $$
  select case when privado.es_admin() then v_empresa else coalesce(privado.mi_empresa(), 0) end
$$;
comment on function privado.empresa_del_grafo(bigint) is
  'De qué empresa se listan lotes: la propia; de un administrador la que pide, o null, todas.';

create function privado.lotes_pagina(
  v_limite int, v_despues uuid, v_empresa bigint, v_centro bigint, v_condicion text, v_con_saldo boolean,
  v_retenido boolean, v_productor bigint, v_codigo text, v_certificacion text, v_desde date, v_hasta date)
returns setof uuid
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
declare
  de constant bigint := privado.empresa_del_grafo(v_empresa);
  -- Few of the lots that a company ever had: found first, for a page that looks for them passes by all the others.
  existentes constant uuid[] := case when v_con_saldo then array(
    select s.lote_id from privado.saldos s
    where (de is null or s.empresa_id = de) and s.kg > 0 and (v_centro is null or s.centro_id = v_centro)
      and (v_condicion is null or s.condicion = v_condicion)) end;
  retenidos constant uuid[] := case when v_retenido then array(
    select r.lote_id from public.retenciones r where (de is null or r.empresa_id = de) and r.levantada_en is null) end;
begin
  return query
    select l.id
    from public.lotes l
    where (de is null or l.empresa_id = de)
      and (v_despues is null or l.id < v_despues)
      and (v_centro is null or l.centro_id = v_centro)
      and (v_condicion is null or l.condicion = v_condicion)
      and (existentes is null or l.id = any (existentes))
      and (retenidos is null or l.id = any (retenidos))
      -- Values of each lot, and no joins: those are walked in the order of their ids with the rows of all companies.
      and (coalesce(v_con_saldo, true) or (select s.kg = 0 from privado.saldos s where s.lote_id = l.id))
      and (coalesce(v_retenido, true) or (select not s.retenido from privado.saldos s where s.lote_id = l.id))
      and (v_productor is null or l.productor_id = v_productor)
      and (v_codigo is null or starts_with(l.codigo, v_codigo))
      and (v_certificacion is null or v_certificacion = any (l.certificaciones))
      and (coalesce(v_desde, v_hasta) is null or (
        select (v_desde is null or o.en >= v_desde::timestamp at time zone 'America/Guayaquil')
          and (v_hasta is null or o.en < (v_hasta + 1)::timestamp at time zone 'America/Guayaquil')
        from public.operaciones o where o.id = l.operacion_id))
    order by l.id desc
    limit v_limite;
end
$$;
comment on function privado.lotes_pagina(int, uuid, bigint, bigint, text, boolean, boolean, bigint, text, text, date, date) is
  'Lotes de una página, el último registrado primero.';

-- The order in which each company told them; of all companies, those that have one number by their ids.
create function privado.operaciones_pagina(
  v_limite int, v_despues uuid, v_empresa bigint, v_tipo text, v_centro bigint, v_lote text, v_desde date, v_hasta date)
returns setof uuid
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
declare
  de constant bigint := privado.empresa_del_grafo(v_empresa);
  ultima constant bigint := (
    select o.secuencia from public.operaciones o where o.id = v_despues and (de is null or o.empresa_id = de));
  lote uuid;
  suyas uuid[];
begin
  if v_lote ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    lote := v_lote;
  elsif v_lote is not null then
    select l.id into lote from public.lotes l where l.empresa_id = de and l.codigo = v_lote;
    if lote is null then
      return;
    end if;
  end if;
  -- Before, as what a lot has of its own: in a condition all operations would be tried against it.
  if lote is not null then
    suyas := array(
      select c.operacion_id from public.consumos c where c.lote_id = lote
      union all
      select p.operacion_id from public.productos p where p.lote_id = lote);
  end if;
  return query
    select o.id
    from public.operaciones o
    where (de is null or o.empresa_id = de)
      and (v_despues is null or (o.secuencia, o.id) < (ultima, v_despues))
      and (v_tipo is null or o.tipo = v_tipo)
      and (v_centro is null or o.centro_id = v_centro or o.destino_id = v_centro)
      and (suyas is null or o.id = any (suyas))
      and (v_desde is null or o.en >= v_desde::timestamp at time zone 'America/Guayaquil')
      and (v_hasta is null or o.en < (v_hasta + 1)::timestamp at time zone 'America/Guayaquil')
    order by o.secuencia desc, o.id desc
    limit v_limite;
end
$$;
comment on function privado.operaciones_pagina(int, uuid, bigint, text, bigint, text, date, date) is
  'Operaciones de una página, la última registrada primero.';

revoke all on function privado.empresa_del_grafo(bigint),
  privado.lotes_pagina(int, uuid, bigint, bigint, text, boolean, boolean, bigint, text, text, date, date),
  privado.operaciones_pagina(int, uuid, bigint, text, bigint, text, date, date) from public;
grant execute on function
  privado.lotes_pagina(int, uuid, bigint, bigint, text, boolean, boolean, bigint, text, text, date, date),
  privado.operaciones_pagina(int, uuid, bigint, text, bigint, text, date, date) to authenticated;
