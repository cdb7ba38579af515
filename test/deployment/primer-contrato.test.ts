// What docs/operacion.md has an operator type, typed: from the first administrator to the first contract.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { run } from '../acceptance/process/support.ts'
import { requireProgram } from '../support/programs.ts'
import { openEntrance } from './entrance.ts'

const page = await readFile(join(PROJECT_DIR, 'docs/operacion.md'), 'utf8')

/** The first block of orders after a text. */
function ordersAfter(text: string): string {
  const [, orders] = /```sh\n([\s\S]*?)```/.exec(page.slice(page.indexOf(text)))!
  return orders!
}
const bash = (orders: string, env: NodeJS.ProcessEnv) =>
  spawnSync('bash', ['-euo', 'pipefail', '-c', orders], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    // Where it is a socket, as a pipe of Node's is, bash believes that a remote shell started it, and reads bashrc.
    stdio: ['ignore', 'pipe', 'pipe'],
  })
const ruc = () => `099${String(randomInt(10_000_000)).padStart(7, '0')}001`

test('lo que dice la página lleva del primer administrador al primer contrato', async () => {
  requireProgram('jq', 'jq')
  requireProgram('curl', 'curl')
  const stack = inject('stack')
  const port = (url: string) => Number(new URL(url).port)
  const entrance = await openEntrance({
    gateway: port(stack.supabaseUrl),
    functions: [port(stack.functionsUrl)],
    studio: port(stack.studioUrl),
  })
  try {
    const admin = `ana-${randomInt(1e9)}@cacao.example`
    const made = await run(
      'admin',
      {
        ...process.env,
        SUPABASE_URL: stack.supabaseUrl,
        SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
        SUPABASE_SECRET_KEY: stack.secretKey,
        DATABASE_URL: stack.databaseUrl,
      },
      [admin, 'Ana Arriaga'],
    )
    const password = /Password, shown only now: (\S+)/.exec(made.stdout)?.[1]
    expect([made.code, Boolean(password)]).toEqual([0, true])
    // Its first paragraph says what is each operator's own.
    const orders = ordersAfter('### 6. El primer contrato')
    const [own, ...rest] = orders.split('\n\n')
    expect(own).toMatch(/^URL=/)
    const { status, stdout, stderr } = bash(rest.join('\n\n'), {
      URL: entrance.url,
      CURL_CA_BUNDLE: entrance.certificate,
      CLAVE: stack.publishableKey,
      ADMIN: admin,
      CLAVE_ADMIN: password,
      EXPORTADORA: `Agroarriba ${randomInt(1e9)}`,
      RUC_EXPORTADORA: ruc(),
      CENTRO: `Centro ${randomInt(1e9)}`,
      RUC_CENTRO: ruc(),
      CORREO: `contratos-${randomInt(1e9)}@agroarriba.example`,
    })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/"codigo": "CT-\d{4}-\d{5}",\s+"estado": "En revisión"/)
  } finally {
    await entrance.dispose()
  }
})

test('la vigilancia de fuera calla solo con el respaldo al día', async () => {
  const { functionsUrl } = inject('stack')
  const orders = ordersAfter('**Desde fuera**').replace('https://cacao.example', functionsUrl)
  expect(orders).toContain(functionsUrl)
  const { respaldo } = (await (await fetch(`${functionsUrl}/salud`)).json()) as {
    respaldo: { estado: string }
  }
  const { status, stdout } = bash(orders, {})
  expect([status, stdout]).toEqual([0, respaldo.estado === 'al día' ? '' : 'Triboka: vea /salud\n'])
  const dead = bash(orders.replace(functionsUrl, 'http://127.0.0.1:9'), {})
  expect(dead.stdout).toBe('Triboka: vea /salud\n')
  const good = bash(orders.replace(/curl [^|]*/, `echo '{"respaldo":{"estado":"al día"}}' `), {})
  expect([good.status, good.stdout]).toEqual([0, ''])
})
