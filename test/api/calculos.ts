import { call, type People } from './support.ts'

type Persona = People['ana']

/** A liquidation that needs nothing of a company. */
export const PAGO = {
  recepcion: { bruto: 1000, humedad: 12 },
  precio_qq: 100,
  retenciones: ['renta_productor'],
}

export const calcular = (who: Persona | null, tipo: string, json: object, headers?: Record<string, string>) =>
  call(who, 'POST', `/calculadora/${tipo}`, { json, ...(headers && { headers }) })

export const historial = async (who: Persona, consulta = '') =>
  (await call(who, 'GET', `/calculadora/historial${consulta}`)).body as {
    calculos: { id: number; tipo: string; usuario_id: string }[]
    siguiente: string | null
  }

/** A parameter of the person's company, by the SDK. */
export async function fijar({ supabase }: Persona, tipo: string, valor: object, desde: string) {
  const { error } = await supabase.from('parametros').insert({ tipo, valor, desde })
  if (error) throw error
}
