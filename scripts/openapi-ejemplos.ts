// npm run openapi:ejemplos: asks every operation once, on a stack of its own with the demo data, and writes what was
// asked and answered into server/openapi/ejemplos.json, from where /openapi.json shows it.
import { writeFile } from 'node:fs/promises'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { startStackProcess } from '../test/support/stack.ts'
import { correr } from './openapi/correr.ts'
import { main } from './target.ts'

readCommandLine({
  name: 'npm run openapi:ejemplos',
  about:
    'Pide cada operación una vez, en una pila propia con los datos de demostración, y escribe lo pedido y lo respondido\nen server/openapi/ejemplos.json.',
})

const FILE = new URL('../server/openapi/ejemplos.json', import.meta.url)

await main(async () => {
  const { stack, dispose } = await startStackProcess()
  try {
    const ejemplos = await correr({
      SUPABASE_URL: stack.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
      SUPABASE_SECRET_KEY: stack.secretKey,
      DATABASE_URL: stack.databaseUrl,
      FUNCTIONS_URL: stack.functionsUrl,
    })
    await writeFile(FILE, `${JSON.stringify(ejemplos, null, 2)}\n`)
    process.stdout.write(`${Object.keys(ejemplos).length} ejemplos en server/openapi/ejemplos.json\n`)
  } finally {
    await dispose()
  }
})
