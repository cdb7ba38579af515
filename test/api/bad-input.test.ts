import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { OPERATIONS } from '../../server/openapi/operations.ts'
import { pdf } from '../support/pdf.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { call, formOf, makeContrato, makePeople, type People, upload } from './support.ts'

let people: People
let codigo: string
let antes: string

/** Everything that these people have, as one digest. */
async function estado(): Promise<string> {
  const empresas = [people.exportadora.id, people.centro.id]
  const [fila] = await sql<{ huella: string }>(
    `with c as (select * from public.contratos where exportadora_id = any ($1) or contraparte_id = any ($1))
     select md5(concat(
       (select json_agg(c order by id) from c),
       (select json_agg(l order by id) from public.lotes_asociados l where contrato_id in (select id from c)),
       (select json_agg(m order by id) from public.mensajes m where contrato_id in (select id from c)),
       (select json_agg(p order by id) from public.precios_fob p where empresa_id = any ($1)),
       (select json_agg(p order by id) from public.parametros p where empresa_id = any ($1)),
       (select json_agg(d order by id) from public.documentos_contrato d where contrato_id in (select id from c)),
       (select json_agg(p order by contrato_id, empresa_id) from public.contratos_participantes p where contrato_id in (select id from c)),
       (select json_agg(o.name order by name) from storage.objects o where split_part(o.name, '/', 1) in (select codigo from c)))) as huella`,
    [empresas],
  )
  return fila!.huella
}

beforeAll(async () => {
  people = await makePeople()
  codigo = (await makeContrato(people)).codigo
  await call(people.ana, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 60, humedad: 7 } })
  await upload(people.ana, codigo, { tipo: 'factura', archivo: pdf() })
  // The server reads it once more by itself, and dates that.
  await until('the paper is read', async () => {
    const [paper] = await sql<{ revisado_en: Date | null }>(
      'select d.revisado_en from public.documentos_contrato d join public.contratos c on c.id = d.contrato_id where c.codigo = $1',
      [codigo],
    )
    return paper!.revisado_en !== null
  })
  antes = await estado()
})

const texto = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    "'",
    '"; drop table contratos; --',
    '../..',
    '%',
    '%00',
    '%zz',
    '__proto__',
    '1e999',
    'NaN',
    '-0',
    '٣',
    '😀'.repeat(50),
  ),
)
const valor = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  texto,
  fc.constantFrom(0, -0, -1, 1e-320, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, null, true, [[[[]]]]),
)

/** Bodies near the right ones, with at least one field that is of no use. */
const casi = (campos: Record<string, unknown>) =>
  fc
    .tuple(
      fc.constantFrom(...Object.keys(campos)),
      valor,
      fc.string({ minLength: 1, maxLength: 8 }).map((s) => `_${s}`),
    )
    .map(([campo, malo, extra]) => ({ ...campos, [campo]: malo, [extra]: 1 }))
const cuerpos = fc.oneof(
  valor,
  casi({ contraparte_id: 1, volumen_tm: 5, fecha_firma: '2025-01-01' }),
  casi({ volumen_tm: 5, estado: 'Activo', actualizado_en: '2025-01-01T00:00:00Z' }),
  casi({ peso_qq: 60, humedad: 7, estado: 'Recibido', codigo_lote: 'X' }),
  casi({ fecha: '2025-01-21', calidad: 'ASE', precio_tm: 11498, diferencial: -700 }),
  casi({ tipo: 'costo_qq', valor: { usd: 15 }, desde: '2025-01-01' }),
  casi({ texto: 'Llegó el camión', documento: 1, lote: 'LT-0001' }),
)

