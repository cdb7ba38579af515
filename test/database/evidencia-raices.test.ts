// Who administers the database can write a whole chain anew: what was signed before contradicts it.
import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Database } from '../../server/db/types.ts'
import { anclar } from '../../server/evidencia/anclar.ts'
import { keyOfSeed, parseVerifier, verifierText } from '../../server/evidencia/checkpoint.ts'
import { verificarContrato } from '../../server/evidencia/contrato.ts'
import { isConsistent, isIncluded, leafHash } from '../../server/evidencia/merkle.ts'
import { comprobarRaices, notaDe } from '../../server/evidencia/raices.ts'
import { selloDeRaiz } from '../../server/evidencia/sellos.ts'
import { verificarTodo } from '../../server/evidencia/todo.ts'
import { type Casa, fallas, useCluster, withCasa } from './evidencia.ts'
import { become } from './support.ts'

useCluster()

const signer = { name: 'cacao.example', key: keyOfSeed(Buffer.alloc(32, 7)) }
const verifier = verifierText(signer)
const claves = [parseVerifier(verifier)]

const sign = ({ db }: Casa, signers = [signer]) =>
  anclar({ as: () => db } as unknown as Database, signers, signers.map(verifierText))

/** Writes the chain of a contract anew from one of its evidences on, all hashes right, and its head. */
async function rehacer({ client, altera, mundo }: Casa, desde: number) {
  const id = mundo.contrato.id
  const { rows } = await client.query(
    'select n, canonico, previo, hash from privado.evidencias where cadena = $1 order by n',
    [id],
  )
  let previo = rows[desde - 1]!.previo
  for (const { n, canonico } of rows.slice(desde - 1)) {
    const nuevo =
      Number(n) === desde
        ? canonico.replace('"actor":null', `"actor":"${mundo.usuarios.rosa_rival}"`)
        : canonico
    const hash = createHash('sha256').update(previo).update(nuevo).digest()
    await altera(
      `update privado.evidencias set canonico = $3::text, previo = $4, hash = $5, actor = ($3::text::jsonb ->> 'actor')::uuid
       where cadena = $1 and n = $2`,
      [id, n, nuevo, previo, hash],
    )
    previo = hash
  }
  await altera('update privado.evidencias_cabezas set hash = $2 where cadena = $1', [id, previo])
}

