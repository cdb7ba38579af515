import { page } from '../db/fragments.ts'
import { namedQuery } from '../db/named-query.ts'
import type { Query } from '../db/types.ts'

/** $1 desde and $2 hasta, days of their months or null, $3 agrupar, $4 dias, $5 company or null → the indicators. */
export const verKpis: Query = {
  name: 'ver_kpis',
  text: `select public.kpis(desde => $1::date, hasta => $2::date, agrupar => $3, dias => $4::int, empresa => $5::bigint) as cuerpo`,
}

/**
 * → a page, the newest first.
 * The function refuses what is not the caller's, so it is asked first: joined, a plan that found no contract would not
 * ask it, and answer an empty page.
 */
export const paginaAvances = namedQuery(
  'pagina_avances',
  ['limite', 'situacion', 'dias', 'estado', 'empresa', 'despues_de'],
  (p) =>
    `select p.*, (select privado.mi_rol()) is not null as activo from (${page(
      `select k.*
     from privado.contratos_por_avance(${p.situacion}, ${p.dias}::int, ${p.estado}, ${p.empresa}::bigint,
       ${p.despues_de}::bigint, ${p.limite} + 1) as f (id)
     cross join lateral (
       select k.codigo, exportadora.nombre as exportadora, contraparte.nombre as contraparte, k.calidad, k.estado,
         privado.situacion(c, a.recibido_qq, ${p.dias}::int) as situacion, k.fecha_entrega, k.dias_atraso, k.contratado_tm,
         k.tolerancia_pct, k.entregado_tm, k.exportado_tm, k.pendiente_tm, k.avance_pct, k.sobre_tolerancia_tm, k.lotes, k.id
       from public.kpis_contratos k
       join public.contratos c on c.id = k.id
       join public.avances a on a.contrato_id = k.id
       join public.empresas exportadora on exportadora.id = k.exportadora_id
       join public.empresas contraparte on contraparte.id = k.contraparte_id
       where k.id = f.id
       offset 0
     ) as k`,
      'r.id desc',
      p.limite,
    )}) as p`,
)

/** $1 desde and $2 hasta, days of their months or null, $3 company or null → the indicators of production. */
export const verProduccion: Query = {
  name: 'ver_produccion',
  text: 'select public.kpis_produccion(desde => $1::date, hasta => $2::date, empresa => $3::bigint) as cuerpo',
}
