import { createClient } from '@supabase/supabase-js'
import { DEMO_PASSWORD } from '../../scripts/seed.ts'
import { type Case, inMs } from '../lib/case.ts'
import { percentile } from '../lib/measure.ts'

const EMAIL = 'exportadora@agroarriba.test'

/** From the INSERT of a message to the handler of an SDK client: in the contract's channel, and as a change of the table. */
export const insert: Case = async ({ small }, { inserts }) => {
  const { supabaseUrl, publishableKey } = small.running.stack
  const supabase = createClient(supabaseUrl, publishableKey, { auth: { persistSession: false } })
  const { error } = await supabase.auth.signInWithPassword({ email: EMAIL, password: DEMO_PASSWORD })
  if (error) throw error
  const { data } = await supabase
    .from('contratos')
    .select('id')
    .eq('codigo', small.codes[0])
    .single()
    .throwOnError()
  const heard = { channel: new Map<string, number>(), change: new Map<string, number>() }
  let onHeard = () => {}
  const hear = (times: Map<string, number>) => (text: string) => {
    times.set(text, performance.now())
    onHeard()
  }
  const [inChannel, asChange] = [hear(heard.channel), hear(heard.change)]
  const channel = supabase
    .channel(`contrato:${small.codes[0]}`, { config: { private: true } })
    .on('broadcast', { event: 'mensaje' }, ({ payload }) => inChannel(payload.texto))
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'mensajes' }, (change) =>
      asChange(change.new.texto),
    )
  try {
    await new Promise<void>((resolve, reject) => {
      channel.on('system', {}, ({ message }) => message === 'Subscribed to PostgreSQL' && resolve())
      channel.subscribe((_, problem) => problem && reject(problem))
    })
    const taken = { channel: [] as number[], change: [] as number[] }
    for (let n = 0; n < inserts; n++) {
      const text = `Mensaje ${n}`
      const both = new Promise<void>((resolve) => {
        onHeard = () => heard.channel.has(text) && heard.change.has(text) && resolve()
      })
      const started = performance.now()
      await small.bare(
        {
          name: 'bench_say',
          text: `insert into public.mensajes (contrato_id, texto, tipo) values ($1, $2, 'sistema')`,
        },
        [data.id, text],
      )
      await both
      taken.channel.push(heard.channel.get(text)! - started)
      taken.change.push(heard.change.get(text)! - started)
    }
    const [a, b] = [percentile(taken.channel, 95), percentile(taken.change, 95)]
    return [
      {
        what: `From INSERT to the handler of an SDK client, p95 of ${inserts}: the contract's channel, against postgres_changes`,
        a: inMs(a),
        b: inMs(b),
        value: a / b,
        unit: '',
      },
    ]
  } finally {
    await supabase.removeAllChannels()
    await supabase.realtime.disconnect()
    await supabase.auth.stopAutoRefresh()
  }
}
