import { FAILURES, json, type Operation, WRITE_FAILURES } from '../http/operation.ts'
import { CALCULADORAS, type Calculadora, TIPOS } from './calculadoras.ts'
import {
  CalculoGuardadoSchema,
  calculoDe,
  FiltroCalculosSchema,
  PaginaCalculosSchema,
} from './schemas/historial.ts'

const DESCRIPCION = `Sin sesión calcula con los parámetros que son para todos. Con sesión usa los de la empresa y guarda el
cálculo en su historial, salvo con \`guardar: false\`. Pesos y porcentajes con 4 decimales, dinero con 2.`

const operacion = (tipo: string, { resumen, entrada, resultado }: Calculadora): Operation => {
  const calculo = calculoDe(tipo, resultado)
  return {
    method: 'post',
    path: `/calculadora/${tipo}`,
    id: `calcular${tipo[0]!.toUpperCase()}${tipo.slice(1)}`,
    tag: 'Calculadora',
    summary: resumen,
    description: DESCRIPCION,
    isSessionOptional: true,
    body: json(entrada),
    headers: ['Idempotency-Key'],
    answers: {
      200: { description: 'El cálculo, que no quedó guardado.', body: calculo },
      201: { description: 'El cálculo, guardado.', body: calculo, headers: ['Location'] },
    },
    problems: WRITE_FAILURES,
  }
}

/** The calculators, and what the company has calculated. */
export const CALCULADORA: readonly Operation[] = [
  ...TIPOS.map((tipo) => operacion(tipo, CALCULADORAS[tipo])),
  {
    method: 'get',
    path: '/calculadora/historial',
    id: 'listarCalculos',
    tag: 'Calculadora',
    summary: 'Los cálculos guardados de la empresa, los últimos primero',
    query: FiltroCalculosSchema,
    answers: { 200: { description: 'Una página.', body: PaginaCalculosSchema } },
    problems: [400, ...FAILURES],
  },
  {
    method: 'get',
    path: '/calculadora/historial/{calculo}',
    id: 'verCalculo',
    tag: 'Calculadora',
    summary: 'Un cálculo guardado, y el mismo hecho de nuevo con los parámetros de entonces',
    answers: { 200: { description: 'El cálculo.', body: CalculoGuardadoSchema } },
    problems: [...FAILURES, 404],
  },
]
