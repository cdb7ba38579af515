import { defineEventHandler } from 'h3'

/** GET /salud/vivo — the process answers, whatever its dependencies do. */
export default defineEventHandler(() => ({ estado: 'vivo' }))
