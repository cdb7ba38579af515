// npm run verificar: all chains of evidences against the tables, the signed roots and the stored bytes of papers.
import { readFile } from 'node:fs/promises'
import { createClient } from '@supabase/supabase-js'
import pg from 'pg'
import { leerObjeto } from '../server/documentos/lector.ts'
import { autoridadesDe } from '../server/evidencia/autoridades.ts'
import { verificarTodo } from '../server/evidencia/todo.ts'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { findTarget, main } from './target.ts'

const { options } = readCommandLine({
  name: 'npm run verificar',
  about:
    'Recalcula todas las cadenas de evidencias, lee los bytes guardados de cada papel y dice qué no cuadra con las\ntablas, con las raíces firmadas o con las huellas; entonces termina con 1.',
  options: {
    nota: { about: 'un punto de control guardado fuera: lo de aquí debe continuarlo', value: 'archivo' },
    tsa: {
      about: 'quien responde por la TSA de los sellos de tiempo, en PEM (TSA_CA)',
      value: 'archivo',
    },
    'sin-papeles': {
      about: 'no lee los bytes de los papeles: de ellos dice lo que halló su última lectura',
    },
    clave: {
      about: 'la clave pública guardada fuera, en lugar de las de la base; si cambió, todas, entre blancos',
      value: 'clave',
    },
  },
})

const say = (line: string) => process.stdout.write(`${line}\n`)
const EVERY_MS = 2_000
const inMb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

await main(async () => {
  const tsa = options.tsa ?? process.env.TSA_CA
  const { DATABASE_URL, SUPABASE_URL, SUPABASE_SECRET_KEY } = await findTarget()
  const { storage } = createClient(SUPABASE_URL, SUPABASE_SECRET_KEY, { auth: { persistSession: false } })
  const client = new pg.Client({ connectionString: DATABASE_URL })
  await client.connect()
  const began = performance.now()
  let told = began
  const now = (words: () => string) => {
    if (performance.now() - told < EVERY_MS) return
    told = performance.now()
    say(words())
  }
  try {
    const db = {
      query: async (query: string | { name: string; text: string }, values: unknown[] = []) => {
        const { name, text } = typeof query === 'string' ? { name: undefined, text: query } : query
        return (await client.query({ name, text, values } as pg.QueryConfig)).rows as never
      },
    }
    const result = await verificarTodo(db, {
      nota: options.nota ? await readFile(options.nota, 'utf8') : undefined,
      claves: options.clave?.trim().split(/\s+/),
      papeles: options['sin-papeles'] ? undefined : { leer: (url) => leerObjeto(storage, url), aLaVez: 4 },
      autoridades: tsa ? autoridadesDe(tsa) : [],
      onFault: say,
      onProgress: ({ evidencias, cadenas }) => now(() => `  ${evidencias} evidencias de ${cadenas} cadenas…`),
      onPaper: ({ papeles, bytes }) => now(() => `  ${papeles} papeles, ${inMb(bytes)}…`),
    })
    const seconds = (performance.now() - began) / 1000
    const { cadenas, evidencias, raices, sellos, papeles, fallas } = result
    const read = papeles ? `, ${papeles.papeles} papeles (${inMb(papeles.bytes)})` : ''
    say(
      `${evidencias} evidencias de ${cadenas} cadenas${read} y ${raices} raíces (${sellos} con sello de tiempo) en ${seconds.toFixed(1)} s: ` +
        (fallas === 0 ? 'todo cuadra.' : `${fallas} cosas no cuadran.`),
    )
    if (fallas > 0) process.exitCode = 1
  } finally {
    await client.end()
  }
})
