// A Storage that for some minutes has nothing to give has lost nothing. In front of it stands a server that answers in its
// place while it is told to.

import { writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import { leerObjeto } from '../../server/documentos/lector.ts'
import { startRevisor } from '../../server/documentos/revisor.ts'
import { type Lectura, verificarPapeles } from '../../server/evidencia/papeles.ts'
import { fileOf, prepareFolders } from '../../supabase/local/storage/driver/paths.ts'
import { pdf } from '../support/pdf.ts'
import { sha256 } from '../support/sha256.ts'
import { query } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { startOwnStack } from './support.ts'

vi.setConfig({ testTimeout: 60_000 })
const { settings, service, url, secretKey } = await startOwnStack()
/** What is answered in the place of Storage; undefined while it answers itself. */
let instead: number | undefined
let asked = 0
const front = createServer((incoming, outgoing) => {
  asked += 1
  if (instead) {
    const body = { statusCode: String(instead), error: 'not_found', message: 'Object not found' }
    return outgoing.writeHead(instead, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const { method, url: path, headers } = incoming
  incoming.pipe(
    request({ host: '127.0.0.1', port: settings.apiPort, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    }),
  )
})
let storage: typeof service.storage
beforeAll(async () => {
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done))
  const { port } = front.address() as AddressInfo
  ;({ storage } = createClient(`http://127.0.0.1:${port}`, secretKey, { auth: { persistSession: false } }))
  await query(
    url,
    `insert into public.empresas (ruc, nombre, tipo) values
       ('0992741589001', 'Agroarriba', 'exportadora'), ('1291650372001', 'Centro Triboka', 'centro_acopio')`,
  )
  await query(
    url,
    `insert into public.contratos (codigo, exportadora_id, contraparte_id, fecha_firma, volumen_tm, estado)
     select 'CT-2025-00014', min(id), max(id), '2025-01-20', 200, 'Activo' from public.empresas`,
  )
})
afterAll(() => void front.close())

async function registrar(nombre: string) {
  const bytes = pdf()
  const objeto = `CT-2025-00014/${nombre}`
  await service.storage.from('contratos').upload(objeto, bytes, { contentType: 'application/pdf' })
  const [row] = await query<{ id: string; version: string; sistema: string }>(
    url,
    `with d as (
       insert into public.documentos_contrato (contrato_id, tipo, url_archivo)
       select id, 'otro', 'contratos/' || $1 from public.contratos returning id)
     select d.id, o.version, (select system_identifier::text from pg_control_system()) as sistema
     from d, storage.objects o where o.name = $1`,
    [objeto],
  )
  const { id, version, sistema } = row!
  return { id, bytes, file: fileOf(await prepareFolders(settings.storageDir, sistema), version) }
}
const papel = async (id: string) =>
  (
    await query<{
      verificacion: string
      sha256: string | null
      intentos: number | null
      motivo: string | null
    }>(
      url,
      `select d.verificacion, d.sha256, q.intentos, q.motivo from public.documentos_contrato d
       left join privado.documentos_por_leer q on q.documento_id = d.id where d.id = $1`,
      [id],
    )
  )[0]!
/** What waits is due, as it will be in a while. */
const pasaElRato = () => query(url, 'update privado.documentos_por_leer set desde = now()')

function leer() {
  const database = openDatabase(url, { max: 2 })
  const revisor = startRevisor({ database, databaseUrl: url, storage })
  return () => revisor.stop().then(() => database.close())
}

test('un papel conocido se pierde a la sexta vez seguida que no está, y no antes', async () => {
  const { id, bytes } = await registrar('otro_001.pdf')
  const stop = leer()
  try {
    await until('it is read', async () => (await papel(id)).verificacion === 'verificado')
    instead = 404
    await query(url, 'select privado.pedir_lecturas(array[$1::bigint])', [id])
    for (let times = 1; times < 6; times++) {
      await until(`it is missed ${times}`, async () => {
        const { intentos, motivo } = await papel(id)
        return motivo === 'sin archivo' && intentos === times
      })
      expect(await papel(id)).toMatchObject({ verificacion: 'verificado', sha256: sha256(bytes) })
      if (times < 5) await pasaElRato()
      await query(url, `select pg_notify('documentos', '')`)
    }
    // What fails otherwise between them begins the count anew.
    instead = 503
    const before = asked
    await pasaElRato()
    await query(url, `select pg_notify('documentos', '')`)
    await until('it fails', async () => asked > before && (await papel(id)).motivo !== 'sin archivo')
    expect((await papel(id)).verificacion).toBe('verificado')
    instead = 404
    await pasaElRato()
    await query(url, `select pg_notify('documentos', '')`)
    await until('it is missed again', async () => (await papel(id)).intentos === 1)
    for (let times = 2; times < 7; times++) {
      await pasaElRato()
      await query(url, `select pg_notify('documentos', '')`)
      await until(
        `it is missed ${times}`,
        async () => (await papel(id)).intentos === (times < 6 ? times : null),
      )
    }
    expect(await papel(id)).toMatchObject({ verificacion: 'sin archivo', intentos: null })
    instead = undefined
    await query(url, 'select privado.pedir_lecturas(array[$1::bigint])', [id])
    await until('it is there', async () => (await papel(id)).verificacion === 'verificado')
  } finally {
    instead = undefined
    await stop()
  }
})

test('uno que no se pudo leer la primera vez se lee más tarde', async () => {
  instead = 404
  const { id, bytes } = await registrar('otro_002.pdf')
  const stop = leer()
  try {
    await until('it is told', async () => (await papel(id)).verificacion === 'sin archivo')
    expect(await papel(id)).toMatchObject({ sha256: null, intentos: 1, motivo: 'sin archivo' })
    instead = undefined
    await pasaElRato()
    await query(url, `select pg_notify('documentos', '')`)
    await until('it is read', async () => (await papel(id)).verificacion === 'verificado')
    expect(await papel(id)).toMatchObject({ sha256: sha256(bytes), intentos: null })
  } finally {
    instead = undefined
    await stop()
  }
})

test('npm run verificar lee los bytes: espera a un almacén que vuelve, y nombra lo que cambió o no está', async () => {
  const { id, file } = await registrar('otro_003.pdf')
  await query(url, `select privado.anotar_revision($1, $2, 'application/pdf')`, [id, 'ab'.repeat(32)])
  const db = {
    query: (q: string | { text: string }, values?: unknown[]) =>
      query(url, typeof q === 'string' ? q : q.text, values),
  } as never
  const look = async (more: Partial<Lectura> = {}) => {
    const found: string[] = []
    const { papeles } = await verificarPapeles(
      db,
      { leer: (path) => leerObjeto(storage, path), esperas: [0, 100], ...more },
      ({ objeto, falla }) => found.push(`${objeto} ${falla}`),
    )
    return { papeles, found }
  }
  expect(await look()).toEqual({ papeles: 3, found: [`documento/${id} otros bytes`] })
  await query(url, `set session_replication_role = replica`)
  await query(
    url,
    `with x as (select set_config('session_replication_role', 'replica', false))
     update public.documentos_contrato set sha256 = $2 from x where id = $1`,
    [
      id,
      sha256(
        await (await service.storage.from('contratos').download('CT-2025-00014/otro_003.pdf')).data!.bytes(),
      ),
    ],
  )
  expect(await look()).toEqual({ papeles: 3, found: [] })
  // Away for a while.
  instead = 404
  setTimeout(() => {
    instead = undefined
  }, 300)
  expect(await look({ esperas: [50, 1000] })).toEqual({ papeles: 3, found: [] })
  instead = 503
  expect((await look()).found).toHaveLength(3)
  expect((await look()).found[0]).toMatch(/sin leer/)
  instead = 404
  expect((await look()).found[0]).toMatch(/sin archivo/)
  instead = undefined
  await writeFile(file, pdf())
  expect((await look()).found).toEqual([`documento/${id} otros bytes`])
  const began = performance.now()
  await look({ porSegundo: 10_000, esperas: [], aLaVez: 1 })
  const { bytes } = (
    await query<{ bytes: string }>(url, 'select sum(bytes) as bytes from public.documentos_contrato')
  )[0]!
  expect(performance.now() - began).toBeGreaterThan((Number(bytes) / 10_000) * 900)
})
