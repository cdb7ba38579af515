import { abrirConversacion, type Mensaje, type Presente } from '../../docs/ejemplos/conversacion.ts'
import { Discrepancy, type Person, take } from './people.ts'
import type { Target } from './rivals.ts'

const PATIENCE_MS = 20_000

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  while (!holds()) {
    if (Date.now() > deadline) throw new Discrepancy(`${what}: no ocurrió en ${PATIENCE_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Opens the conversation of a contract as an app does, and keeps what its person sees. */
async function open({ name, supabase }: Person, contrato: Target) {
  const seen: Mensaje[] = []
  let isUpToDate = false
  let present: Presente[] = []
  const conversation = await abrirConversacion({
    supabase,
    contrato,
    yo: { nombre: name, empresa: name },
    alMensaje: (mensaje) => seen.push(mensaje),
    alEstado: (alDia) => {
      isUpToDate = alDia
    },
    alPresentes: (presentes) => {
      present = presentes
    },
  })
  await until(`La conversación de ${name}`, () => isUpToDate)
  return { ...conversation, seen, isUpToDate: () => isUpToDate, present: () => present }
}

/**
 * Two partners chat on their contract; one loses its connection, misses what is said meanwhile, and comes back.
 * @returns what the one that came back saw, line by line.
 * @throws Discrepancy where it saw something else than the history.
 */
export async function chat(one: Person, other: Person, target: Target): Promise<string[]> {
  const [here, away] = [await open(one, target), await open(other, target)]
  try {
    await until('La presencia de los dos', () => here.present().length === 2)
    await here.escribir('Buenos días. ¿Salieron los dos lotes?')
    const { id } = await away.escribir('Sí, esta mañana. Entro a la bodega: pierdo la señal.')
    await until('El mensaje', () => here.seen.at(-1)?.id === id)

    other.cut()
    await until('La pérdida de la conexión', () => !away.isUpToDate())
    const missed = ['¿A qué hora llegan?', 'Los esperamos hasta las seis.', 'Hay lugar en la bodega 2.']
    for (const text of missed) await here.escribir(text)
    await until('El regreso', () => away.isUpToDate())
    const last = await away.escribir('Ya tengo señal. Llegan a las cuatro.')
    await until('El último mensaje', () => [here, away].every(({ seen }) => seen.at(-1)?.id === last.id))

    const history = take(
      'El historial',
      await one.supabase.from('mensajes').select('id').eq('contrato_id', target.id).order('id'),
    ).map((mensaje) => mensaje.id)
    for (const { seen } of [here, away])
      if (seen.map((mensaje) => mensaje.id).join() !== history.join())
        throw new Discrepancy(`Se vieron ${seen.length} mensajes de ${history.length}, o en otro orden`)
    return away.seen.map(({ tipo, empresa, texto }) =>
      tipo === 'sistema' ? `· ${texto}` : `${empresa}: ${texto}`,
    )
  } finally {
    await Promise.all([here.cerrar(), away.cerrar()])
  }
}
