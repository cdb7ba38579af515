import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { verifierText } from '../../server/evidencia/checkpoint.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

const newKey = () => verifierText({ name: 'cacao.example', key: generateKeyPairSync('ed25519').privateKey })

/** npm run verificar over the database of the tests, which others change meanwhile. */
function verificar(...args: string[]) {
  const { secretKey, publishableKey, supabaseUrl, databaseUrl } = inject('stack')
  return spawnSync(process.execPath, [join(PROJECT_DIR, 'scripts/verificar.ts'), '--sin-papeles', ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      SUPABASE_URL: supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: publishableKey,
      SUPABASE_SECRET_KEY: secretKey,
      DATABASE_URL: databaseUrl,
    },
  })
}

test('npm run verificar toma la clave que se guardó fuera, o las dos si cambió; y lo que no es una, lo dice', () => {
  for (const claves of [newKey(), `${newKey()} ${newKey()}`])
    expect(verificar('--clave', claves)).toMatchObject({
      stdout: expect.stringMatching(/\d+ evidencias de \d+ cadenas/),
      stderr: '',
    })
  expect(verificar('--clave', 'otra')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('No es una clave pública'),
  })
})
