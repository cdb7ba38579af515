import type { Receta } from './receta.ts'

const calcular = (tipo: string, entrada: object): Receta => ({
  id: `calcular${tipo[0]!.toUpperCase()}${tipo.slice(1)}`,
  quien: 'ana',
  ruta: `/calculadora/${tipo}`,
  cuerpo: { ...entrada, fecha: '2026-01-15' },
})

export const CALCULADORA: readonly Receta[] = [
  calcular('conversion', { cantidad: 60, de: 'qq' }),
  calcular('humedad', { peso: 100, unidad: 'qq', humedad: 12 }),
  calcular('recepcion', { bruto: 1400, sacos: 20, tara_por_saco: 0.5, impurezas: 2, humedad: 12 }),
  calcular('calidad', {
    granos: 100,
    bien_fermentado: 62,
    ligeramente_fermentado: 15,
    violeta: 18,
    pizarroso: 3,
    moho: 1,
    gramos_100: 128,
    humedad: 7,
  }),
  calcular('fob', { ny: 5860, diferencial: -700, costo_qq: 4.5 }),
  calcular('fijacion', {
    contrato_tm: 200,
    diferencial: -700,
    fijaciones: [
      { tm: 50, ny: 5860 },
      { tm: 30, ny: 5910 },
    ],
  }),
  calcular('liquidacion', {
    recepcion: { bruto: 1400, sacos: 20, tara_por_saco: 0.5, impurezas: 2, humedad: 12 },
    precio_qq: 474.79,
    primas: [{ concepto: 'Certificado', usd_qq: 2 }],
    anticipos: [{ concepto: 'Cheque 12', usd: 1000 }],
    retenciones: ['renta_productor'],
  }),
  { id: 'listarCalculos', quien: 'ana', ruta: '/calculadora/historial?tipo=fob&limite=1' },
  {
    id: 'verCalculo',
    quien: 'ana',
    ruta: ({ visto }) => `/calculadora/historial/${visto.calcularConversion.id}`,
  },
]
