import { hash } from 'node:crypto'
import type { H3Event } from 'h3'
import { type ClaveContrato, para, sinContrato } from '../contratos/contrato.ts'
import { pools } from '../db/pools.ts'
import { esFalta, type Falla } from '../evidencia/fallas.ts'
import { publicadas } from '../evidencia/publicadas.ts'
import { DISCREPANCIAS } from '../evidencia/queries.ts'
import { evidencia } from '../evidencia/settings.ts'
import { fromDatabase } from '../http/postgres-errors.ts'
import type { UserConnection } from '../session/as-user.ts'
import type { Fuentes } from './bolsa.ts'
import { cerrarConversacion, leerSales } from './conversacion.ts'
import { exigirFirmante } from './firma.ts'
import { anclaDe, fuentesDe, leerVerificador } from './fuentes.ts'
import { type Expediente, firmarContrato, leerExpediente, leerTestigo } from './leer.ts'
import { nuevoTestigo, testigoDe } from './testigo.ts'

interface FilaTestigo extends Record<string, unknown> {
  id: string
  huella: Buffer
  sal: Buffer
}

// Columns that Postgres gives as JSON.
const EN_JSON = [
  ...(['partes', 'terminos', 'versiones', 'enmiendas'] as const),
  ...(['fijaciones', 'lotes', 'reaperturas', 'documentos'] as const),
]

/** The contract as its expediente tells it, as of one moment. */
async function leer(db: UserConnection, contrato: ClaveContrato): Promise<Expediente> {
  const [fila] = await db.query<Record<string, string>>(para(contrato, leerExpediente), [contrato.valor])
  if (!fila) throw await sinContrato(db, contrato)
  const leido = Object.fromEntries(EN_JSON.map((columna) => [columna, JSON.parse(fila[columna]!)]))
  return { ...fila, ...leido } as unknown as Expediente
}

/**
 * The token that the QR carries: made once, and again where it was revoked or belongs to a key that signs no more.
 * Making it is a fact of the chain.
 */
async function testigoDelQr({ claims }: UserConnection, id: string): Promise<string> {
  const { signer, signers } = exigirFirmante()
  const pedir = async (enLugarDe: string | null) => {
    const { huella, sal } = nuevoTestigo(signer.key)
    // Not by a connection of those that read: it may wait for the contract.
    const [fila] = await pools()
      .database.as(claims)
      .query<FilaTestigo>(leerTestigo, [id, huella, sal, enLugarDe])
      .catch((error) => {
        throw fromDatabase(error)
      })
    const suyo = signers
      .map(({ key }) => testigoDe(fila!.sal, key))
      .find((t) => t.huella.equals(fila!.huella))
    return { id: fila!.id, texto: suyo?.texto }
  }
  const primero = await pedir(null)
  return primero.texto ?? (await pedir(primero.id)).texto!
}

/** What an expediente is made of. */
export interface Reunido {
  exp: Expediente
  fuentes: Fuentes
  /** Of the bytes that will come: all that decides them. */
  etag: string
}

/**
 * Reads what decides an expediente, and no more: the rest is read as it is written.
 * @throws Problem 403 for who does not sign the contract, 404.
 */
export async function reunir(event: H3Event, db: UserConnection, contrato: ClaveContrato): Promise<Reunido> {
  const [fila] = await db.query<{ id: string }>(para(contrato, firmarContrato), [contrato.valor])
  if (!fila) throw await sinContrato(db, contrato)
  const testigo = await testigoDelQr(db, fila.id)
  // Not by a connection of those that read: it may wait for the head of the chain.
  await pools()
    .database.as(db.claims)
    .query(cerrarConversacion, [fila.id])
    .catch((error) => {
      throw fromDatabase(error)
    })
  // After both: the token, and what was said last, are in the chain.
  const exp = await leer(db, contrato)
  const [ancla, halladas, verificador, anteriores, todas] = await Promise.all([
    anclaDe(db, exp),
    db.query<Falla & Record<string, unknown>>(DISCREPANCIAS, [exp.id]),
    leerVerificador(),
    publicadas(pools().database),
    db.query<{ objeto: string; sal: string }>(leerSales, [exp.id]),
  ])
  const claves = [
    ...new Set([...exigirFirmante().verifiers, ...anteriores.map(({ verificador: clave }) => clave)]),
  ]
  // Those of digests up to its head: another may have been made meanwhile.
  const sales = todas.filter(({ objeto }) => Number(objeto.split('/')[1]) <= Number(exp.mensajes_hasta))
  const discrepancias = halladas.filter(esFalta)
  const autoridades = evidencia().autoridades.map(String).join('')
  const decide = [exp, ancla, testigo, claves, verificador, discrepancias, sales, autoridades]
  return {
    exp,
    fuentes: fuentesDe(event, db, exp, {
      ...{ ancla, testigo, verificador, claves, discrepancias, sales, autoridades },
    }),
    etag: `"${exp.n}-${hash('sha256', JSON.stringify(decide), 'base64url').slice(0, 22)}"`,
  }
}
