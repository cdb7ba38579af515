// The conversation of a contract, for an app: nothing lost, nothing twice, in order, whatever happens to the
// connection. It needs @supabase/supabase-js alone: copy it.
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'

/** A row of `mensajes`, less the contract's id. */
export interface Mensaje {
  /** Growing within a contract, in the order in which messages were written. */
  id: number
  tipo: 'usuario' | 'sistema'
  usuario_id: string | null
  autor: string
  empresa: string | null
  texto: string
  documento_id: number | null
  lote_id: number | null
  id_cliente: string | null
  creado_en: string
}

/** What a person shows of itself while it is here. */
export interface Presente {
  nombre: string
  empresa: string | null
}

export interface Opciones {
  supabase: SupabaseClient
  contrato: { id: number; codigo: string }
  /** Id of the last message that the app already has; 0 for the whole history. */
  desde?: number
  /** Every message after that one, once, in order. */
  alMensaje: (mensaje: Mensaje) => void
  /** Whether what is shown is up to date: false while the connection is lost. */
  alEstado?: (alDia: boolean) => void
  /** Shows this person to the others. */
  yo?: Presente
  alPresentes?: (presentes: Presente[]) => void
  alEscribiendo?: (quien: Presente) => void
}

export interface Conversacion {
  /**
   * Says something; it is kept when this resolves. Without a connection it tries again until there is one, and it is
   * written once however often it had to try.
   * @throws what the server refuses: not a participant, an empty text, a document of another contract.
   */
  escribir(texto: string, sobre?: { documento_id?: number; lote_id?: number }): Promise<Mensaje>
  /** Tells the others that this person is writing. */
  escribiendo(): Promise<unknown>
  cerrar(): Promise<unknown>
}

const PAGE = 500
const RETRY_MS = 1000
const pause = () => new Promise((resolve) => setTimeout(resolve, RETRY_MS))

/** Nobody answered, or the database was away: the same may succeed later. */
const isPassing = (status: number) => status === 0 || status === 408 || status === 429 || status >= 500

/** Opens the conversation of a contract. Signing in comes first. */
export async function abrirConversacion(opciones: Opciones): Promise<Conversacion> {
  const { supabase, contrato, alMensaje, alEstado, yo, alPresentes, alEscribiendo } = opciones
  let last = opciones.desde ?? 0
  // Counts the connections: what an earlier one still fetches no longer matters.
  let connection = 0
  let isUpToDate = false
  let isClosed = false

  function show(messages: Mensaje[]) {
    for (const message of messages) {
      if (message.id <= last) continue
      last = message.id
      alMensaje(message)
    }
  }

  /** What was said while nobody listened. What is broadcast meanwhile comes with it: it was written before. */
  async function catchUp(mine: number) {
    while (mine === connection) {
      const { data, error } = await supabase
        .from('mensajes')
        .select('*')
        .eq('contrato_id', contrato.id)
        .gt('id', last)
        .order('id')
        .limit(PAGE)
        .overrideTypes<Mensaje[], { merge: false }>()
      if (mine !== connection) return
      if (error) await pause()
      else if (data.length === 0) break
      else show(data)
    }
    if (mine !== connection) return
    show(early)
    early = []
    isUpToDate = true
    alEstado?.(true)
  }

  let early: Mensaje[] = []
  function onBroadcast({ payload, meta }: { payload: unknown; meta?: { id?: string } }) {
    // What the database broadcasts has an id of its own. No policy lets a client speak here; this holds without them too.
    if (!meta?.id) return
    if (isUpToDate) show([payload as Mensaje])
    else early.push(payload as Mensaje)
  }

  async function onStatus(status: string) {
    connection++
    early = []
    if (isUpToDate) alEstado?.(false)
    isUpToDate = false
    if (status !== 'SUBSCRIBED' || isClosed) return
    if (yo) void channel.track(yo)
    await catchUp(connection)
  }

  await supabase.realtime.setAuth()
  const channel: RealtimeChannel = supabase.channel(`contrato:${contrato.codigo}`, {
    config: { private: true },
  })
  channel.on('broadcast', { event: 'mensaje' }, onBroadcast)
  if (alPresentes || yo)
    channel.on('presence', { event: 'sync' }, () =>
      alPresentes?.(Object.values(channel.presenceState<Presente>()).flat()),
    )
  channel.subscribe((status) => void onStatus(status))

  // On the channel of the contract only the database broadcasts: what the participants tell one another has its own,
  // opened by whoever listens or speaks there.
  let live: RealtimeChannel | undefined
  function openLive(): RealtimeChannel {
    if (live) return live
    live = supabase.channel(`contrato:${contrato.codigo}:vivo`, { config: { private: true } })
    if (alEscribiendo)
      live.on('broadcast', { event: 'escribiendo' }, ({ payload }) => alEscribiendo(payload as Presente))
    return live.subscribe()
  }
  if (alEscribiendo) openLive()

  return {
    async escribir(texto, sobre = {}) {
      const id_cliente = crypto.randomUUID()
      for (;;) {
        const { data, error, status } = await supabase
          .from('mensajes')
          .insert({ contrato_id: contrato.id, texto, id_cliente, ...sobre })
          .select('*')
          .single<Mensaje>()
        if (!error) return data
        // An earlier try was written, and only its answer was lost.
        if (error.code === '23505') {
          const kept = await supabase
            .from('mensajes')
            .select('*')
            .eq('id_cliente', id_cliente)
            .single<Mensaje>()
          if (!kept.error) return kept.data
          if (!isPassing(kept.status)) throw kept.error
        } else if (!isPassing(status)) throw error
        await pause()
      }
    },
    escribiendo: () => openLive().send({ type: 'broadcast', event: 'escribiendo', payload: yo ?? {} }),
    cerrar() {
      isClosed = true
      connection++
      return Promise.all([channel, live].map((one) => one && supabase.removeChannel(one)))
    },
  }
}
