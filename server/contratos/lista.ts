import type * as v from 'valibot'
import { page } from '../db/fragments.ts'
import { namedQuery } from '../db/named-query.ts'
import type { Query } from '../db/types.ts'
import { DATOS, PRECIO, RESUMEN } from './queries.ts'
import type { FiltroContratosSchema } from './schemas.ts'

// The counterparty is whichever company is not the caller's, by its id or by part of its name.
const contrapartes = (contraparte: `$${number}`) => `array(
  select e.id from public.empresas e
  where e.id is distinct from (select privado.mi_empresa())
    and (e.id::text = ${contraparte} or strpos(privado.normalizar(e.nombre), privado.normalizar(${contraparte})) > 0))`

const FILTRO = ['limite', 'estado', 'desde', 'hasta', 'texto', 'despues_de'] as const

type Orden = 'recientes' | 'antiguos'

/**
 * Who may see what is asked twice: by the function that finds the ids, and by RLS of the rows that they name.
 * @param conContraparte asked for by few, and a statement of its own: within the other it would be planned each time.
 */
const consulta = (orden: Orden, conContraparte: boolean) =>
  namedQuery(
    `pagina_contratos_${orden}${conContraparte ? '_contraparte' : ''}`,
    conContraparte ? [...FILTRO, 'contraparte'] : FILTRO,
    (p) => `select p.*, (select privado.mi_rol()) is not null as activo
    from (${page(
      `select ${RESUMEN}, ${DATOS}, privado.sin_leer(c.id) as sin_leer
       from privado.contratos_filtrados(estado => ${p.estado}, desde => ${p.desde}, hasta => ${p.hasta}, texto => ${p.texto},
         empresas => ${conContraparte ? contrapartes(p.contraparte) : 'null'}, despues_de => ${p.despues_de},
         antiguos_primero => ${orden === 'antiguos'}, tope => ${p.limite} + 1) as f(id)
       join public.contratos c on c.id = f.id
       join public.empresas exportadora on exportadora.id = c.exportadora_id
       join public.empresas contraparte on contraparte.id = c.contraparte_id ${PRECIO}`,
      orden === 'recientes' ? 'r.id desc' : 'r.id',
      p.limite,
    )}) as p`,
  )

const consultas = (orden: Orden) => ({ todas: consulta(orden, false), una: consulta(orden, true) })
const PAGINAS = { recientes: consultas('recientes'), antiguos: consultas('antiguos') }

type Filtro = v.InferOutput<typeof FiltroContratosSchema>

/**
 * A page of contracts by id, which is the order of creation → the page, and whether the caller is active.
 * @param despuesDe the id after which it goes on.
 */
export function paginaContratos(filtro: Filtro, despuesDe: string | null): [Query, unknown[]] {
  const { todas, una } = PAGINAS[filtro.orden]
  return (filtro.contraparte === undefined ? todas : una).with({ ...filtro, despues_de: despuesDe })
}
