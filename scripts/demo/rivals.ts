import { Discrepancy, invoke, type Person } from './people.ts'

export interface Target {
  id: number
  codigo: string
  /** Objects of bucket contratos that are there by now. */
  objects: string[]
}

async function tables({ name, supabase }: Person, { id, codigo }: Target): Promise<void> {
  const asked = [
    ['contratos', supabase.from('contratos').select('*', { count: 'exact' }).eq('codigo', codigo)],
    [
      'contratos_participantes',
      supabase.from('contratos_participantes').select('*', { count: 'exact' }).eq('contrato_id', id),
    ],
    [
      'documentos_contrato',
      supabase.from('documentos_contrato').select('*', { count: 'exact' }).eq('contrato_id', id),
    ],
    [
      'lotes_asociados',
      supabase.from('lotes_asociados').select('*', { count: 'exact' }).eq('contrato_id', id),
    ],
    ['mensajes', supabase.from('mensajes').select('*', { count: 'exact' }).eq('contrato_id', id)],
  ] as const
  for (const [table, query] of asked) {
    const { data, count, error } = await query
    if (error) throw new Discrepancy(`${name} no pudo consultar ${table}: ${error.message}`)
    if (data.length || count)
      throw new Discrepancy(`${name} ve ${count} filas de ${table} del contrato ${codigo}`)
  }
}

async function files({ name, supabase }: Person, { codigo, objects }: Target): Promise<void> {
  const bucket = supabase.storage.from('contratos')
  const { data } = await bucket.list(codigo)
  if (data?.length) throw new Discrepancy(`${name} ve ${data.length} archivos en contratos/${codigo}`)
  const folders = await bucket.list('', { search: codigo })
  if (folders.data?.length) throw new Discrepancy(`${name} ve la carpeta contratos/${codigo}`)
  for (const object of objects) {
    const [download, signed] = await Promise.all([
      bucket.download(object),
      bucket.createSignedUrl(object, 60),
    ])
    if (!download.error) throw new Discrepancy(`${name} descargó contratos/${object}`)
    if (!signed.error) throw new Discrepancy(`${name} obtuvo un enlace firmado de contratos/${object}`)
  }
}

async function functions(person: Person, { id, codigo }: Target): Promise<void> {
  const paths = ['', '/documentos', '/mensajes'].map((rest) => `contratos/${codigo}${rest}`)
  for (const path of [...paths, `contratos/${id}`]) {
    const { status } = await invoke(person, path, { method: 'GET' })
    if (status !== 404) throw new Discrepancy(`${person.name} recibió ${status} de GET /${path}, no 404`)
  }
  const { data } = await invoke(person, `contratos?texto=${codigo}`, { method: 'GET' })
  const found = (data.contratos as unknown[] | undefined) ?? []
  if (found.length) throw new Discrepancy(`${person.name} encuentra ${codigo} en GET /contratos`)
}

async function conversation({ name, supabase }: Person, { codigo }: Target): Promise<void> {
  await supabase.realtime.setAuth()
  const channel = supabase.channel(`contrato:${codigo}`, { config: { private: true } })
  const status = await new Promise((resolve) => channel.subscribe(resolve))
  await supabase.removeChannel(channel)
  if (status !== 'CHANNEL_ERROR') throw new Discrepancy(`${name} entró al canal de ${codigo}: ${status}`)
}

/** Looks for a contract in every way a company has, as companies that are not party to it. */
export async function assertHidden(rivals: Person[], target: Target): Promise<void> {
  for (const rival of rivals) {
    await tables(rival, target)
    await files(rival, target)
    await functions(rival, target)
    await conversation(rival, target)
  }
}
