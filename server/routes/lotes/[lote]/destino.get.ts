import { verDestino } from '../../../grafo/queries.ts'
import { DestinoSchema } from '../../../grafo/respuestas-trazas.ts'
import { responderTraza } from '../../../grafo/trazas.ts'
import { asUser } from '../../../session/as-user.ts'

const COLUMNAS = Object.keys(DestinoSchema.entries)

/** GET /lotes/{lote}/destino — where its kilos are, left or were lost. Rule: public.destino_de_lote. */
export default asUser((event, db) => responderTraza(event, db, verDestino, 'destinos', COLUMNAS))
