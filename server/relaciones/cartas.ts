// Letters to whom a company invited by RUC: the same whether that RUC is in Triboka or not.
import type { Database } from '../db/types.ts'
import { log } from '../process/log.ts'
import { layOut, type Mail } from '../process/mail/letter.ts'
import { post } from '../process/mail/post.ts'

interface Carta extends Record<string, unknown> {
  relacion_id: string
  correo: string
  /** Of the company that proposes. */
  nombre: string
  con_contrato: boolean
}

const TOMAR = {
  name: 'cartas_tomar',
  text: 'select relacion_id, correo, nombre, con_contrato from privado.tomar_cartas($1::int)',
}
const ANOTAR = { name: 'cartas_anotar', text: 'select privado.anotar_carta($1::bigint)' }
const AT_ONCE = 20

function letterOf({ correo, nombre, con_contrato }: Carta, appUrl: string): Mail {
  return layOut({
    to: correo,
    subject: `${nombre} le escribe desde Triboka`,
    paragraphs: [
      con_contrato
        ? `${nombre} propone un contrato de cacao a su empresa en Triboka.`
        : `${nombre} propone a su empresa trabajar juntos en Triboka.`,
      'Si su empresa ya está, la propuesta la espera dentro. Si no está, pida a quien le escribe que la registren: la propuesta llega con ella.',
    ],
    link: { label: 'Ir a Triboka', url: appUrl },
    notes: ['Nada le obliga mientras su empresa no acepte. Si no conoce a quien le escribe, no haga nada.'],
  })
}

/**
 * Sends the letters that wait. Where no mail can leave, they wait.
 * @returns how many left.
 */
export async function enviarCartas(database: Database): Promise<number> {
  const { send, keep, appUrl } = post()
  const deliver = send ?? keep
  if (!deliver) return 0
  const db = database.as({ role: 'service_role' })
  let sent = 0
  for (let turn = 0; turn < AT_ONCE; turn++) {
    // One at a time: what a slow server of mail keeps waiting is not taken yet, and nobody else sends it as well.
    const [carta] = await db.query<Carta>(TOMAR, [1])
    if (!carta) break
    try {
      await deliver(letterOf(carta, appUrl))
      await db.query(ANOTAR, [carta.relacion_id])
      sent += 1
    } catch (error) {
      log.error(
        { relation: carta.relacion_id, err: error },
        'the letter to an invited company was not mailed',
      )
    }
  }
  return sent
}
