import type { FiltroContratos } from '../schemas/contratos.ts'
import type { Query } from '../utils/db.ts'
import { DATOS, RESUMEN } from './contratos.ts'
import { pagina } from './fragmentos.ts'

type Condicion = (parametro: string) => string

const FECHA = `coalesce(c.fecha_firma, (c.creado_en at time zone 'America/Guayaquil')::date)`

const esDe = (empresas: string) => `array[c.exportadora_id, c.contraparte_id] && array(
  select e.id from public.empresas e where e.id is distinct from (select privado.mi_empresa()) and ${empresas})`

/** What each filter asks of contract `c`; the counterparty is whichever company is not the caller's. */
const CONDICIONES = {
  estado: (p) => `c.estado = ${p}`,
  desde: (p) => `${FECHA} >= ${p}::date`,
  hasta: (p) => `${FECHA} <= ${p}::date`,
  texto: (p) => `c.id in (select privado.contratos_con_texto(${p}))`,
  contraparte_id: (p) => esDe(`e.id = ${p}::bigint`),
  contraparte: (p) => esDe(`strpos(privado.normalizar(e.nombre), privado.normalizar(${p})) > 0`),
} satisfies Record<string, Condicion>

// Where the first page starts: past every id, so that the cursor is always a bound of the index.
const PRIMERO = { recientes: '9223372036854775807', antiguos: '0' }

const NOMBRES = Object.keys(CONDICIONES) as (keyof typeof CONDICIONES)[]

/**
 * A page of contracts by id, which is the order of creation → the page, and whether the caller is active.
 *
 * A party walks its own entries of contratos_participantes in the order of their ids, so a page costs the same
 * anywhere and in any company; an administrator walks all contracts. The branch that does not apply is not run.
 * @param despues id after which the page goes on; null for the first.
 */
export function paginaContratos(
  filtro: FiltroContratos,
  despues: string | null,
): { query: Query; valores: unknown[] } {
  const esId = /^\d{1,18}$/.test(filtro.contraparte ?? '')
  const pedido = esId ? { ...filtro, contraparte: undefined, contraparte_id: filtro.contraparte } : filtro
  const usados = NOMBRES.filter((nombre) => pedido[nombre as keyof typeof pedido] !== undefined)
  const valores = [
    filtro.limite,
    despues ?? PRIMERO[filtro.orden],
    ...usados.map((nombre) => pedido[nombre as keyof typeof pedido]),
  ]
  const condiciones = usados.map((nombre, i) => CONDICIONES[nombre](`$${i + 3}`))
  return {
    query: {
      name: ['pagina', filtro.orden, ...usados].join('_'),
      text: consulta(filtro.orden, condiciones),
      // What a text matches is found by its own index, and then it is few rows to sort.
      isPage: filtro.texto === undefined,
    },
    valores,
  }
}

function consulta(orden: FiltroContratos['orden'], condiciones: string[]): string {
  const [sentido, comparador] = orden === 'recientes' ? (['desc', '<'] as const) : (['asc', '>'] as const)
  const rama = (origen: string, id: string, quien: string[]) => {
    const donde = [...quien, `${id} ${comparador} $2::bigint`, 'c.eliminado_en is null', ...condiciones]
    return `(select c.* from ${origen} where ${donde.join(' and ')}
      order by ${id} ${sentido} limit $1::integer + 1)`
  }
  const deParte = rama(
    'public.contratos_participantes p join public.contratos c on c.id = p.contrato_id',
    'p.contrato_id',
    ['not (select privado.es_admin())', 'p.empresa_id = (select privado.mi_empresa())', 'not p.oculto'],
  )
  const deAdmin = rama('public.contratos c', 'c.id', ['(select privado.es_admin())'])
  const contratos = `select ${RESUMEN}, ${DATOS} from (${deParte} union all ${deAdmin}) as c
    join public.empresas exportadora on exportadora.id = c.exportadora_id
    join public.empresas contraparte on contraparte.id = c.contraparte_id`
  return `select p.*, (select privado.mi_rol()) is not null as activo
    from (${pagina(contratos, sentido, '$1::integer')}) as p`
}
