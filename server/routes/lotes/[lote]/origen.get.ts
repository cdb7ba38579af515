import { verOrigen } from '../../../grafo/queries.ts'
import { OrigenSchema } from '../../../grafo/respuestas-trazas.ts'
import { responderTraza } from '../../../grafo/trazas.ts'
import { asUser } from '../../../session/as-user.ts'

const COLUMNAS = Object.keys(OrigenSchema.entries)

/** GET /lotes/{lote}/origen — which part, and how many kilos, of each lot received. Rule: public.origen_de_lote. */
export default asUser((event, db) => responderTraza(event, db, verOrigen, 'origenes', COLUMNAS))
