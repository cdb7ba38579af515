import { request } from 'node:http'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { estados, guardados, importar, useCalidades } from './importar.ts'
import { call, formOf, makePeople, makePerson, type People } from './support.ts'

let people: People
const nueva = useCalidades('csv')

beforeAll(async () => {
  people = await makePeople()
})
describe('un CSV de precios', () => {
  test('de Excel en español (BOM, punto y coma, coma decimal) se importa con un informe por línea', async () => {
    const calidad = nueva()
    const csv = [
      '\uFEFFFecha;Calidad;Precio_TM;Diferencial;Fuente',
      `2025-01-21;${calidad};11498,50;-700;ICE`,
      `2025-01-22;${calidad};11.498,50;-700;ICE`,
      '',
      `2025-02-30;${calidad};100;;`,
      `2025-01-23;${calidad};11500;;"Bolsa; cierre"`,
      `2025-01-23;${calidad};11600;;`,
      `2025-01-24;${calidad}`,
      `2025-01-25;${calidad};1,2,3;0;x`,
    ].join('\r\n')
    const { status, body } = await importar(people.ana, csv)
    expect(status).toBe(200)
    expect(body.totales).toEqual({ lineas: 7, creado: 2, actualizado: 0, sin_cambio: 0, rechazado: 5 })
    expect(body.lineas).toEqual([
      { linea: 2, estado: 'creado', errores: [] },
      {
        linea: 3,
        estado: 'rechazado',
        errores: [
          { campo: 'precio_tm', mensaje: 'Con ; los decimales llevan coma, sin separador de miles.' },
        ],
      },
      {
        linea: 5,
        estado: 'rechazado',
        errores: [{ campo: 'fecha', mensaje: 'No es una fecha del calendario.' }],
      },
      { linea: 6, estado: 'creado', errores: [] },
      { linea: 7, estado: 'rechazado', errores: [{ campo: 'fecha', mensaje: 'Repite la línea 6.' }] },
      {
        linea: 8,
        estado: 'rechazado',
        errores: [{ campo: '', mensaje: 'Tiene 2 columnas y el encabezado 5.' }],
      },
      { linea: 9, estado: 'rechazado', errores: [{ campo: 'precio_tm', mensaje: 'No es válido.' }] },
    ])
    expect(await guardados(calidad)).toEqual([
      { fecha: '2025-01-21', mercado: 'NY', precio_tm: '11498.50', diferencial: '-700', fuente: 'ICE' },
      { fecha: '2025-01-23', mercado: 'NY', precio_tm: '11500', diferencial: '0', fuente: 'Bolsa; cierre' },
    ])
  })

  test('repetido no cambia nada; con otro precio actualiza', async () => {
    const calidad = nueva()
    const csv = (precio: string) =>
      `fecha,calidad,mercado,precio_tm\n2025-01-21,${calidad},NY,100\n2025-01-22,${calidad},LDN,${precio}\n`
    expect(estados((await importar(people.ana, csv('200.5'))).body)).toEqual(['2 creado', '3 creado'])
    expect(estados((await importar(people.ana, csv('200.50'))).body)).toEqual([
      '2 sin_cambio',
      '3 sin_cambio',
    ])
    expect(estados((await importar(people.ana, csv('201'))).body)).toEqual(['2 sin_cambio', '3 actualizado'])
    // Another company's are others.
    expect(estados((await importar(people.rita, csv('201'))).body)).toEqual(['2 creado', '3 creado'])
    expect(
      (await sql('select count(*)::int as n from public.precios_fob where calidad = $1', [calidad]))[0]!.n,
    ).toBe(4)
  })

  test('simulado dice lo mismo y no cambia nada', async () => {
    const calidad = nueva()
    const csv = `fecha,calidad,precio_tm\n2025-01-21,${calidad},100\n2025-01-22,${calidad},nada\n`
    const simulado = await importar(people.ana, csv, { consulta: '?simular=true' })
    expect(await guardados(calidad)).toEqual([])
    const hecho = await importar(people.ana, csv)
    expect(simulado.body).toEqual({ ...hecho.body, simulado: true })
    expect(hecho.body.simulado).toBe(false)
    expect(await guardados(calidad)).toHaveLength(1)
  })

  test('llega también como archivo de un formulario', async () => {
    const calidad = nueva()
    const archivo = Buffer.from(`fecha,calidad,precio_tm\n2025-01-21,${calidad},100\n`)
    const enviar = (partes: Record<string, string | Uint8Array>) =>
      call(people.jose, 'POST', '/precios-fob/importar', { body: formOf(partes, 'precios.csv') })
    expect(estados((await enviar({ archivo })).body)).toEqual(['2 creado'])
    expect((await enviar({})).body.errores[0].campo).toBe('archivo')
    expect((await enviar({ archivo, otro: 'x' })).body.errores[0].campo).toBe('otro')
    expect((await enviar({ archivo: Buffer.from([0x50, 0x4b, 3, 4, 255, 254]) })).body.clave).toBe(
      'csv_invalido',
    )
  })

  test('con una Idempotency-Key da el primer informe', async () => {
    const calidad = nueva()
    const csv = (precio: number) => `fecha,calidad,precio_tm\n2025-01-21,${calidad},${precio}\n`
    const headers = { 'idempotency-key': calidad.replace(' ', '-') }
    const una = await importar(people.ana, csv(1), { headers })
    const dos = await importar(people.ana, csv(1), { headers })
    expect([dos.text, estados(dos.body)]).toEqual([una.text, ['2 creado']])
    expect((await importar(people.ana, csv(2), { headers })).body.clave).toBe('idempotencia_distinta')
  })

  test('de un administrador es de todas', async () => {
    const calidad = nueva()
    await importar(people.teresa, `fecha,calidad,precio_tm\n2025-01-21,${calidad},100\n`)
    expect(await sql('select empresa_id from public.precios_fob where calidad = $1', [calidad])).toEqual([
      { empresa_id: null },
    ])
  })

  test('no lo importa quien no tiene cuenta', async () => {
    const csv = 'fecha,calidad,precio_tm\n2025-01-21,x,100\n'
    expect((await importar(await makePerson(null), csv)).body.clave).toBe('sin_empresa')
    expect((await importar(null, csv)).status).toBe(401)
  })

  test.each([
    ['', undefined],
    ['\n\n', undefined],
    ['fecha,calidad\n2025-01-21,x\n', 'precio_tm'],
    ['fecha,calidad,precio_tm,color\n', 'color'],
    ['fecha,calidad,precio_tm,fecha\n', 'fecha'],
    ['fecha,calidad,precio_tm\n2025-01-21,"x,1\n', undefined],
    [new Uint8Array([0xff, 0xfe, 0x41]), undefined],
    [new Uint8Array([0xff, 0xfe, 0x41, 0x00]), 'a'],
    [new Uint8Array([0x66, 0x81, 0x2c, 0x63]), undefined],
    [new Uint8Array(100_000).fill(0x41), undefined],
  ])('que no lo es (%#) se rechaza entero', async (csv, campo) => {
    const { status, body } = await importar(people.ana, csv)
    expect([status, body.clave, body.errores?.[0].campo]).toEqual([422, 'csv_invalido', campo])
  })

  test('con el encabezado y nada más no tiene líneas', async () => {
    const { body } = await importar(people.ana, 'fecha,calidad,precio_tm')
    expect(body.totales.lineas).toBe(0)
  })

  test('de 20 000 líneas se importa; de más, o de más de 5 MiB, no', async () => {
    const calidad = nueva()
    const lineas = Array.from({ length: 20_000 }, (_, i) => {
      const fecha = new Date(Date.UTC(1995, 0, 1) + (i % 10_000) * 86_400_000).toISOString().slice(0, 10)
      return `${fecha},${calidad},${i < 10_000 ? 'NY' : 'LDN'},${1000 + i}`
    })
    const csv = `fecha,calidad,mercado,precio_tm\n${lineas.join('\n')}`
    const { body } = await importar(people.rita, csv)
    expect(body.totales).toMatchObject({ lineas: 20_000, creado: 20_000 })
    const larga = await importar(people.rita, `${csv}\n${lineas[0]}`)
    expect([larga.status, larga.body.clave]).toEqual([413, 'csv_demasiado_grande'])
    const grande = await importar(
      people.rita,
      `fecha,calidad,precio_tm\n${`2025-01-21,x,1${' '.repeat(1000)}\n`.repeat(6000)}`,
    )
    expect([grande.status, grande.body.clave]).toEqual([413, 'csv_demasiado_grande'])
  }, 60_000)

  test('importado por varios a la vez, en cualquier orden, queda una vez', async () => {
    const calidad = nueva()
    const lineas = Array.from({ length: 3000 }, (_, i) => {
      const fecha = new Date(Date.UTC(2000, 0, 1) + i * 86_400_000).toISOString().slice(0, 10)
      return `${fecha},${calidad},${1000 + i}`
    })
    const envios = [lineas, lineas.toReversed(), lineas.toSorted(() => 0.5 - Math.random())]
    const informes = await Promise.all(
      envios.map((filas) => importar(people.ana, `fecha,calidad,precio_tm\n${filas.join('\n')}`)),
    )
    expect(informes.map(({ status }) => status)).toEqual([200, 200, 200])
    const total = (estado: string) => informes.reduce((n, { body }) => n + body.totales[estado], 0)
    expect([total('creado'), total('sin_cambio')]).toEqual([3000, 6000])
    expect(await guardados(calidad)).toHaveLength(3000)
  }, 60_000)

  test('cortado a la mitad no cambia nada, y el servidor sigue', async () => {
    const calidad = nueva()
    const { functionsUrl } = inject('stack')
    await new Promise<void>((resolve) => {
      const cut = request(`${functionsUrl}/precios-fob/importar`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${people.ana.token}`,
          'content-type': 'text/csv',
          'content-length': 1000,
          // The server says so once it is at it.
          expect: '100-continue',
        },
      })
      cut.on('error', () => resolve())
      cut.on('continue', () =>
        cut.write(`fecha,calidad,precio_tm\n2025-01-21,${calidad},100\n`, () =>
          cut.destroy(new Error('cut')),
        ),
      )
    })
    expect((await importar(people.ana, 'fecha,calidad,precio_tm')).status).toBe(200)
    expect(await guardados(calidad)).toEqual([])
  })

  test('de otro tipo no se admite', async () => {
    for (const type of ['application/json', 'text/csvx', 'application/vnd.ms-excel'])
      expect((await importar(people.ana, 'x', { headers: { 'content-type': type } })).status).toBe(415)
    expect((await importar(people.ana, 'x', { headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
    expect((await importar(people.ana, 'x', { consulta: '?simular=quiza' })).status).toBe(400)
  })
})
