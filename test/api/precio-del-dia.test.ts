import { randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { openDatabase } from '../../server/db/database.ts'
import type { Database } from '../../server/db/types.ts'
import type { Fuente } from '../../server/precios/fuente.ts'
import { tomarPrecio } from '../../server/precios/tomar.ts'
import { listen } from '../support/listen.ts'
import { sql } from '../support/sql.ts'
import { call, makePeople, type People } from './support.ts'

const HOY = new Date('2031-05-10T21:30:00Z')

let people: People
let bases: Database[]
let fuente: Fuente
let pedidos = 0
let port: number
let responder: (response: ServerResponse) => void
const server = createServer((_request, response) => {
  pedidos++
  responder(response)
})

beforeAll(async () => {
  people = await makePeople()
  // Each as a process of its own: pools that share nothing.
  bases = Array.from({ length: 4 }, () => openDatabase(inject('stack').authenticatorUrl, { max: 2 }))
  port = await listen(server)
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await Promise.all(bases.map((base) => base.close()))
  await sql(`delete from public.precios_pendientes where calidad like 'dia %'`)
  await sql(`delete from public.precios_fob where calidad like 'dia %'`)
})
beforeEach(() => {
  pedidos = 0
  cotizar(11498)
  fuente = {
    url: `http://127.0.0.1:${port}/hoy?llave=secreta`,
    ruta: 'price',
    cabecera: undefined,
    calidad: `dia ${randomBytes(4).toString('hex')}`,
    mercado: 'NY',
    saltoMaximo: 10,
    hora: 14,
  }
})

function cotizar(price: unknown) {
  responder = (response) => response.end(JSON.stringify({ price }))
}
const tomar = (ahora = HOY) => tomarPrecio(bases[0]!, fuente, ahora)
const serie = () =>
  sql(
    'select fecha::text, precio_tm, fuente, empresa_id, creado_por from public.precios_fob where calidad = $1 order by fecha',
    [fuente.calidad],
  )
const ayer = (precio: number) =>
  sql('insert into public.precios_fob (fecha, calidad, precio_tm, diferencial) values ($1, $2, $3, -700)', [
    '2031-05-09',
    fuente.calidad,
    precio,
  ])

describe('el precio del día', () => {
  test('se toma una vez, con su fuente y la fecha de Guayaquil', async () => {
    expect(await tomar()).toBe('tomado')
    expect(await tomar()).toBe('ya_estaba')
    expect(pedidos).toBe(1)
    const { host } = new URL(fuente.url)
    expect(await serie()).toEqual([
      { fecha: '2031-05-10', precio_tm: '11498', fuente: host, empresa_id: null, creado_por: null },
    ])
    // Five hours behind UTC it is still the tenth.
    expect(await tomar(new Date('2031-05-11T04:59:00Z'))).toBe('ya_estaba')
    const { body } = await call(
      people.jose,
      'GET',
      `/precios-fob?fecha=2031-12-31&calidad=${encodeURIComponent(fuente.calidad)}`,
    )
    expect(body.precios).toMatchObject([{ precio_tm: 11498, ambito: 'global', fecha: '2031-05-10' }])
  })

  test('no se pide antes de su hora', async () => {
    expect(await tomar(new Date('2031-05-10T18:59:00Z'))).toBe('temprano')
    expect(pedidos).toBe(0)
    expect(await tomar(new Date('2031-05-10T19:00:00Z'))).toBe('tomado')
  })

  test('pedido por varios procesos a la vez es una sola fila', async () => {
    const tomas = await Promise.all([...bases, ...bases].map((base) => tomarPrecio(base, fuente, HOY)))
    expect(tomas.filter((toma) => toma === 'tomado')).toHaveLength(1)
    expect(await serie()).toHaveLength(1)
  })

  test('que salta demasiado, pedido por varios a la vez, es un pendiente y un aviso', async () => {
    await ayer(9000)
    const tomas = await Promise.all([...bases, ...bases].map((base) => tomarPrecio(base, fuente, HOY)))
    expect(tomas.filter((toma) => toma === 'pendiente')).toHaveLength(1)
    const avisos = await sql(
      `select texto from public.notificaciones where usuario_id = $1 and tipo = 'precio' and texto like '%' || $2 || '%'`,
      [people.teresa.id, fuente.calidad],
    )
    expect(avisos).toHaveLength(1)
    expect(await serie()).toHaveLength(1)
  })

  test('que salta espera a un administrador: confirmado, rige', async () => {
    await ayer(9000)
    expect(await tomar()).toBe('pendiente')
    const { body } = await call(people.teresa, 'GET', '/precios-fob/pendientes')
    const pendiente = body.pendientes.find((q: { calidad: string }) => q.calidad === fuente.calidad)
    expect(pendiente).toMatchObject({
      fecha: '2031-05-10',
      precio_tm: 11498,
      diferencial: -700,
      anterior_tm: 9000,
      anterior_fecha: '2031-05-09',
      salto: 27.76,
      estado: 'pendiente',
    })
    const resolver = (quien: People['ana'], como: string) =>
      call(quien, 'POST', `/precios-fob/pendientes/${pendiente.id}/${como}`)
    for (const quien of [people.ana, people.carlos, people.jose]) {
      expect((await call(quien, 'GET', '/precios-fob/pendientes')).status).toBe(403)
      for (const como of ['confirmar', 'rechazar'])
        expect((await resolver(quien, como)).body.clave).toBe('precio_solo_admin')
    }
    expect((await resolver(people.teresa, 'confirmar')).body).toMatchObject({ estado: 'confirmado' })
    expect((await resolver(people.teresa, 'rechazar')).body.clave).toBe('precio_pendiente_resuelto')
    expect((await serie()).at(-1)).toMatchObject({
      fecha: '2031-05-10',
      precio_tm: '11498',
      creado_por: people.teresa.id,
    })
    for (const nada of ['999999999', 'x'])
      expect(
        (await call(people.teresa, 'POST', `/precios-fob/pendientes/${nada}/confirmar`)).body.clave,
      ).toBe('precio_pendiente_no_existe')
  })

  test('el aviso llega a las notificaciones del administrador, sin contrato ni cifra', async () => {
    await ayer(9000)
    await tomar()
    const { body } = await call(people.teresa, 'GET', '/notificaciones?limite=100')
    const aviso = body.notificaciones.find((n: { texto: string }) => n.texto.includes(fuente.calidad))
    expect(aviso).toMatchObject({
      tipo: 'precio',
      contrato: null,
      texto: `El precio de ${fuente.calidad} en NY espera su confirmación.`,
      datos: { pendiente_id: expect.any(Number) },
    })
    await call(people.teresa, 'POST', '/notificaciones/leidas', { json: { ids: [aviso.id] } })
    const despues = await call(people.teresa, 'GET', '/notificaciones?limite=100')
    expect(despues.body.notificaciones.find((n: { id: number }) => n.id === aviso.id).leida_en).not.toBeNull()
  })

  test('de una fuente que falla no queda nada, y se vuelve a pedir', async () => {
    for (const mala of [
      (response: ServerResponse) => response.writeHead(500).end(),
      (response: ServerResponse) => response.destroy(),
      (response: ServerResponse) => response.end('no es JSON'),
      (response: ServerResponse) => response.end('{"price": "once mil"}'),
      (response: ServerResponse) => response.end('x'.repeat(2 ** 21)),
    ]) {
      responder = mala
      await expect(tomar()).rejects.toMatchObject({ name: 'FuenteError' })
    }
    expect(await serie()).toEqual([])
    cotizar('11498.50')
    expect(await tomar()).toBe('tomado')
    expect(await serie()).toMatchObject([{ precio_tm: '11498.5' }])
  })
})
