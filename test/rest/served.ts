import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll } from 'vitest'
import { sendAnswer } from '../../supabase/local/gateway/rest.ts'
import { createRest, type Rest } from '../../supabase/local/rest/server.ts'
import { useDatabase } from '../realtime/database.ts'
import { client } from '../support/client.ts'
import { listen } from '../support/listen.ts'

/** REST over a database of one test file alone, whose tables are the file's own. */
export function useRest(schema: string) {
  const database = useDatabase()
  let rest: Rest
  let url = ''
  const server = createServer(async (req, res) => {
    const { method = 'GET', url: target = '/', headers } = req
    const body = await buffer(req)
    const claims = { role: 'authenticated', sub: '00000000-0000-4000-8000-00000000000a' }
    const asked = {
      method,
      url: target.replace('/rest/v1', ''),
      headers,
      body: body.length > 0 ? body : null,
    }
    const answer = await rest.handle({ claims }, asked)
    sendAnswer(res, answer)
  })
  beforeAll(async () => {
    await database.sql(schema)
    rest = createRest({
      authenticatorUrl: database.url('authenticator'),
      ownerUrl: database.url('postgres'),
      schemas: ['public'],
      extraSearchPath: ['public', 'extensions'],
      maxRows: 1000,
    })
    await rest.reload()
    url = `http://127.0.0.1:${await listen(server)}`
  })
  afterAll(async () => {
    server.close()
    server.closeAllConnections()
    await rest.close()
  })
  return {
    sql: database.sql,
    /** The SDK over it. */
    sdk: (): SupabaseClient => client(url, 'any'),
    /** A request as it stands, and its answer as it came. */
    async send(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
      const headers = { ...(init.body ? { 'Content-Type': 'application/json' } : {}), ...init.headers }
      const answer = await fetch(`${url}/rest/v1/${path}`, { ...init, headers })
      return { status: answer.status, headers: answer.headers, text: await answer.text() }
    },
    reload: () => rest.reload(),
  }
}
