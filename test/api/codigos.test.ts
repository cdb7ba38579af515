// A code of a series of one exporter, wherever an app uses one.
import { randomBytes } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { sql } from '../support/sql.ts'
import { call, makePeople, type People, type Person, upload } from './support.ts'

let people: People
let codigo: string
beforeAll(async () => {
  people = await makePeople()
  // The stack of the tests has the series of all: only the owner of the tables can give such a code here.
  codigo = `CT-2026-R${randomBytes(3).toString('hex').toUpperCase()}-00014`
  await sql(
    `insert into public.contratos (codigo, exportadora_id, contraparte_id, volumen_tm, estado)
     values ($1, $2, $3, 10, 'Activo')`,
    [codigo, people.exportadora.id, people.centro.id],
  )
})

test('nombra el contrato en las rutas, a sus partes y a nadie más', async () => {
  const ver = (quien: Person) => call(quien, 'GET', `/contratos/${codigo}`)
  expect(await ver(people.ana)).toMatchObject({ status: 200, body: { codigo } })
  expect((await ver(people.rita)).body.clave).toBe('contrato_no_existe')
  for (const otro of [codigo.toLowerCase(), codigo.replace('-R', '--R'), `${codigo}-1`])
    expect((await call(people.ana, 'GET', `/contratos/${otro}`)).status).toBe(404)
  const { status, body } = await call(people.carlos, 'POST', `/contratos/${codigo}/lote`, {
    json: { peso_qq: 10, humedad: 7 },
  })
  expect([status, body.codigo_lote]).toEqual([201, 'LT-0001'])
})

test('se encuentra por entero y por sus siglas', async () => {
  for (const texto of [codigo, codigo.slice(8, 15), codigo.slice(8, 15).toLowerCase()]) {
    const { body } = await call(people.ana, 'GET', `/contratos?texto=${texto}`)
    expect([texto, body.contratos.map((uno: { codigo: string }) => uno.codigo)]).toEqual([texto, [codigo]])
    expect((await call(people.rita, 'GET', `/contratos?texto=${texto}`)).body.contratos).toEqual([])
  }
})

test('es la carpeta de sus papeles, por la función y por el SDK', async () => {
  const { status, body } = await upload(people.carlos, codigo, { tipo: 'factura', archivo: pdf() })
  expect([status, body.url_archivo]).toEqual([201, `contratos/${codigo}/factura_001.pdf`])
  const [{ id }] = (await people.ana.supabase.from('contratos').select('id').eq('codigo', codigo)).data as [
    { id: number },
  ]
  const argumentos = { contrato_id: id, tipo: 'factura' }
  const { data: nombre } = await people.ana.supabase.rpc('siguiente_nombre_documento', argumentos)
  expect(nombre).toBe(`${codigo}/factura_002.pdf`)
  const archivo = new Blob([Buffer.from(pdf())], { type: 'application/pdf' })
  const subido = await people.ana.supabase.storage.from('contratos').upload(nombre, archivo)
  expect(subido.error).toBeNull()
  const fila = {
    contrato_id: id,
    tipo: 'factura',
    nombre_archivo: 'f.pdf',
    url_archivo: `contratos/${nombre}`,
  }
  expect((await people.ana.supabase.from('documentos_contrato').insert(fila)).error).toBeNull()
  expect((await people.rita.supabase.storage.from('contratos').download(nombre)).data).toBeNull()
  expect((await people.rita.supabase.storage.from('contratos').list(codigo)).data).toEqual([])
})

test('es su canal', async () => {
  const entrar = async ({ supabase, token }: Person) => {
    await supabase.realtime.setAuth(token)
    const canal = supabase.channel(`contrato:${codigo}`, { config: { private: true } })
    const estado = await new Promise<string>((resolve) => canal.subscribe((cual) => resolve(cual)))
    await supabase.removeChannel(canal)
    return estado
  }
  expect(await entrar(people.carlos)).toBe('SUBSCRIBED')
  expect(await entrar(people.rita)).toBe('CHANNEL_ERROR')
})
