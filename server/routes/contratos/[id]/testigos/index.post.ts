import { setResponseStatus } from 'h3'
import { contratoDe, para, sinContrato } from '../../../../contratos/contrato.ts'
import { paginaDe, qrSvg } from '../../../../expediente/direccion.ts'
import { exigirFirmante } from '../../../../expediente/firma.ts'
import { crearTestigo } from '../../../../expediente/queries.ts'
import { NuevoTestigoSchema } from '../../../../expediente/schemas.ts'
import { nuevoTestigo } from '../../../../expediente/testigo.ts'
import { readBodyAs } from '../../../../http/input.ts'
import { asUser } from '../../../../session/as-user.ts'

/** POST /contratos/{id}/testigos — opens a public page. Rule: privado.crear_testigo. */
export default asUser(async (event, db) => {
  const contrato = contratoDe(event)
  const { vence_en } = await readBodyAs(event, NuevoTestigoSchema)
  const { texto, huella, sal } = nuevoTestigo(exigirFirmante().signer.key)
  const [fila] = await db.query<{ cuerpo: string; codigo: string }>(para(contrato, crearTestigo), [
    contrato.valor,
    huella,
    sal,
    vence_en,
  ])
  if (!fila) throw await sinContrato(db, contrato)
  const url = paginaDe(fila.codigo, texto)
  setResponseStatus(event, 201)
  return JSON.stringify({ ...JSON.parse(fila.cuerpo), testigo: texto, url, qr: qrSvg(url) })
})
