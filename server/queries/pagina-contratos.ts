import type { Query } from '../utils/db.ts'
import { DATOS, RESUMEN } from './contratos.ts'
import { pagina } from './fragmentos.ts'

// The counterparty is whichever company is not the caller's, by its id or by part of its name.
const CONTRAPARTES = `case when $6::text is not null then array(
  select e.id from public.empresas e
  where e.id is distinct from (select privado.mi_empresa())
    and (e.id::text = $6 or strpos(privado.normalizar(e.nombre), privado.normalizar($6)) > 0)) end`

/** Who may see what is asked twice: by the function that finds the ids, and by RLS of the rows that they name. */
const consulta = (orden: 'recientes' | 'antiguos'): Query => ({
  name: `pagina_contratos_${orden}`,
  text: `select p.*, (select privado.mi_rol()) is not null as activo
    from (${pagina(
      `select ${RESUMEN}, ${DATOS}, privado.sin_leer(c.id) as sin_leer
       from privado.contratos_filtrados(estado => $2, desde => $3, hasta => $4, texto => $5,
         empresas => ${CONTRAPARTES}, despues_de => $7, antiguos_primero => ${orden === 'antiguos'}, tope => $1 + 1) as f(id)
       join public.contratos c on c.id = f.id
       join public.empresas exportadora on exportadora.id = c.exportadora_id
       join public.empresas contraparte on contraparte.id = c.contraparte_id`,
      orden === 'recientes' ? 'r.id desc' : 'r.id',
      '$1',
    )}) as p`,
})

/**
 * A page of contracts by id, which is the order of creation: $1 limit, $2 estado, $3 desde, $4 hasta, $5 texto,
 * $6 contraparte, $7 id after which it goes on → the page, and whether the caller is active.
 */
export const PAGINA_CONTRATOS = { recientes: consulta('recientes'), antiguos: consulta('antiguos') }
