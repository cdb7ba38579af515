-- Why: the pages of GET /lotes and GET /operaciones begin at the index of their company; a policy would try the rows of all.
-- Touches: privado.empresa_del_grafo, privado.lotes_pagina, privado.operaciones_pagina.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.empresa_del_grafo (
  v_empresa bigint
)
  returns bigint
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select case when privado.es_admin() then v_empresa else coalesce(privado.mi_empresa(), 0) end
$function$;

create or replace function privado.lotes_pagina (
  v_limite integer,
  v_despues uuid,
  v_empresa bigint,
  v_centro bigint,
  v_condicion text,
  v_con_saldo boolean,
  v_retenido boolean,
  v_productor bigint,
  v_codigo text,
  v_certificacion text,
  v_desde date,
  v_hasta date
)
  returns SETOF uuid
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_custom_plan'
  AS $function$
declare
  de constant bigint := privado.empresa_del_grafo(v_empresa);
begin
  return query
    select l.id
    from public.lotes l
    join privado.saldos s on s.lote_id = l.id
    join public.operaciones o on o.id = l.operacion_id
    where (de is null or (l.empresa_id = de and s.empresa_id = de))
      and (v_despues is null or l.id < v_despues)
      and (v_centro is null or (l.centro_id = v_centro and s.centro_id = v_centro))
      and (v_condicion is null or (l.condicion = v_condicion and s.condicion = v_condicion))
      and (v_con_saldo is null or (s.kg > 0) = v_con_saldo)
      and (v_retenido is null or s.retenido = v_retenido)
      and (v_productor is null or l.productor_id = v_productor)
      and (v_codigo is null or starts_with(l.codigo, v_codigo))
      and (v_certificacion is null or v_certificacion = any (l.certificaciones))
      and (v_desde is null or o.en >= v_desde::timestamp at time zone 'America/Guayaquil')
      and (v_hasta is null or o.en < (v_hasta + 1)::timestamp at time zone 'America/Guayaquil')
    order by l.id desc
    limit v_limite;
end
$function$;

create or replace function privado.operaciones_pagina (
  v_limite integer,
  v_despues bigint,
  v_empresa bigint,
  v_tipo text,
  v_centro bigint,
  v_lote text,
  v_desde date,
  v_hasta date
)
  returns SETOF uuid
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_custom_plan'
  AS $function$
declare
  de constant bigint := privado.empresa_del_grafo(v_empresa);
  lote uuid;
begin
  if v_lote ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    lote := v_lote;
  elsif v_lote is not null then
    select l.id into lote from public.lotes l where l.empresa_id = de and l.codigo = v_lote;
    if lote is null then
      return;
    end if;
  end if;
  return query
    select o.id
    from public.operaciones o
    where (de is null or o.empresa_id = de)
      and (v_despues is null or o.secuencia < v_despues)
      and (v_tipo is null or o.tipo = v_tipo)
      and (v_centro is null or o.centro_id = v_centro or o.destino_id = v_centro)
      and (lote is null or o.id in (
        select c.operacion_id from public.consumos c where c.lote_id = lote
        union all
        select p.operacion_id from public.productos p where p.lote_id = lote))
      and (v_desde is null or o.en >= v_desde::timestamp at time zone 'America/Guayaquil')
      and (v_hasta is null or o.en < (v_hasta + 1)::timestamp at time zone 'America/Guayaquil')
    order by o.secuencia desc
    limit v_limite;
end
$function$;

comment on function privado.empresa_del_grafo(bigint) is 'De qué empresa se listan lotes: la propia; de un administrador la que pide, o null, todas.';

comment on function
  privado.lotes_pagina(integer, uuid, bigint, bigint, text, boolean, boolean, bigint, text, text, date, date) is
  'Lotes de una página, el último registrado primero.';

comment on function privado.operaciones_pagina(integer, bigint, bigint, text, bigint, text, date, date) is
  'Operaciones de una página, la última registrada primero.';

revoke all on function privado.empresa_del_grafo(v_empresa bigint) from public;
revoke all on function privado.lotes_pagina(v_limite integer, v_despues uuid, v_empresa bigint, v_centro bigint, v_condicion text, v_con_saldo boolean, v_retenido boolean, v_productor bigint, v_codigo text, v_certificacion text, v_desde date, v_hasta date) from public;
revoke all on function privado.operaciones_pagina(v_limite integer, v_despues bigint, v_empresa bigint, v_tipo text, v_centro bigint, v_lote text, v_desde date, v_hasta date) from public;
grant execute on function privado.lotes_pagina(v_limite integer, v_despues uuid, v_empresa bigint, v_centro bigint, v_condicion text, v_con_saldo boolean, v_retenido boolean, v_productor bigint, v_codigo text, v_certificacion text, v_desde date, v_hasta date) to authenticated;
grant execute on function privado.operaciones_pagina(v_limite integer, v_despues bigint, v_empresa bigint, v_tipo text, v_centro bigint, v_lote text, v_desde date, v_hasta date) to authenticated;
reset check_function_bodies;
