// The worked examples of the trade's rules: the figures are those of the book, not of the code.
import { describe, expect, test } from 'vitest'
import { con, parametro, resultado } from './support.ts'

describe('calidad', () => {
  const prueba = {
    bien_fermentado: 75,
    ligeramente_fermentado: 10,
    violeta: 10,
    pizarroso: 4,
    moho: 1,
    gramos_100: 135,
    defectos: 0,
    humedad: 7,
  }

  test.each([
    ['ASSPS', {}],
    ['ASSS', { bien_fermentado: 65, violeta: 15, pizarroso: 9, gramos_100: 130 }],
    [
      'ASS',
      { bien_fermentado: 60, ligeramente_fermentado: 5, violeta: 21, pizarroso: 12, moho: 2, defectos: 1 },
    ],
    ['ASN', { bien_fermentado: 44, violeta: 25, pizarroso: 18, moho: 3, defectos: 3, gramos_100: 110 }],
    [
      'ASE',
      { bien_fermentado: 26, ligeramente_fermentado: 27, violeta: 25, pizarroso: 18, moho: 4, defectos: 4 },
    ],
    [null, { bien_fermentado: 25, ligeramente_fermentado: 27, violeta: 25, pizarroso: 18, moho: 4 }],
    [
      'CCN-51',
      {
        variedad: 'CCN-51',
        bien_fermentado: 65,
        ligeramente_fermentado: 11,
        violeta: 18,
        pizarroso: 5,
        defectos: 1,
      },
    ],
  ])('en el límite mismo es %s', (grado, cambios) => {
    expect(resultado('calidad', { ...prueba, ...cambios }).grado).toBe(grado)
  })

  test('dice qué límites incumple cada grado', () => {
    const { grado, grados } = resultado('calidad', {
      granos: 300,
      bien_fermentado: 195,
      ligeramente_fermentado: 33,
      violeta: 48,
      pizarroso: 15,
      moho: 3,
      gramos_100: 128,
      humedad: 7.5,
    })
    expect(grado).toBeNull()
    expect(grados.map((uno) => uno.grado)).toEqual(['ASSPS', 'ASSS', 'ASS', 'ASN', 'ASE'])
    expect(grados[1]).toEqual({
      grado: 'ASSS',
      cumple: false,
      incumple: [
        { limite: 'gramos_100', valor: 128, minimo: 130 },
        { limite: 'violeta', valor: 16, maximo: 15 },
        { limite: 'humedad', valor: 7.5, maximo: 7 },
      ],
    })
    expect(grados[2]!.incumple).toEqual([{ limite: 'humedad', valor: 7.5, maximo: 7 }])
  })

  test('dice qué no se midió', () => {
    const { gramos_100: _, defectos: __, humedad: ___, ...corte } = prueba
    expect(resultado('calidad', corte)).toMatchObject({
      grado: 'ASSPS',
      sin_medir: ['gramos_100', 'defectos', 'humedad'],
    })
  })

  test('de una edición solo juzga lo que ella limita', () => {
    const grados = [
      { grado: '1', bien_fermentado_min: 75, violeta_max: 15, pizarroso_max: 9, moho_max: 1 },
      { grado: '2', bien_fermentado_min: 65, violeta_max: 21, pizarroso_max: 12, moho_max: 2 },
      { grado: '3', bien_fermentado_min: 53, violeta_max: 25, pizarroso_max: 18, moho_max: 4 },
    ]
    const parametros = con(parametro('norma_calidad', { edicion: '2021', grados }, 'inen_176_2021'))
    const entrada = { ...prueba, bien_fermentado: 66, ligeramente_fermentado: 0, norma: 'inen_176_2021' }
    const dicho = resultado('calidad', { ...entrada, variedad: 'CCN-51' }, parametros)
    expect([dicho.edicion, dicho.grado, dicho.sin_medir]).toEqual(['2021', '2', []])
    expect(dicho.grados[0]!.incumple).toEqual([{ limite: 'bien_fermentado', valor: 66, minimo: 75 }])
  })
})
