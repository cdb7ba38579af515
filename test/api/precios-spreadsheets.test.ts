import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { estados, guardados, importar, useCalidades } from './importar.ts'
import { makePeople, type People } from './support.ts'

let people: People
const nueva = useCalidades('hoja')

beforeAll(async () => {
  people = await makePeople()
})
describe('un CSV de precios como lo guarda una hoja de cálculo', () => {
  test.each([
    ['precios-latin1.csv', 'Boletín'],
    ['precios-sep.csv', 'ICE'],
    ['precios-tab.csv', 'ICE'],
  ])('%s, como lo guarda Excel, se lee', async (nombre, fuente) => {
    const calidad = nueva()
    const archivo = await readFile(new URL(`../support/files/${nombre}`, import.meta.url))
    const simulado = await importar(people.ana, archivo, { consulta: '?simular=true' })
    expect(simulado.body.totales).toMatchObject({ lineas: 1, creado: 1, rechazado: 0 })
    const propio = Buffer.from(archivo.toString('latin1').replace('ASE', calidad), 'latin1')
    await importar(people.ana, propio)
    expect(await guardados(calidad)).toMatchObject([{ precio_tm: '9120.50', diferencial: '-700', fuente }])
  })

  test.each([
    ['UTF-16 con BOM', (csv: string) => Buffer.from(`\ufeff${csv}`, 'utf16le')],
    ['UTF-16 sin BOM', (csv: string) => Buffer.from(csv, 'utf16le')],
    ['UTF-16 de Mac', (csv: string) => Buffer.from(`\ufeff${csv}`, 'utf16le').swap16()],
    ['UTF-8 con BOM', (csv: string) => Buffer.from(`\ufeff${csv}`)],
    ['windows-1252', (csv: string) => Buffer.from(csv.replace('€', '\u0080'), 'latin1')],
  ])('en %s se lee', async (_, codificar) => {
    const calidad = nueva()
    const csv = `fecha\tcalidad\tprecio_tm\tdiferencial\tfuente\r\n21/01/2025\t${calidad}\t11498,5\t\tBoletín en €\r\n`
    expect((await importar(people.ana, codificar(csv))).body.totales).toMatchObject({ creado: 1 })
    expect(await guardados(calidad)).toMatchObject([
      { fecha: '2025-01-21', precio_tm: '11498.5', diferencial: '0', fuente: 'Boletín en €' },
    ])
  })

  test('las filas y columnas vacías que deja la hoja no cuentan, y las líneas son las del archivo', async () => {
    const calidad = nueva()
    const csv = `sep=;\r\nfecha;calidad;precio_tm;;\r\n1/2/2025;${calidad};100;;\r\n;;;;\r\n2/2/25;${calidad};100;;\r\n;;;;\r\n;;;;\r\n`
    const { body } = await importar(people.ana, csv)
    expect(body.lineas).toEqual([
      { linea: 3, estado: 'creado', errores: [] },
      {
        linea: 5,
        estado: 'rechazado',
        errores: [{ campo: 'fecha', mensaje: 'Debe ser AAAA-MM-DD o dd/mm/aaaa.' }],
      },
    ])
    expect(await guardados(calidad)).toMatchObject([{ fecha: '2025-02-01' }])
  })

  test('donde una fecha trae el mes primero, las que pueden leerse de dos modos no se adivinan', async () => {
    const calidad = nueva()
    const fechas = [
      '01/02/2025',
      '01/21/2025',
      '22/01/2025',
      '05/05/2025',
      '2025-03-01',
      '31/02/2025',
      '40/01/2025',
    ]
    const { body } = await importar(
      people.ana,
      `fecha,calidad,precio_tm\n${fechas.map((fecha) => `${fecha},${calidad},100`).join('\n')}\n`,
    )
    expect(body.lineas.map(({ errores }: { errores: { mensaje: string }[] }) => errores[0]?.mensaje)).toEqual(
      [
        'No se sabe cuál es el mes: en la línea 3 va primero. Escríbala AAAA-MM-DD.',
        'Debe ser dd/mm/aaaa: no hay mes 21.',
        undefined,
        undefined,
        undefined,
        'No es una fecha del calendario.',
        'Debe ser una fecha AAAA-MM-DD.',
      ],
    )
    expect(await guardados(calidad)).toHaveLength(3)
  })

  test('un separador de miles se rechaza, y se dice por qué', async () => {
    const calidad = nueva()
    const precios = ['11.498', '11,498', '11.498,50', '11498,5', '-1']
    const { body } = await importar(
      people.ana,
      `fecha\tcalidad\tprecio_tm\n${precios.map((precio, i) => `2025-01-0${i + 1}\t${calidad}\t${precio}`).join('\n')}`,
    )
    expect(estados(body)).toEqual(['2 rechazado', '3 rechazado', '4 rechazado', '5 creado', '6 rechazado'])
    const conComas = await importar(
      people.ana,
      `fecha,calidad,precio_tm\n2025-02-01,${calidad},"11,498.50"\n`,
    )
    expect(conComas.body.lineas[0].errores).toEqual([
      { campo: 'precio_tm', mensaje: 'Con , los decimales llevan punto, sin separador de miles.' },
    ])
  })
})
