import { createClient } from '@supabase/supabase-js'
import { DEMO_PASSWORD } from '../../scripts/seed.ts'
import type { Case } from '../lib/case.ts'
import { residentBytes } from '../lib/process.ts'
import { LANES, type Subject } from '../lib/subject.ts'

const EMAIL = 'exportadora@agroarriba.test'

const EDITABLE = {
  name: 'bench_editable',
  text: `select c.codigo from public.contratos c where c.codigo = any($1) and c.estado = 'Activo' limit 1000`,
}

/** Makes what an app does of Auth: who am I, a session renewed, and now and then a sign-in. */
async function authOf({ running: { stack } }: Subject) {
  const options = { auth: { persistSession: false, autoRefreshToken: false } }
  const { auth } = createClient(stack.supabaseUrl, stack.publishableKey, options)
  const insist = async (answer: PromiseLike<{ error: unknown }>) => {
    const { error } = await answer
    if (error) throw error
  }
  const signIn = () => insist(auth.signInWithPassword({ email: EMAIL, password: DEMO_PASSWORD }))
  await signIn()
  return (n: number) => {
    if (n % 500 === 0) return signIn()
    return insist(n % 50 === 0 ? auth.refreshSession() : auth.getUser())
  }
}

/**
 * What the process of the gateway holds after many requests: of ten, six of REST (one writes), two of functions and two
 * of Auth, which answers from the same process.
 */
export const gatewayMemory: Case = async ({ large }, { gatewayRequests }) => {
  const { supabaseUrl, publishableKey } = large.running.stack
  const auth = await authOf(large)
  const { rows } = await large.bare(EDITABLE, [large.codes])
  const codes: string[] = rows.map(({ codigo }) => codigo)
  const whole = 'select=*,documentos_contrato(*),lotes_asociados(*)'
  const contracts = codes.map((code) => large.askRest('GET', `/contratos?codigo=eq.${code}&${whole}`))
  const list = large.askRest('GET', '/contratos?select=*&order=id.desc&limit=100')
  const token = /authorization: (.*)\r/i.exec(list.toString('latin1'))![1]!
  const ask = async (path: string) => {
    const headers = { apikey: publishableKey, authorization: token }
    const answer = await fetch(`${supabaseUrl}${path}`, { headers })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  }
  const work = (n: number): Promise<unknown> => {
    const code = codes[n % codes.length]!
    switch (n % 10) {
      case 0:
        return large.expectRest(200, list)
      case 1: {
        const body = JSON.stringify({ observaciones: `Vuelta ${n}` })
        return large.expectRest(
          200,
          large.askRest('PATCH', `/contratos?codigo=eq.${code}&select=codigo`, body, {
            prefer: 'return=representation',
          }),
        )
      }
      case 2:
      case 3:
        return ask(`/functions/v1/contratos/${code}`)
      case 4:
      case 5:
        return auth(n)
      default:
        return large.expectRest(200, contracts[n % contracts.length]!)
    }
  }
  let n = 0
  const lane = async () => {
    while (n < gatewayRequests) await work(n++)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const pid = large.running.child.pid!
  const [rss, most] = [(await residentBytes(pid)) / 1e6, (await residentBytes(pid, 'VmHWM')) / 1e6]
  return [
    {
      what: `Memory of the gateway, with REST, Auth, Storage and Realtime in it, after ${gatewayRequests} requests`,
      a: `${Math.round(rss)} MB`,
      b: `at most ${Math.round(most)} MB`,
      value: rss,
      unit: ' MB',
      target: { atMost: 200 },
    },
  ]
}
