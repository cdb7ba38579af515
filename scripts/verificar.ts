// npm run verificar: all chains of evidences against the tables and the signed roots.
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { verificarTodo } from '../server/evidencia/todo.ts'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { findTarget, main } from './target.ts'

const { options } = readCommandLine({
  name: 'npm run verificar',
  about:
    'Recalcula todas las cadenas de evidencias y dice qué no cuadra con las tablas o con las raíces firmadas;\nentonces termina con 1.',
  options: {
    nota: { about: 'un punto de control guardado fuera: lo de aquí debe continuarlo', value: 'archivo' },
    clave: { about: 'la clave pública guardada fuera, en lugar de las de la base', value: 'clave' },
  },
})

const say = (line: string) => process.stdout.write(`${line}\n`)
const EVERY_MS = 2_000

await main(async () => {
  const { DATABASE_URL } = await findTarget()
  const client = new pg.Client({ connectionString: DATABASE_URL })
  await client.connect()
  const began = performance.now()
  let told = began
  try {
    const db = {
      query: async (query: string | { name: string; text: string }, values: unknown[] = []) => {
        const { name, text } = typeof query === 'string' ? { name: undefined, text: query } : query
        return (await client.query({ name, text, values } as pg.QueryConfig)).rows as never
      },
    }
    const result = await verificarTodo(db, {
      nota: options.nota ? await readFile(options.nota, 'utf8') : undefined,
      claves: options.clave ? [options.clave] : undefined,
      onFault: say,
      onProgress({ evidencias, cadenas }) {
        if (performance.now() - told < EVERY_MS) return
        told = performance.now()
        say(`  ${evidencias} evidencias de ${cadenas} cadenas…`)
      },
    })
    const seconds = (performance.now() - began) / 1000
    const { cadenas, evidencias, raices, fallas } = result
    say(
      `${evidencias} evidencias de ${cadenas} cadenas y ${raices} raíces en ${seconds.toFixed(1)} s: ` +
        (fallas === 0 ? 'todo cuadra.' : `${fallas} cosas no cuadran.`),
    )
    if (fallas > 0) process.exitCode = 1
  } finally {
    await client.end()
  }
})