describe('las raíces firmadas', () => {
  test('una cadena rehecha desde el medio cuadra por dentro, y la raíz de antes la contradice', () =>
    withCasa(async (casa) => {
      const { nota } = await sign(casa)
      expect((await comprobarRaices(casa.db, claves)).fallas).toEqual([])
      await rehacer(casa, 3)
      expect(await fallas(casa)).toEqual([])
      const { fallas: found } = await comprobarRaices(casa.db, claves)
      expect(found).toEqual([
        {
          objeto: expect.stringMatching(/^evidencia\/\d+$/),
          falla: 'ancla',
          campos: [`cadena ${casa.mundo.contrato.id}`],
        },
      ])
      // With the leaves written anew as well, the root; with the root too, the note; and the note that was told outside.
      await casa.altera(
        `update privado.evidencias_hojas h set hash = e.hash from privado.evidencias e
         where e.cadena = h.cadena and e.n = h.n and h.cadena = $1`,
        [casa.mundo.contrato.id],
      )
      const size = notaDe(nota!, claves).tamano
      expect((await comprobarRaices(casa.db, claves)).fallas).toEqual([
        { objeto: `raiz/${size}`, falla: 'ancla', campos: ['raiz'] },
      ])
      await casa.altera('delete from privado.evidencias_raices')
      await casa.altera('delete from privado.evidencias_nodos')
      expect((await comprobarRaices(casa.db, claves)).fallas).toEqual([])
      expect((await comprobarRaices(casa.db, claves, notaDe(nota!, claves))).fallas).toEqual([
        { objeto: `raiz/${size}`, falla: 'ancla', campos: ['nota'] },
      ])
    }))

  test('cada una continúa a la anterior, y la misma no se firma dos veces', () =>
    withCasa(async (casa) => {
      const { client, mundo } = casa
      const first = notaDe((await sign(casa)).nota!, claves)
      expect((await sign(casa)).nota).toBeUndefined()
      await client.query('update public.contratos set volumen_tm = 150 where id = $1', [mundo.contrato.id])
      const second = notaDe((await sign(casa)).nota!, claves)
      expect(second.tamano).toBe(first.tamano + 1)
      const { rows } = await client.query('select privado.prueba_de_consistencia($1, $2) as prueba', [
        first.tamano,
        second.tamano,
      ])
      expect(isConsistent(first.tamano, second.tamano, first.raiz, second.raiz, rows[0].prueba)).toBe(true)
      const { raices, fallas: found } = await comprobarRaices(casa.db, claves)
      expect([raices, found]).toEqual([2, []])
      // A note of more than there is here: the database went back.
      await casa.altera('delete from privado.evidencias_hojas where i >= $1', [first.tamano])
      await casa.altera('delete from privado.evidencias_raices where tamano > $1', [first.tamano])
      expect((await comprobarRaices(casa.db, claves, second)).fallas).toEqual([
        { objeto: `raiz/${second.tamano}`, falla: 'falta', campos: ['hojas'] },
      ])
    }))

  test('quien firma un contrato recibe la prueba de que está debajo', () =>
    withCasa(async (casa) => {
      const { client, mundo } = casa
      const { nota } = await sign(casa)
      const { raiz, tamano } = notaDe(nota!, claves)
      await become(client, 'ana_agroarriba', mundo)
      const { rows } = await client.query('select * from privado.ancla_contrato($1)', [mundo.contrato.id])
      const [ancla] = rows
      expect(ancla).toMatchObject({ nota, n: ancla.cabeza_n, hash: ancla.cabeza_hash })
      expect(isIncluded(leafHash(ancla.hash), Number(ancla.i), tamano, ancla.prueba, raiz)).toBe(true)
      expect(isIncluded(leafHash(Buffer.alloc(32)), Number(ancla.i), tamano, ancla.prueba, raiz)).toBe(false)
    }))

  test('a quien firma se le nombra la cabeza que no es la de su cadena, y el papel que no es el que era', () =>
    withCasa(async (casa) => {
      const { client, mundo } = casa
      const { id, codigo } = mundo.contrato
      await client.query(`select privado.anotar_revision($1, repeat('cd', 32), 'application/pdf')`, [
        mundo.documento,
      ])
      await casa.altera(`update privado.evidencias_cabezas set hash = sha256('otra') where cadena = $1`, [id])
      await become(client, 'ana_agroarriba', mundo)
      const { integro, fallas: found } = await verificarContrato(casa.db, { id, codigo }, claves, {
        de: (tamano) => selloDeRaiz(casa.db, tamano),
        autoridades: [],
      })
      expect([integro, found]).toEqual([
        false,
        [
          { tabla: 'evidencias', id: 'cabeza', falla: 'cambiada', campos: ['hash'] },
          { tabla: 'documentos_contrato', id: String(mundo.documento), falla: 'otros bytes', campos: [] },
        ],
      ])
    }))

  test('la verificación de cada semana, con lo que puede, lo dice a los administradores', () =>
    withCasa(async (casa) => {
      await sign(casa)
      await casa.client.query(`select privado.anotar_revision($1, repeat('cd', 32), 'application/pdf')`, [
        casa.mundo.documento,
      ])
      await casa.client.query('set local role service_role')
      const { primeras } = await verificarTodo(casa.db, { avisar: true })
      const dicho = `contrato ${casa.mundo.contrato.id}: documentos_contrato ${casa.mundo.documento}: otros bytes`
      expect(primeras).toEqual([dicho])
      await casa.client.query('reset role')
      const { rows } = await casa.client.query(
        `select distinct datos ->> 'primeras' as primeras from public.notificaciones where datos ->> 'motivo' = 'evidencias'`,
      )
      expect(rows).toEqual([{ primeras: dicho }])
    }))

  test('sin ninguna clave no hay raíz que cuadre, y lo que no es una clave no se toma por ninguna', () =>
    withCasa(async (casa) => {
      const { nota } = await sign(casa)
      await casa.altera('delete from privado.evidencias_claves')
      expect((await comprobarRaices(casa.db, [])).fallas).toEqual([
        { objeto: `raiz/${notaDe(nota!, claves).tamano}`, falla: 'cambiada', campos: ['nota'] },
      ])
      await expect(verificarTodo(casa.db, { claves: ['no es una'] })).rejects.toThrow('clave pública')
    }))

  test('al cambiar de clave firman las dos, y la de antes queda con su fecha', () =>
    withCasa(async (casa) => {
      await sign(casa)
      const next = { name: 'cacao.example', key: generateKeyPairSync('ed25519').privateKey }
      await casa.client.query('update public.contratos set volumen_tm = 150 where id = $1', [
        casa.mundo.contrato.id,
      ])
      const { nota } = await sign(casa, [next, signer])
      const both = [parseVerifier(verifierText(next))]
      expect(notaDe(nota!, both).raiz).toEqual(notaDe(nota!, claves).raiz)
      await casa.client.query('update public.contratos set volumen_tm = 160 where id = $1', [
        casa.mundo.contrato.id,
      ])
      await sign(casa, [next])
      const { rows } = await casa.client.query(
        'select verificador, hasta is null as vigente from privado.claves_de_evidencia()',
      )
      expect(rows).toContainEqual({ verificador: verifier, vigente: false })
      expect(rows).toContainEqual({ verificador: verifierText(next), vigente: true })
      expect((await comprobarRaices(casa.db, [...claves, ...both])).fallas).toEqual([])
      expect((await comprobarRaices(casa.db, claves)).fallas).toMatchObject([
        { falla: 'cambiada', campos: ['nota'] },
      ])
    }))

  test('si la última raíz no es la que se firmó, no se firma otra', () =>
    withCasa(async (casa) => {
      await sign(casa)
      await casa.altera(`update privado.evidencias_raices set picos = array[sha256('otra')]`)
      await casa.client.query('update public.contratos set volumen_tm = 150 where id = $1', [
        casa.mundo.contrato.id,
      ])
      await expect(sign(casa)).rejects.toThrow('not the one that was signed')
    }))
})
