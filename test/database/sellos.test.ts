// The time stamps of the signed roots, which a TSA of openssl's made: verified with all the rest, and by who signs.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../server/db/types.ts'
import { anclar } from '../../server/evidencia/anclar.ts'
import { certificatesOf } from '../../server/evidencia/autoridades.ts'
import { keyOfSeed, parseVerifier, verifierText } from '../../server/evidencia/checkpoint.ts'
import { verificarContrato } from '../../server/evidencia/contrato.ts'
import { comprobarRaices } from '../../server/evidencia/raices.ts'
import { readStamp } from '../../server/evidencia/sello.ts'
import { selloDeRaiz } from '../../server/evidencia/sellos.ts'
import { verificarTodo } from '../../server/evidencia/todo.ts'
import { openTsa, type Tsa } from '../support/tsa.ts'
import { type Casa, useCluster, withCasa } from './evidencia.ts'
import { become } from './support.ts'

useCluster()
let tsa: Tsa
beforeAll(() => {
  tsa = openTsa()
})
afterAll(() => tsa.close())

const signer = { name: 'cacao.example', key: keyOfSeed(Buffer.alloc(32, 7)) }
const claves = [parseVerifier(verifierText(signer))]

/** A signed root and its stamp, as they are kept each day. */
async function sellada({ db }: Casa) {
  const { hojas, nota } = await anclar(
    { as: () => db } as unknown as Database,
    [signer],
    [verifierText(signer)],
  )
  const stamp = tsa.stamp(nota!)
  const { en } = readStamp(stamp, Buffer.from(nota!))
  await db.query('select privado.anotar_sello($1, $2, $3, $4)', [
    hojas,
    en.toISOString(),
    'tsa.example',
    stamp,
  ])
  return { hojas, nota: nota!, en, stamp }
}

describe('el sello de tiempo de una raíz', () => {
  test('se comprueba con todo lo demás, y con quien responde por la TSA', () =>
    withCasa(async (casa) => {
      const { hojas } = await sellada(casa)
      const check = (pem = '') => comprobarRaices(casa.db, claves, undefined, certificatesOf(pem))
      expect(await check()).toMatchObject({ sellos: 1, fallas: [] })
      expect(await check(tsa.ca)).toMatchObject({ sellos: 1, fallas: [] })
      expect((await check(tsa.otra)).fallas).toEqual([
        {
          objeto: `raiz/${hojas}`,
          falla: 'sello',
          campos: [expect.stringContaining('nadie en quien se confíe')],
        },
      ])
    }))

  test('cambiado, de otra raíz, cortado o con otra hora, se encuentra y se nombra', () =>
    withCasa(async (casa) => {
      const { hojas, stamp, en } = await sellada(casa)
      const bad = Buffer.from(stamp)
      bad[bad.length - 20]! ^= 1
      for (const [respuesta, hora, what] of [
        [bad, en, /firma/],
        [stamp.subarray(0, -40), en, /DER/],
        [tsa.stamp('otra raíz'), en, /otra cosa/],
        [stamp, new Date(en.getTime() - 86_400_000), /^en$/],
      ] as const) {
        await casa.altera('update privado.evidencias_sellos set respuesta = $2, en = $3 where tamano = $1', [
          hojas,
          respuesta,
          hora.toISOString(),
        ])
        expect((await comprobarRaices(casa.db, claves)).fallas).toEqual([
          { objeto: `raiz/${hojas}`, falla: 'sello', campos: [expect.stringMatching(what)] },
        ])
      }
    }))

  test('borrado por quien administra la base, falta; y el de una raíz borrada, dice que falta ella', () =>
    withCasa(async (casa) => {
      const { hojas } = await sellada(casa)
      const said = async () => (await verificarTodo(casa.db)).primeras.join()
      expect(await said()).not.toMatch(/sello|raices/)
      await casa.altera('delete from privado.evidencias_raices')
      expect(await said()).toContain(`evidencias_raices ${hojas}: falta (raiz)`)
      await casa.altera('delete from privado.evidencias_sellos')
      expect(await said()).toContain(`evidencias_sellos ${hojas}: falta`)
      await casa.altera(
        `insert into privado.evidencias_sellos (tamano, en, tsa, respuesta) values ($1, now(), 'otra', 'x')`,
        [hojas],
      )
      expect(await said()).toContain(`evidencias_sellos ${hojas}: cambiada (en, respuesta, tsa)`)
    }))

  test('lo ve, con su hora, quien firma el contrato; y si no vale, qué no vale', () =>
    withCasa(async (casa) => {
      const { hojas, en, stamp } = await sellada(casa)
      const sello = await selloDeRaiz(casa.db, hojas)
      expect(await selloDeRaiz(casa.db, hojas + 1)).toBeUndefined()
      await become(casa.client, 'ana_agroarriba', casa.mundo)
      const look = (respuesta: Buffer, pem: string) =>
        verificarContrato(casa.db, casa.mundo.contrato, claves, {
          de: async () => ({ ...sello!, respuesta }),
          autoridades: certificatesOf(pem),
        })
      expect(await look(stamp, tsa.ca)).toMatchObject({
        integro: true,
        raiz: { sello: { en: en.toISOString(), tsa: 'tsa.example', valido: true, respaldado: true } },
      })
      expect(await look(stamp, '')).toMatchObject({ raiz: { sello: { valido: true, respaldado: false } } })
      expect(await look(tsa.stamp('otra'), tsa.ca)).toMatchObject({
        integro: false,
        raiz: { sello: { valido: false, respaldado: false } },
        fallas: [{ tabla: 'evidencias_raices', id: String(hojas), falla: 'sello' }],
      })
    }))
})
