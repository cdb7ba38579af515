import type { StackEnv } from '../../supabase/local/stack-env.ts'
import { chat } from './chat.ts'
import { drawFolder, drawJson } from './drawing.ts'
import { figure, invoice, LOTS, moistureAnalysis, paid, signedContract, waybill } from './papers.ts'
import { Discrepancy, invoke, mustInvoke, type Person, signIn, take } from './people.ts'
import { assertHidden, type Target } from './rivals.ts'
import { traceLots } from './trazabilidad.ts'

const FOLDER = ['analisis_humedad.csv', 'contrato.pdf', 'factura_001.pdf', 'guia_remision_001.pdf']

interface Cast {
  agroarriba: Person
  triboka: Person
  finca: Person
  rivals: Person[]
}

async function signAllIn(env: StackEnv): Promise<Cast> {
  return {
    agroarriba: await signIn(env, 'Agroarriba', 'exportadora@agroarriba.test'),
    triboka: await signIn(env, 'Centro Triboka', 'centro@triboka.test'),
    finca: await signIn(env, 'Finca San José', 'proveedor@finca-san-jose.test'),
    rivals: [
      await signIn(env, 'Exportadora Rival', 'exportadora@rival.test'),
      await signIn(env, 'Centro Rival', 'centro@rival.test'),
    ],
  }
}

async function createContract({ supabase, ...person }: Person): Promise<Target> {
  const companies = take(
    'El directorio de empresas',
    await supabase.from('empresas').select('id, nombre').in('nombre', ['Centro Triboka', 'Finca San José']),
  )
  const idOf = (name: string) => companies.find(({ nombre }) => nombre === name)?.id
  const { id, codigo, estado } = await mustInvoke({ supabase, ...person }, 'contratos', {
    body: { contraparte_id: idOf('Centro Triboka'), volumen_tm: 200, proveedores: [idOf('Finca San José')] },
  })
  if (estado !== 'Activo') throw new Discrepancy(`El contrato nació en estado ${estado}, no Activo`)
  return { id: id as number, codigo: codigo as string, objects: [] }
}