/** A path of some operation, with whatever in the place of its parameters. */
const rutas = fc
  .tuple(
    fc.constantFrom(...OPERATIONS),
    fc.array(texto, { minLength: 2, maxLength: 2 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([{ method, path }, parametros, esReal, bajoFunctions]) => {
    const [id, otro] = parametros.map((parametro) => encodeURIComponent(parametro.toWellFormed()) || 'x')
    const ruta = path.replace('{id}', esReal ? codigo : id!).replace(/{\w+}/, otro!)
    return { method: method.toUpperCase(), ruta: bajoFunctions ? `/functions/v1${ruta}` : ruta }
  })

describe('ninguna entrada mala rompe ni cambia nada', () => {
  test('con cualquier cuerpo en cualquier ruta', async () => {
    await fc.assert(
      fc.asyncProperty(rutas, cuerpos, async ({ method, ruta }, json) => {
        const lleva = method !== 'GET' && method !== 'DELETE'
        const { status, text: texto } = await call(people.ana, method, ruta, lleva ? { json } : {})
        expect(status, texto).toBeLessThan(500)
      }),
      { numRuns: 250 },
    )
    expect(await estado()).toBe(antes)
  })

  test('con cualquier consulta', async () => {
    const nombres = fc.oneof(
      fc.constantFrom(
        'estado',
        'contraparte',
        'desde',
        'hasta',
        'texto',
        'orden',
        'limite',
        'cursor',
        'tipo',
        'lote',
        'despues_de',
        'calidad',
        'mercado',
        'ambito',
        'fecha',
        'propios',
      ),
      texto,
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          '/contratos',
          `/contratos/${codigo}/documentos`,
          `/contratos/${codigo}/mensajes`,
          '/precios-fob',
          '/parametros',
        ),
        fc.array(fc.tuple(nombres, texto), { maxLength: 4 }),
        async (ruta, pares) => {
          const consulta = new URLSearchParams(pares.map(([k, v]) => [k.toWellFormed(), v.toWellFormed()]))
          const { status, text: texto } = await call(people.ana, 'GET', `${ruta}?${consulta}`)
          expect([200, 400], texto).toContain(status)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('con cualquier cabecera', async () => {
    const cabecera = fc.string({ unit: 'grapheme-ascii', maxLength: 80 }).map((s) => s.trim())
    const nombres = [
      'authorization',
      'if-match',
      'if-none-match',
      'idempotency-key',
      'range',
      'if-range',
      'content-type',
      'accept',
      'x-forwarded-for',
      'x-http-method-override',
    ]
    await fc.assert(
      fc.asyncProperty(
        rutas,
        fc.constantFrom(...nombres),
        cabecera,
        async ({ method, ruta }, nombre, contenido) => {
          const json = method === 'GET' || method === 'DELETE' ? undefined : { _malo: 1 }
          const { status, text: texto } = await call(people.ana, method, ruta, {
            json,
            headers: { [nombre]: contenido },
          })
          expect(status, texto).toBeLessThan(500)
        },
      ),
      { numRuns: 150 },
    )
    expect(await estado()).toBe(antes)
  })

  test('con cualquier formulario', async () => {
    const parte = fc.oneof(texto, fc.uint8Array({ maxLength: 300 }))
    const campos = fc.dictionary(fc.constantFrom('tipo', 'etiqueta', 'lote', 'archivo', 'otro'), parte)
    await fc.assert(
      fc.asyncProperty(campos, texto, async (partes, nombre) => {
        const { status, text: texto } = await call(people.ana, 'POST', `/contratos/${codigo}/documento`, {
          body: formOf({ ...partes, _malo: '1' }, nombre),
        })
        expect(status, texto).toBeGreaterThanOrEqual(400)
        expect(status, texto).toBeLessThan(500)
      }),
      { numRuns: 100 },
    )
    expect(await estado()).toBe(antes)
  })

  test('con bytes cualesquiera como formulario', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, conBorde) => {
        const body = conBorde
          ? Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="'), bytes])
          : Buffer.from(bytes)
        const headers = { 'content-type': 'multipart/form-data; boundary=b' }
        const { status, text: texto } = await call(people.ana, 'POST', `/contratos/${codigo}/documento`, {
          body,
          headers,
        })
        expect(status, texto).toBeGreaterThanOrEqual(400)
        expect(status, texto).toBeLessThan(500)
      }),
      { numRuns: 100 },
    )
    expect(await estado()).toBe(antes)
  })
})
