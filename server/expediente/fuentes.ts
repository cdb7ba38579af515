import type { H3Event } from 'h3'
import { useStorage } from 'nitropack/runtime'
import type { Query } from '../db/types.ts'
import { inAddress } from '../documentos/download.ts'
import { isMissing, problemFromStorage } from '../documentos/storage-errors.ts'
import { openTurns } from '../process/turns.ts'
import type { UserConnection } from '../session/as-user.ts'
import { supabase } from '../session/supabase.ts'
import type { Fuentes } from './bolsa.ts'
import { leerMensajes, leerSellados, type Mensaje, type MensajeSellado } from './conversacion.ts'
import { paginaDe } from './direccion.ts'
import { exigirFirmante } from './firma.ts'
import { type Ancla, type Expediente, type Hecho, leerAncla, leerHechos } from './leer.ts'
import { caratula } from './pdf/caratula.ts'
import type { Letras } from './pdf/hojas.ts'
import { expedienteSettings } from './settings.ts'

/** Laying out a PDF takes half a second of the thread that answers everybody: two at once, of different people. */
const dibujando = openTurns({ each: 1, total: 2, waiting: 2, patienceMs: 50_000 })

/** Rows of one query: little enough to hold, and enough that asking again costs little. */
const PAGINA = 500

const asset = async (name: string): Promise<Buffer> => {
  const value = await useStorage('assets').getItemRaw<Uint8Array | string>(name)
  if (value === null || value === undefined) throw new Error(`The build has no ${name}.`)
  return Buffer.from(value as Uint8Array)
}

let letras: Promise<Letras> | undefined
/** Read once: a megabyte and a half that every PDF needs. */
function lasLetras(): Promise<Letras> {
  letras ??= Promise.all([asset('letras:DejaVuSans.ttf'), asset('letras:DejaVuSans-Bold.ttf')]).then(
    ([normal, negrita]) => ({ normal, negrita }),
  )
  letras.catch(() => {
    letras = undefined
  })
  return letras
}

/** All rows of a query that gives them by pages: $1 contract, $2 after which, $3 up to which, $4 how many. */
async function* porPaginas<Row extends Record<string, unknown>>(
  db: UserConnection,
  query: Query,
  [contrato, hasta]: [string, string],
  key: (row: Row) => string,
): AsyncGenerator<Row> {
  for (let despues = '0'; ; ) {
    const rows = await db.query<Row>(query, [contrato, despues, hasta, PAGINA])
    yield* rows
    if (rows.length < PAGINA) return
    despues = key(rows.at(-1)!)
  }
}

/** The bytes of an object as they come, read as the caller; undefined where it is not there. */
async function bytesDe(
  event: H3Event,
  token: string,
  url_archivo: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const [bucket = '', ...name] = url_archivo.split('/')
  const { data, error } = await supabase()
    .as(token, event.context.requestId)
    .storage.from(bucket)
    .download(inAddress(name.join('/')))
    .asStream()
  if (!error) return data as unknown as AsyncIterable<Uint8Array>
  if (isMissing(error)) return undefined
  throw problemFromStorage(error)
}

/** What is known before the first byte. */
export interface Decidido
  extends Pick<Fuentes, 'ancla' | 'verificador' | 'claves' | 'discrepancias' | 'sales' | 'autoridades'> {
  testigo: string
}

/** What an expediente is made of, read as the caller when its turn comes. */
export function fuentesDe(
  event: H3Event,
  db: UserConnection,
  exp: Expediente,
  { testigo, ...decidido }: Decidido,
): Fuentes {
  const hechos = () =>
    porPaginas<Hecho & Record<string, unknown>>(db, leerHechos, [exp.id, exp.n], ({ n }) => n)
  return {
    papel: ({ url_archivo }) => bytesDe(event, db.token, url_archivo),
    hechos,
    mensajes: () =>
      porPaginas<Mensaje & Record<string, unknown>>(
        db,
        leerMensajes,
        [exp.id, exp.mensajes_hasta],
        ({ id }) => id,
      ),
    sellados: () =>
      porPaginas<MensajeSellado & Record<string, unknown>>(
        db,
        leerSellados,
        [exp.id, exp.mensajes_hasta],
        ({ id }) => id,
      ),
    ...decidido,
    async pdf(papeles) {
      const url = paginaDe(exp.codigo, testigo, `${exp.n}-${exp.hash.slice(0, 16)}`)
      return dibujando(String(db.claims.sub), async () =>
        caratula(exp, {
          papeles,
          hechos: hechos(),
          discrepancias: decidido.discrepancias,
          url,
          letras: await lasLetras(),
        }),
      )
    },
    signers: exigirFirmante().signers,
    clavesEn: `${expedienteSettings().paginaUrl}/.well-known/triboka-evidencia.json`,
  }
}

export const leerVerificador = async (): Promise<string> =>
  (await asset('verificador:verificar.mjs')).toString()

export const anclaDe = async (db: UserConnection, exp: Expediente): Promise<Ancla | undefined> =>
  (await db.query<Ancla & Record<string, unknown>>(leerAncla, [exp.id, exp.n]))[0]
