// npm run openapi:ejemplos: asks every operation once, on a stack of its own with the demo data, and writes what was
// asked and answered into server/openapi/ejemplos.json, from where /openapi.json shows it.
import { writeFile } from 'node:fs/promises'
import { startStackProcess } from '../test/support/stack.ts'
import { correr } from './openapi/correr.ts'
import { main } from './target.ts'

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
