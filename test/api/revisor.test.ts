// Papers whose stored bytes the server reads: at once, whoever registered them, and again when it is asked to.
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import pg from 'pg'
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import { leerObjeto } from '../../server/documentos/lector.ts'
import { startRevisor } from '../../server/documentos/revisor.ts'
import { client } from '../support/client.ts'
import { pdf } from '../support/pdf.ts'
import { sha256 } from '../support/sha256.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { call, makeContrato, makePeople, type People, upload } from './support.ts'

let people: People
let contrato: Awaited<ReturnType<typeof makeContrato>>
beforeAll(async () => {
  people = await makePeople()
  contrato = await makeContrato(people)
})

const documento = async (id: number) => {
  const { data, error } = await people.carlos.supabase
    .from('documentos_contrato')
    .select()
    .eq('id', id)
    .single()
  if (error) throw error
  return data
}
const verificado = (id: number, es = 'verificado') =>
  until(`document ${id} is ${es}`, async () => {
    const leido = await documento(id)
    return leido.verificacion === es && leido
  })

/** Uploads and registers, as an app does with the SDK. */
async function registrar(bytes: Buffer, nombre: string, quien = people.carlos) {
  const objeto = `${contrato.codigo}/${nombre}`
  const subida = await quien.supabase.storage
    .from('contratos')
    .upload(objeto, bytes, { contentType: 'application/pdf' })
  if (subida.error) throw subida.error
  const { data, error } = await quien.supabase
    .from('documentos_contrato')
    .insert({ contrato_id: contrato.id, tipo: 'otro', url_archivo: `contratos/${objeto}` })
    .select()
    .single()
  if (error) throw error
  return data
}

/** The file on disk of a document: its version, which is also what its readable name leads to. */
async function archivoDe(id: number): Promise<string> {
  const [row] = await sql<{ version: string }>(
    `select o.version from storage.objects o join public.documentos_contrato d
       on d.url_archivo = o.bucket_id || '/' || o.name where d.id = $1`,
    [id],
  )
  const store = join(inject('stack').storageDir, '.store~')
  for (const base of await readdir(store)) {
    const file = join(store, base, 'versions', row!.version.slice(0, 2), row!.version)
    if (await readFile(file).catch(() => null)) return file
  }
  throw new Error('It has no file.')
}
const releer = (id: number) => sql('select privado.pedir_lecturas(array[$1::bigint])', [id])

describe('lo que registra un SDK', () => {
  test('despierta a quien lo lee, y la aplicación oye que se verificó', async () => {
    const oyente = new pg.Client({ connectionString: inject('stack').databaseUrl })
    await oyente.connect()
    onTestFinished(() => oyente.end())
    const llamadas: string[] = []
    oyente.on('notification', ({ channel }) => llamadas.push(channel))
    await oyente.query('listen documentos')
    const cambios: Record<string, unknown>[] = []
    const { supabase } = people.ana
    const canal = supabase
      .channel('papeles')
      .on('postgres_changes', { event: 'UPDATE', schema: 'public', table: 'documentos_contrato' }, (cambio) =>
        cambios.push(cambio.new),
      )
    onTestFinished(() => void supabase.removeChannel(canal))
    await new Promise<void>((resolve, reject) =>
      canal.subscribe((estado, error) => (estado === 'SUBSCRIBED' ? resolve() : error && reject(error))),
    )
    const bytes = pdf()
    const { id, verificacion } = await registrar(bytes, 'otro_001.pdf')
    expect(verificacion).toBe('por verificar')
    expect(await verificado(id)).toMatchObject({ sha256: sha256(bytes), bytes: bytes.length })
    expect(llamadas).toContain('documentos')
    await until('the app is told', () => cambios.some((c) => c.id === id && c.verificacion === 'verificado'))
    expect(cambios.find((c) => c.id === id)).toMatchObject({ sha256: sha256(bytes) })
  })

  test('lo leen varios procesos a la vez, cada papel una vez; el de uno que murió lo lee otro', async () => {
    const { authenticatorUrl, supabaseUrl, secretKey } = inject('stack')
    const leidos: string[] = []
    const contado: typeof fetch = (input, init) => {
      leidos.push(String(input))
      return fetch(input, init)
    }
    const { storage } = createClient(supabaseUrl, secretKey, { global: { fetch: contado } })
    const papeles = await Promise.all(
      Array.from({ length: 30 }, (_, i) => registrar(pdf(), `otro_1${String(i).padStart(2, '0')}.pdf`)),
    )
    // One of them belongs to a process that died with it.
    const muerto = papeles[0]!.id
    await sql(
      `insert into privado.documentos_por_leer (documento_id, desde) values ($1, now() + interval '1 second')
       on conflict (documento_id) do update set desde = excluded.desde`,
      [muerto],
    )
    const revisores = Array.from({ length: 3 }, () => {
      const database = openDatabase(authenticatorUrl, { max: 2 })
      const revisor = startRevisor({ database, databaseUrl: authenticatorUrl, storage, leaseS: 30 })
      return { stop: () => revisor.stop().then(() => database.close()) }
    })
    onTestFinished(async () => void (await Promise.all(revisores.map((revisor) => revisor.stop()))))
    for (const { id } of papeles) await verificado(id)
    const propios = leidos.filter((url) => url.includes(contrato.codigo))
    // The stack's own process read some of them. The one that died may have been read before it died.
    for (const { url_archivo } of papeles.slice(1))
      expect(propios.filter((url) => url.endsWith(url_archivo)).length).toBeLessThanOrEqual(1)
    await until('nothing waits', async () => {
      const [row] = await sql<{ n: string }>(
        'select count(*) as n from privado.documentos_por_leer where documento_id = any ($1)',
        [papeles.map(({ id }) => id)],
      )
      return row!.n === '0'
    })
  })
})

