import { describe, expect, test } from 'vitest'
import type { TipoCalculo } from './calculadoras.ts'
import { con, culpables, PARAMETROS, parametro } from './support.ts'

const recepcion = { bruto: 1000, humedad: 12 }
const corte = { bien_fermentado: 75, ligeramente_fermentado: 10, violeta: 10, pizarroso: 4, moho: 1 }
const pago = { qq: 10, precio_qq: 100 }
const uno = { concepto: 'x' }
const fijada = { tm: 10, ny: 3000 }

describe('lo que no puede ser se rechaza con su campo', () => {
  test.each<[TipoCalculo, object, ...string[]]>([
    ['conversion', { cantidad: -1, de: 'qq' }, 'cantidad'],
    ['conversion', { cantidad: '1,234,56', de: 'qq' }, 'cantidad'],
    ['conversion', { cantidad: 1, de: 'arroba' }, 'de'],
    ['conversion', {}, 'cantidad', 'de'],
    ['conversion', { cantidad: 1, de: 'qq', extra: 1 }, 'extra'],
    ['conversion', { cantidad: 1, de: 'qq', fecha: '2025-02-30' }, 'fecha'],
    ['humedad', { peso: 100, humedad: 100 }, 'humedad'],
    ['humedad', { peso: 100, humedad: -1 }, 'humedad'],
    ['humedad', { peso: 100, humedad: 12, humedad_objetivo: 100 }, 'humedad_objetivo'],
    ['humedad', { peso: 100 }, 'humedad'],
    ['humedad', { peso: 100, humedad: 57, condicion: 'baba' }, 'condicion'],
    ['humedad', { peso: 100, condicion: 'baba', humedad_objetivo: 8 }, 'humedad_objetivo'],
    ['humedad', { peso: 100, condicion: 'semiseco' }, 'condicion'],
    ['humedad', { peso: 0, humedad: 12 }, 'peso'],
    ['humedad', { peso: '1e3', humedad: 12 }, 'peso'],
    ['recepcion', { ...recepcion, tara: 1000 }, 'tara'],
    ['recepcion', { ...recepcion, tara: -1 }, 'tara'],
    ['recepcion', { ...recepcion, sacos: 100, tara_por_saco: 10 }, 'tara_por_saco'],
    ['recepcion', { ...recepcion, sacos: 10 }, 'tara_por_saco'],
    ['recepcion', { ...recepcion, tara_por_saco: 1 }, 'sacos'],
    ['recepcion', { ...recepcion, tara: 1, sacos: 1, tara_por_saco: 1 }, 'tara'],
    ['recepcion', { ...recepcion, sacos: 1.5, tara_por_saco: 1 }, 'sacos'],
    ['recepcion', { ...recepcion, impurezas: 100 }, 'impurezas'],
    ['recepcion', { ...recepcion, calificacion: 4 }, 'calificacion'],
    ['recepcion', { bruto: 10, calificacion: 4, humedad_objetivo: 7 }, 'humedad_objetivo'],
    ['recepcion', { bruto: 10 }, 'humedad'],
    ['calidad', { ...corte, granos: 200 }, 'granos'],
    ['calidad', { ...corte, granos: 100, violeta: 11 }, 'granos'],
    ['calidad', { ...corte, granos: 300, violeta: 10.5 }, 'violeta'],
    ['calidad', { ...corte, violeta: 10.01 }, 'bien_fermentado'],
    ['calidad', { ...corte, moho: -1 }, 'moho'],
    ['calidad', { ...corte, norma: 'iso_2451' }, 'norma'],
    ['fob', {}, 'ny'],
    ['fob', { ny: 3000, finca: 100 }, 'finca'],
    ['fob', { ny: '11,498.00' }, 'ny'],
    ['fob', { ny: 500, diferencial: -500 }, 'diferencial'],
    ['fob', { finca: 100, diferencial: 900000 }, 'diferencial'],
    ['fob', { fob: 1000, diferencial: 1000 }, 'diferencial'],
    ['fob', { ny: 100, costo_qq: 15 }, 'costo_qq'],
    ['fob', { ny: 3000, gravamenes: ['inventado'] }, 'gravamenes.0'],
    ['fob', { ny: 3000, gravamenes: ['agrocalidad', 'agrocalidad'] }, 'gravamenes'],
    ['fob', { ny: 3000, gravamenes: ['__proto__'] }, 'gravamenes.0'],
    ['liquidacion', { precio_qq: 100 }, 'qq'],
    ['liquidacion', { ...pago, recepcion }, 'recepcion'],
    ['liquidacion', { ...pago, precio_qq: -1 }, 'precio_qq'],
    ['liquidacion', { precio_qq: 1, recepcion: { ...recepcion, tara: 2000 } }, 'recepcion.tara'],
    ['liquidacion', { precio_qq: 1, recepcion: { ...recepcion, humedad: 100 } }, 'recepcion.humedad'],
    ['liquidacion', { ...pago, descuentos: [{ ...uno, usd: 1000.01 }] }, 'descuentos'],
    ['liquidacion', { ...pago, primas: [{ ...uno, usd: 1, porcentaje: 1 }] }, 'primas.0.porcentaje'],
    ['liquidacion', { ...pago, primas: [uno] }, 'primas.0.usd'],
    ['liquidacion', { ...pago, anticipos: [{ ...uno, usd: -1 }] }, 'anticipos.0.usd'],
    ['liquidacion', { ...pago, retenciones: ['renta'] }, 'retenciones.0'],
    ['liquidacion', { qq: 10_000_000, precio_qq: 1_000_000 }, 'precio_qq'],
    ['fijacion', { contrato_tm: 9.9999, fijaciones: [fijada] }, 'fijaciones'],
    ['fijacion', { contrato_tm: 100, fijaciones: [{ ...fijada, tm: 0 }] }, 'fijaciones.0.tm'],
    ['fijacion', { contrato_tm: 100, diferencial: -3000, fijaciones: [fijada] }, 'diferencial'],
    [
      'fijacion',
      { contrato_tm: 100, fijaciones: [{ ...fijada, diferencial: -3000 }] },
      'fijaciones.0.diferencial',
    ],
    ['fijacion', { contrato_tm: 100, fijaciones: [{ ...fijada, fecha: 'ayer' }] }, 'fijaciones.0.fecha'],
  ])('%s %j: %s', (tipo, entrada, ...campos) => {
    expect(culpables(tipo, entrada)).toEqual(campos)
  })

  test.each<[TipoCalculo, object, string, string]>([
    ['recepcion', { bruto: 10, calificacion: 4 }, 'descuento_calificacion', 'calificacion'],
    ['fob', { ny: 3000 }, 'costo_qq', 'costo_qq'],
    ['humedad', { peso: 1, humedad: 9 }, 'humedad_objetivo', 'humedad_objetivo'],
    ['calidad', corte, 'norma_calidad', 'norma'],
  ])('%s %j sin %s definido culpa a %s', (tipo, entrada, falta, campo) => {
    const sin = PARAMETROS.filter((parametro) => parametro.tipo !== falta)
    expect(culpables(tipo, entrada, sin)).toEqual([campo])
  })

  test('retenciones que se llevan todo', () => {
    const parametros = con(
      parametro('retencion', { porcentaje: 60 }, 'agrocalidad'),
      parametro('retencion', { porcentaje: 40 }, 'renta_productor'),
    )
    const retenciones = ['agrocalidad', 'renta_productor']
    expect(culpables('liquidacion', { ...pago, retenciones }, parametros)).toEqual(['retenciones'])
    expect(culpables('fob', { finca: 100, gravamenes: retenciones }, parametros)).toEqual(['gravamenes'])
  })
})
