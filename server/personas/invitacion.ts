import { log } from '../process/log.ts'
import { layOut, type Mail } from '../process/mail/letter.ts'
import { post } from '../process/mail/post.ts'

/** What public.invitar answers. */
export interface Invitacion {
  id: number
  email: string
  empresa: string | null
  vence_en: string
  /** Name and company of who invites. */
  invita: string
  /** Opens the invitation; it is kept nowhere. */
  testigo: string
  anulada_en: null
  aceptada_en: null
  aceptada_por: null
}

function carta({ email, empresa, invita }: Invitacion, enlace: string): Mail {
  const destino = empresa ?? 'Triboka'
  return layOut({
    to: email,
    subject: `Invitación a ${destino}`,
    paragraphs: [
      `${invita} le invita a ${empresa ?? 'administrar Triboka'}.`,
      `Cree su cuenta con este correo (${email}) desde este enlace, que sirve una vez y por 7 días.`,
    ],
    link: { label: 'Aceptar la invitación', url: enlace },
    notes: ['Si no esperaba esta invitación, no haga nada.'],
  })
}

/**
 * Sends the link of an invitation by mail. Where no mail can leave, the link is given back to who invited, so
 * that it can be delivered by hand; on the embedded stack the mail is in its mailbox as well.
 */
export async function entregarInvitacion(
  invitacion: Invitacion,
): Promise<{ enviada: boolean; enlace?: string }> {
  const { send, keep, appUrl } = post()
  const { id, testigo } = invitacion
  const enlace = `${appUrl}/invitacion?testigo=${testigo}`
  try {
    await (send ?? keep)?.(carta(invitacion, enlace))
    if (send) return { enviada: true }
    log.info({ invitation: id }, 'no SMTP_URL: the link of the invitation was not mailed')
  } catch (error) {
    log.error({ invitation: id, err: error }, 'the invitation was not mailed')
  }
  return { enviada: false, enlace }
}