describe('lo que se lee otra vez', () => {
  test.each([
    [
      'de la función',
      async () => (await upload(people.carlos, contrato.codigo, { tipo: 'pago', archivo: pdf() })).body.id,
    ],
    ['de un SDK', async () => (await registrar(pdf(), 'otro_201.pdf')).id],
  ])(
    'si cambió un byte del disco, queda alterado y se avisa; si vuelve, verificado: un papel %s',
    async (_de, make) => {
      const id: number = await make()
      const { sha256: huella } = await until('it is read', async () => {
        const d = await documento(id)
        return d.revisado_en && d
      })
      const file = await archivoDe(id)
      const bytes = await readFile(file)
      const otros = Buffer.from(bytes)
      otros[500]! ^= 1
      await writeFile(file, otros)
      await releer(id)
      expect(await verificado(id, 'alterado')).toMatchObject({ sha256: huella })
      const { body } = await call(people.ana, 'GET', `/contratos/${contrato.codigo}/documentos?limite=100`)
      expect(body.documentos.find((d: { id: number }) => d.id === id)).toMatchObject({
        verificacion: 'alterado',
        sha256: huella,
      })
      const avisos = await sql<{ usuario_id: string }>(
        `select usuario_id from public.notificaciones where datos ->> 'documento_id' = $1 and datos ->> 'verificacion' = 'alterado'`,
        [id],
      )
      const quienes = avisos.map(({ usuario_id }) => usuario_id)
      expect(quienes).toEqual(expect.arrayContaining([people.ana.id, people.carlos.id, people.teresa.id]))
      for (const ajeno of [people.rita, people.cesar]) expect(quienes).not.toContain(ajeno.id)
      await writeFile(file, bytes)
      await releer(id)
      await verificado(id)
    },
  )

  test('si su archivo falta, lo dice; lo repetido se compara solo con lo que sigue siendo lo que era', async () => {
    const bytes = pdf()
    const archivo = { tipo: 'factura', archivo: bytes }
    const { body } = await upload(people.carlos, contrato.codigo, archivo)
    expect((await upload(people.carlos, contrato.codigo, archivo)).body.id).toBe(body.id)
    const file = await archivoDe(body.id)
    await rename(file, `${file}.perdido`)
    // As if it had been missed five times already.
    await sql(
      `insert into privado.documentos_por_leer as q (documento_id, intentos, motivo) values ($1, 5, 'sin archivo')
       on conflict (documento_id) do update set intentos = 5, motivo = 'sin archivo', desde = now()`,
      [body.id],
    )
    await releer(body.id)
    await verificado(body.id, 'sin archivo')
    const otra = await upload(people.carlos, contrato.codigo, archivo)
    expect([otra.status, otra.body.id === body.id]).toEqual([201, false])
    await rename(`${file}.perdido`, file)
    await releer(body.id)
    await verificado(body.id)
  })

  test('un SDK que repite un papel de su empresa lo ve en duplicado_de, y el de la otra parte no', async () => {
    const bytes = pdf()
    const { body } = await upload(people.carlos, contrato.codigo, { tipo: 'pago', archivo: bytes })
    const propio = await registrar(bytes, 'otro_301.pdf')
    const ajeno = await registrar(bytes, 'otro_302.pdf', people.ana)
    expect(await verificado(propio.id)).toMatchObject({ duplicado_de: body.id })
    expect(await verificado(ajeno.id)).toMatchObject({ duplicado_de: null })
  })
})

test('48 MiB se leen sin guardarlos', async () => {
  const bytes = pdf(48 * 2 ** 20)
  const { url_archivo } = await registrar(bytes, 'otro_401.pdf')
  const { supabaseUrl, secretKey } = inject('stack')
  const { storage } = client(supabaseUrl, secretKey)
  await leerObjeto(storage, url_archivo)
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = 0
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss - before)
  }, 5)
  const leido = await leerObjeto(storage, url_archivo)
  clearInterval(sampling)
  expect(leido).toMatchObject({ sha256: sha256(bytes), bytes: bytes.length })
  expect(peak / 2 ** 20).toBeLessThan(40)
})
