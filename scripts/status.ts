// npm run -s status: KEY=value lines of the running stack; exit 1 and one line on stderr when nothing runs.
import { readCommandLine } from '../supabase/local/command-line.ts'
import { findTarget, main } from './target.ts'

readCommandLine({
  name: 'npm run -s status',
  about:
    'Líneas NOMBRE=valor de la pila en marcha: direcciones, claves, DATABASE_URL. Sin ninguna en marcha termina con 1.',
})

await main(async () => {
  for (const [name, value] of Object.entries(await findTarget())) process.stdout.write(`${name}=${value}\n`)
})
