// The worker that reads stored papers, alone on a stack without functions: what it does when Storage fails it.
import { createClient } from '@supabase/supabase-js'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import { startRevisor } from '../../server/documentos/revisor.ts'
import { startOwnStack } from '../backup/support.ts'
import { pdf } from '../support/pdf.ts'
import { sha256 } from '../support/sha256.ts'
import { query } from '../support/sql.ts'
import { until } from '../support/until.ts'

vi.setConfig({ testTimeout: 120_000 })
const { settings, secretKey, service, url } = await startOwnStack()
const authenticatorUrl = Object.assign(new URL(url), { username: 'authenticator' }).href

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

async function registrar(nombre: string, bytes: Buffer): Promise<string> {
  const objeto = `CT-2025-00014/${nombre}`
  const { error } = await service.storage
    .from('contratos')
    .upload(objeto, bytes, { contentType: 'application/pdf' })
  expect(error).toBeNull()
  const [row] = await query<{ id: string }>(
    url,
    `insert into public.documentos_contrato (contrato_id, tipo, url_archivo)
     select id, 'otro', 'contratos/' || $1 from public.contratos returning id`,
    [objeto],
  )
  return row!.id
}
const estado = async (id: string) => {
  const [row] = await query<{ verificacion: string; sha256: string; motivo: string | null }>(
    url,
    `select d.verificacion, d.sha256, q.motivo from public.documentos_contrato d
       left join privado.documentos_por_leer q on q.documento_id = d.id where d.id = $1`,
    [id],
  )
  return row!
}

/** Starts one whose reading of Storage goes over `fetch`; it ends with the test. */
function revisor(over: typeof fetch) {
  const database = openDatabase(authenticatorUrl, { max: 2 })
  const { storage } = createClient(`http://127.0.0.1:${settings.apiPort}`, secretKey, {
    global: { fetch: over },
  })
  const running = startRevisor({ database, databaseUrl: authenticatorUrl, storage })
  onTestFinished(() => running.stop().then(() => database.close()))
}

test('si Storage falla, vuelve a intentarlo; lo demás no espera', async () => {
  let failures = 1
  revisor(async (input, init) => {
    if (String(input).endsWith('a.pdf') && failures-- > 0) throw new TypeError('fetch failed')
    return fetch(input, init)
  })
  const [a, b] = [pdf(), pdf()]
  const [falla, bien] = [await registrar('a.pdf', a), await registrar('b.pdf', b)]
  await until('the other one is read', async () => (await estado(bien)).verificacion === 'verificado')
  await until('it is told why', async () => (await estado(falla)).motivo)
  await until('it is read', async () => (await estado(falla)).verificacion === 'verificado', 90_000)
  expect(await estado(falla)).toEqual({ verificacion: 'verificado', sha256: sha256(a), motivo: null })
})

test('una lectura que sale mal una vez no acusa a nadie; dos que no coinciden no dicen nada', async () => {
  const c = pdf()
  const id = await registrar('c.pdf', c)
  let answers: (Buffer | null)[] = []
  revisor(async (input, init) => {
    const answer = String(input).endsWith('c.pdf') ? answers.shift() : null
    return answer ? new Response(new Uint8Array(answer)) : fetch(input, init)
  })
  await until('it is read', async () => (await estado(id)).verificacion === 'verificado')
  const releer = () => query(url, 'select privado.pedir_lecturas(array[$1::bigint])', [id])
  answers = [pdf(), c]
  await releer()
  await until('its readings differ', async () => (await estado(id)).motivo)
  expect(await estado(id)).toMatchObject({
    verificacion: 'verificado',
    motivo: expect.stringContaining('differ'),
  })
  // Twice the same other bytes.
  const otros = pdf()
  answers = [otros, otros]
  await query(url, 'update privado.documentos_por_leer set desde = now() where documento_id = $1', [id])
  await releer()
  await until('it is told', async () => (await estado(id)).verificacion === 'alterado')
  expect(await estado(id)).toMatchObject({ sha256: sha256(c) })
})
