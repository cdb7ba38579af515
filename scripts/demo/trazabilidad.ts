import { Discrepancy, type invoke, mustInvoke, type Person, take } from './people.ts'

interface Lote {
  id: string
  codigo: string
  kg: number
}

interface Paso {
  tipo: string
  entradas: { lote: string; codigo: string; kg: number }[]
  salidas: { lote: string }[]
}

/** A company has the place where it keeps cocoa once, however often this runs. */
async function centreOf({ supabase }: Person): Promise<number> {
  const found = take('Los centros', await supabase.from('centros').select('id').eq('codigo', 'GYE'))
  if (found[0]) return found[0].id
  const row = { codigo: 'GYE', nombre: 'Bodega Guayaquil', tipo: 'bodega' }
  return take('El centro', await supabase.from('centros').insert(row).select('id').single()).id
}

/** An operation of the graph of lots, that makes one lot. */
async function operate(
  person: Person,
  body: NonNullable<Parameters<typeof invoke>[2]>['body'],
): Promise<Lote> {
  const { lotes } = (await mustInvoke(person, 'operaciones', { body })) as { lotes?: Lote[] }
  if (!lotes?.[0]) throw new Discrepancy('Una operación no hizo ningún lote')
  return lotes[0]
}

/**
 * Cocoa from its reception to the container: three lots come in, are mixed, dried and shipped.
 * @returns where the shipped lot comes from, drawn as a tree, and the share of each origin.
 * @throws Discrepancy where a figure is not what it must be.
 */
export async function traceLots(person: Person): Promise<string> {
  const centro_id = await centreOf(person)
  const received: Lote[] = []
  for (const kg of [1000, 500, 1500])
    received.push(
      await operate(person, {
        tipo: 'recibir',
        centro_id,
        salidas: [{ kg, condicion: 'escurrido', humedad_pct: 57 }],
      }),
    )
  const mixed = await operate(person, { tipo: 'mezclar', entradas: received.map(({ id }) => ({ lote: id })) })
  const dried = await operate(person, {
    tipo: 'secar',
    entradas: [{ lote: mixed.id }],
    salidas: [{ kg: 1386, condicion: 'seco', humedad_pct: 7 }],
  })
  const shipped = await operate(person, { tipo: 'embarcar', entradas: [{ lote: dried.id, kg: 1000 }] })
  const path = `lotes/${shipped.codigo}/origen?detalle=true`
  const { origenes, operaciones } = (await mustInvoke(person, path, { method: 'GET' })) as unknown as {
    origenes: { lote: string; parte: number; kg: number }[]
    operaciones: Paso[]
  }
  const parts = received.map(({ id }) => origenes.find(({ lote }) => lote === id)?.kg)
  if (parts.join() !== '333.333,166.667,500') throw new Discrepancy(`Los orígenes dan ${parts.join(', ')} kg`)
  const madeBy = new Map(operaciones.flatMap((paso) => paso.salidas.map(({ lote }) => [lote, paso] as const)))
  const share = new Map(origenes.map(({ lote, parte }) => [lote, parte]))
  const draw = ({ id, codigo, kg }: Lote, ahead: string, branch: string): string[] => {
    const paso = madeBy.get(id)
    const part = share.get(id)
    const text = `${codigo} ${paso?.tipo ?? ''} ${kg} kg${part === undefined ? '' : ` · ${(part * 100).toFixed(2)} %`}`
    const inputs = paso?.entradas ?? []
    const next = ahead + (branch === '├── ' ? '│   ' : branch === '└── ' ? '    ' : '')
    return [
      ahead + branch + text,
      ...inputs.flatMap(({ lote, ...entrada }, i) =>
        draw({ id: lote, ...entrada }, next, i === inputs.length - 1 ? '└── ' : '├── '),
      ),
    ]
  }
  return draw(shipped, '', '').join('\n')
}
