import { CALCULADORA } from './calculadora.ts'
import { CIFRAS } from './cifras.ts'
import { CONTRATOS } from './contratos.ts'
import { ENMIENDAS } from './enmiendas.ts'
import { EXPEDIENTE } from './expediente.ts'
import { GRAFO } from './grafo.ts'
import { PERSONAS } from './personas.ts'
import type { Receta } from './receta.ts'
import { RELACIONES } from './relaciones.ts'

/** One for every operation, in the order in which they run on the demo data. A new operation adds its own. */
export const RECETAS: readonly Receta[] = [
  ...CONTRATOS,
  ...ENMIENDAS,
  ...EXPEDIENTE,
  ...GRAFO,
  ...CALCULADORA,
  ...PERSONAS,
  ...CIFRAS,
  ...RELACIONES,
]
