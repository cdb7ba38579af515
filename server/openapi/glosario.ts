import { CIFRAS } from './glosario/cifras.ts'
import { COMERCIO } from './glosario/comercio.ts'
import { ENMIENDAS } from './glosario/enmiendas.ts'
import { GRAFO } from './glosario/grafo.ts'

/**
 * What a field is called by its name alone: a word of the trade has one meaning wherever it stands. A schema that
 * describes its own field says it better, and goes before; `padre.campo` goes before `campo`, where the father is the
 * field, the schema or the operation that holds it. A word that nothing uses fails a test.
 */
export const GLOSARIO: Record<string, string> = { ...COMERCIO, ...ENMIENDAS, ...CIFRAS, ...GRAFO }
