import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { diferenciaVersiones, paginaVersiones } from '../../../../enmiendas/queries.ts'
import { FiltroVersionesSchema } from '../../../../enmiendas/schemas.ts'
import { idAfter, type PageRow, pageJson } from '../../../../http/cursor.ts'
import { readQueryAs } from '../../../../http/input.ts'
import { problem } from '../../../../http/problem.ts'
import { asUser } from '../../../../session/as-user.ts'

/** GET /contratos/{id}/versiones — the terms, newest first, or what changed between two. Rule: RLS of public.contratos_versiones. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { limite, cursor, de, a } = readQueryAs(event, FiltroVersionesSchema)
  if (de !== undefined) {
    const diferencia = await db.one(para(contrato, diferenciaVersiones), [contrato.valor, de, a])
    if (diferencia) return diferencia
  }
  const valores = [contrato.valor, limite, idAfter('versiones', cursor)]
  const [pagina] = await db.query<PageRow>(para(contrato, paginaVersiones), valores)
  if (!pagina) throw await sinContrato(db, contrato)
  if (de !== undefined) throw problem('version_no_existe')
  return pageJson('versiones', 'versiones', pagina)
})
