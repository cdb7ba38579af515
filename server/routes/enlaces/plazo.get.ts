import { defineEventHandler, getRequestURL, sendNoContent, setResponseStatus } from 'h3'
import { isTooLong } from '../../documentos/plazo-de-enlace.ts'
import { documentosSettings } from '../../documentos/settings.ts'

/** GET /enlaces/plazo — nginx asks it of each link to read, before Storage: 403 for one made to last too long. */
export default defineEventHandler((event) => {
  const { enlaceS } = documentosSettings()
  const tokens = getRequestURL(event).searchParams.getAll('token')
  if (!tokens.some((token) => isTooLong(token, enlaceS))) return sendNoContent(event)
  setResponseStatus(event, 403)
  return ''
})
