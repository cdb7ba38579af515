// npm run claves:rotar: another key signs the sessions of the embedded stack; those of before go on verifying.
import { readCommandLine } from '../supabase/local/command-line.ts'
import { findRunning } from '../supabase/local/lock.ts'
import { readSettings } from '../supabase/local/settings.ts'
import { rotateSigningKeys } from '../supabase/local/signing-keys.ts'
import { main } from './target.ts'

readCommandLine({
  name: 'npm run claves:rotar',
  about:
    'Hace una clave ES256 que firma las sesiones desde el próximo arranque. Las dos anteriores y el secreto siguen\ncomprobando: nadie tiene que volver a entrar. Las públicas están en /auth/v1/.well-known/jwks.json.',
})

await main(async () => {
  const settings = readSettings()
  const { kid } = await rotateSigningKeys(settings.dataDir)
  const isRunning = Boolean(await findRunning(settings))
  process.stdout.write(
    `${kid} signs the sessions from the next start on${isRunning ? ': stop the stack, and start it again' : ''}.\n`,
  )
})