/** Uploads a paper through the function, which checks it, names it and registers it. */
async function upload(
  person: Person,
  target: Target,
  file: Blob,
  name: string,
  fields: Record<string, string>,
) {
  const body = new FormData()
  for (const [field, value] of Object.entries(fields)) body.append(field, value)
  body.append('archivo', file, name)
  const { url_archivo } = await mustInvoke(person, `contratos/${target.codigo}/documento`, { body })
  target.objects.push(String(url_archivo).replace(/^contratos\//, ''))
  return url_archivo
}

/** The same by hand, as an app with the SDK alone does it: a free name, the object, the row. */
async function uploadWithSdk({ supabase }: Person, target: Target, file: Blob, name: string, tipo: string) {
  const { id: contrato_id } = target
  const object = take(
    'El nombre libre',
    await supabase.rpc('siguiente_nombre_documento', { contrato_id, tipo }),
  ) as string
  take('La subida', await supabase.storage.from('contratos').upload(object, file, { contentType: file.type }))
  const row = { contrato_id, tipo, nombre_archivo: name, url_archivo: `contratos/${object}` }
  take('El registro', await supabase.from('documentos_contrato').insert(row).select('id').single())
  target.objects.push(object)
  return row.url_archivo
}

async function moveLots({ supabase }: Person, { id }: Target, estado: string): Promise<void> {
  for (const lot of LOTS) {
    const change = estado === 'Secado' ? { estado, humedad: 7, peso_qq: paid(lot) } : { estado }
    const query = supabase
      .from('lotes_asociados')
      .update(change)
      .eq('contrato_id', id)
      .eq('codigo_lote', lot.codigo_lote)
    take(`${lot.codigo_lote} ${estado}`, await query.select('id').single())
  }
}

async function stateOf({ supabase }: Person, { id }: Target): Promise<string> {
  return take('El contrato', await supabase.from('contratos').select('estado').eq('id', id).single()).estado
}

/** What must be refused: with this status, and nothing else. */
async function mustRefuse(attempt: ReturnType<typeof invoke>, status: number, what: string): Promise<string> {
  const answer = await attempt
  if (answer.status !== status) throw new Discrepancy(`${what}: respondió ${answer.status}, no ${status}`)
  return String(answer.data.detail)
}

/**
 * Plays the example flow through the public SDK, checking at each step that the rivals see nothing.
 * @param say writes a line for the person who watches.
 * @throws Discrepancy at the first thing that is not as it should be.
 */
export async function play(env: StackEnv, say: (line: string) => void): Promise<void> {
  const cast = await signAllIn(env)
  try {
    await playAs(cast, say)
  } finally {
    const { rivals, ...partners } = cast
    for (const { supabase } of [...rivals, ...Object.values(partners)]) await supabase.realtime.disconnect()
  }
}

async function playAs(
  { agroarriba, triboka, finca, rivals }: Cast,
  say: (line: string) => void,
): Promise<void> {
  let number = 0
  let target: Target = { id: 0, codigo: '', objects: [] }
  const step = async (text: string, work: () => Promise<string>) => {
    say(`\n${++number}. ${text}`)
    say(`   ${await work()}`)
    await assertHidden(rivals, target)
    say('   ✓ Los rivales no ven nada: ni filas, ni archivos, ni funciones, ni la conversación.')
  }

  await step(
    'Agroarriba crea un contrato con Centro Triboka por 200 TM y asocia a Finca San José.',
    async () => {
      target = await createContract(agroarriba)
      return `Nace ${target.codigo}, Activo.`
    },
  )
  const { codigo } = target
  await step(
    'Agroarriba adjunta el contrato firmado (función).',
    async () =>
      `→ ${await upload(agroarriba, target, signedContract(codigo), `${codigo}.pdf`, { tipo: 'contrato' })}`,
  )
  await step(
    'Centro Triboka sube la factura (función).',
    async () => `→ ${await upload(triboka, target, invoice(codigo), 'FAC-001.pdf', { tipo: 'factura' })}`,
  )
  await step(
    'Centro Triboka sube la guía de remisión (SDK: Storage y tabla).',
    async () => `→ ${await uploadWithSdk(triboka, target, waybill(codigo), 'GR-001.pdf', 'guia_remision')}`,
  )
  await step(
    'Finca San José, proveedor asociado, agrega su análisis de humedad.',
    async () =>
      `→ ${await upload(finca, target, moistureAnalysis(), 'humedad.csv', { tipo: 'analisis', etiqueta: 'humedad' })}`,
  )
  await step('Finca San José intenta registrar un lote.', async () => {
    const body = { peso_qq: 1, humedad: 7 }
    return `Se le niega: «${await mustRefuse(invoke(finca, `contratos/${codigo}/lote`, { body }), 403, 'El lote del proveedor')}»`
  })
  await step('Centro Triboka despacha dos lotes.', async () => {
    for (const { codigo_lote, peso_qq, humedad } of LOTS)
      await mustInvoke(triboka, `contratos/${codigo}/lote`, { body: { codigo_lote, peso_qq, humedad } })
    return LOTS.map(
      (lot) => `${lot.codigo_lote}: ${figure(lot.peso_qq)} qq al ${figure(lot.humedad)} %`,
    ).join(' · ')
  })
  await step(
    'Conversan en el canal del contrato; Centro Triboka pierde la conexión un momento.',
    async () => {
      const lines = await chat(agroarriba, triboka, target)
      return `Lo que vio Centro Triboka, sin que falte ni se repita nada:\n${lines.map((line) => `     ${line}`).join('\n')}`
    },
  )
  for (const [estado, text] of [
    ['Recibido', 'Agroarriba recibe los lotes.'],
    ['Secado', 'Agroarriba los seca a 7 %: pierden el peso del agua.'],
    ['Exportado', 'Agroarriba los exporta.'],
  ] as const) {
    await step(text, async () => {
      await moveLots(agroarriba, target, estado)
      const [now, expected] = [
        await stateOf(agroarriba, target),
        estado === 'Exportado' ? 'Cerrado' : 'Activo',
      ]
      if (now !== expected) throw new Discrepancy(`El contrato quedó ${now}, no ${expected}`)
      return estado === 'Exportado'
        ? 'Con el último lote exportado, el contrato se cierra solo: Cerrado.'
        : `Lotes: ${estado}.`
    })
  }
  await step('Agroarriba intenta cambiar el contrato cerrado.', async () => {
    const { data, error } = await agroarriba.supabase
      .from('contratos')
      .update({ volumen_tm: 100 })
      .eq('id', target.id)
      .select()
    if (!error) throw new Discrepancy(`Un contrato cerrado se editó (${data.length} filas)`)
    return `Se le niega: «${error.details ?? error.message}»`
  })

  const listed = take('La carpeta', await agroarriba.supabase.storage.from('contratos').list(codigo)).map(
    (file) => file.name,
  )
  if (listed.sort().join() !== FOLDER.join()) throw new Discrepancy(`La carpeta tiene ${listed.join(', ')}`)
  say(`\nLa carpeta del contrato:\n\n${await drawFolder(agroarriba, codigo)}`)
  const whole = await mustInvoke(triboka, `contratos/${codigo}`, { method: 'GET' })
  say(`\nGET /contratos/${codigo}, para Centro Triboka:\n\n${drawJson(whole)}`)
  say(
    '\nAgroarriba recibe tres lotes, los mezcla, los seca y embarca una tonelada. De dónde viene lo embarcado:\n',
  )
  say(await traceLots(agroarriba))
}
