import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SUPERUSER } from '../../../supabase/local/postgres/cluster.ts'
import { pdfBlob } from '../../support/pdf.ts'
import { isListening } from '../../support/programs.ts'
import { query } from '../../support/sql.ts'
import { makeEnv, type StackProcess, startStackProcess } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { attach, type Contract, companyId, createContract, invoke } from '../support.ts'
import { ask, familyOf, killAll, launch, run, signInOn, survivors } from './support.ts'

// Each test goes on from where the one before left the two stacks.
describe('dos sistemas en una máquina', () => {
  const dirs: string[] = []
  let first: StackProcess
  let second: StackProcess
  let contract: Contract
  const paper = pdfBlob()

  async function make() {
    const made = await makeEnv()
    dirs.push(made.dir)
    return made
  }

  beforeAll(async () => {
    ;[first, second] = await Promise.all([make().then(startStackProcess), make().then(startStackProcess)])
  })
  afterAll(async () => {
    await Promise.all([first?.stop(), second?.stop()])
    await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })))
  })

  test('arrancan con sus direcciones, claves y cuentas a la vista', () => {
    for (const { stack, output } of [first, second]) {
      for (const told of [
        stack.supabaseUrl,
        stack.publishableKey,
        stack.secretKey,
        stack.functionsUrl,
        stack.studioUrl,
      ]) {
        expect(output()).toContain(told)
      }
      expect(output()).toContain('exportadora@agroarriba.test')
    }
    expect(first.stack.secretKey).not.toBe(second.stack.secretKey)
  })

  test('cada uno tiene sus datos', async () => {
    const agroarriba = await signInOn(first, 'agroarriba')
    contract = await createContract(agroarriba)
    expect((await attach(agroarriba, contract, paper, 'firmado.pdf', { tipo: 'contrato' })).status).toBe(201)
    const elsewhere = await signInOn(second, 'agroarriba')
    expect((await invoke(elsewhere, `contratos/${contract.codigo}`, { method: 'GET' })).status).toBe(404)
  })

  test('status dice lo que hay, una línea por valor', async () => {
    const { code, stdout, stderr } = await run('status', first.env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    const { stack } = first
    expect(lines).toEqual({
      SUPABASE_URL: stack.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
      SUPABASE_SECRET_KEY: stack.secretKey,
      SUPABASE_ANON_KEY: stack.anonKey,
      SUPABASE_SERVICE_ROLE_KEY: stack.serviceRoleKey,
      JWT_SECRET: stack.jwtSecret,
      DATABASE_URL: stack.databaseUrl,
      FUNCTIONS_URL: stack.functionsUrl,
      STUDIO_URL: stack.studioUrl,
      MAILBOX_URL: stack.mailboxUrl,
    })
  })

  test('cincuenta contratos creados a la vez llevan códigos seguidos', async () => {
    const agroarriba = await signInOn(second, 'agroarriba')
    const contraparte_id = await companyId(agroarriba, 'Centro Triboka')
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        // One in ten is refused, and must not leave a gap.
        invoke(agroarriba, 'contratos', {
          body: {
            contraparte_id,
            volumen_tm: 10,
            ...(index % 10 === 0 && { proveedores: [contraparte_id + 1000] }),
          },
        }),
      ),
    )
    const created = answers.filter(({ status }) => status === 201).map(({ data }) => data.codigo as string)
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5)
    created.sort((a, b) => a.localeCompare(b))
    const [year, first] = [created[0]!.slice(3, 7), Number(created[0]!.slice(8))]
    expect(created).toEqual(
      Array.from({ length: 45 }, (_, index) => `CT-${year}-${String(first + index).padStart(5, '0')}`),
    )
  })

  test.each(['PORT', 'SUPABASE_API_PORT', 'SUPABASE_DB_PORT', 'STUDIO_PORT', 'MAILBOX_PORT'])(
    'un puerto tomado se dice en una línea: %s',
    async (variable) => {
      const { env } = await make()
      const { code, stdout, stderr } = await run('start', { ...env, [variable]: second.env[variable] })
      expect(code).toBe(1)
      const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(second.env[variable]!))
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain(`${variable}=`)
      expect(stderr).not.toMatch(/^\s+at /m)
    },
  )

  test('un segundo arranque sobre los mismos datos se niega y no estorba', async () => {
    const { env } = await make()
    const { code, stderr } = await run('start', { ...env, DATA_DIR: second.env.DATA_DIR })
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 })
    expect(stderr).toContain(second.env.DATA_DIR)
    await signInOn(second, 'triboka')
  })

  test('SIGTERM lo detiene todo en orden, Postgres al final, sin procesos huérfanos', async () => {
    const { env } = first
    const family = await familyOf(first.child.pid!)
    expect(family.length).toBeGreaterThan(3)
    const closed: Record<string, number> = {}
    const names = ['PORT', 'SUPABASE_API_PORT', 'SUPABASE_DB_PORT', 'STUDIO_PORT', 'MAILBOX_PORT']
    const stopped = first.stop()
    let tick = 0
    await until('all are closed', async () => {
      const open = await Promise.all(names.map((name) => isListening(env[name])))
      tick++
      names.forEach((name, index) => {
        if (!open[index]) closed[name] ??= tick
      })
      return names.every((name) => closed[name])
    })
    expect(await stopped).toBe(0)
    expect(closed.SUPABASE_DB_PORT).toBe(Math.max(...Object.values(closed)))
    expect(closed.PORT).toBe(Math.min(...Object.values(closed)))
    expect(await survivors(family)).toEqual([])
  })

  test('SIGTERM en mitad del arranque tampoco deja procesos huérfanos', async () => {
    const { env } = await make()
    const starting = launch('start', env)
    await until('Postgres listens', () => isListening(env.SUPABASE_DB_PORT))
    const family = await familyOf(starting.child.pid!)
    starting.child.kill('SIGTERM')
    await starting.ended
    const left = await survivors(family)
    await killAll(family)
    expect(left).toEqual([])
  })

  test('sin nada en marcha, status y demo terminan con 1 y una línea', async () => {
    for (const script of ['status', 'demo']) {
      const { code, stdout, stderr } = await run(script, first.env)
      expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({
        code: 1,
        stdout: '',
        lines: 1,
      })
    }
  })

  test('el segundo arranque encuentra los datos como estaban', async () => {
    const before = first.stack
    first = await startStackProcess({ dir: dirs[0]!, env: first.env })
    expect(first.stack).toEqual(before)
    expect(first.output()).not.toContain('demo data…')
    const triboka = await signInOn(first, 'triboka')
    const { data } = await invoke(triboka, `contratos/${contract.codigo}`, { method: 'GET' })
    expect(data.documentos).toHaveLength(1)
    const file = await triboka.storage.from('contratos').download(`${contract.codigo}/contrato.pdf`)
    expect(Buffer.from(await file.data!.arrayBuffer())).toEqual(Buffer.from(await paper.arrayBuffer()))
  })

  test('la demostración termina bien, con la carpeta y el JSON', async () => {
    const { code, stdout, stderr } = await run('demo', first.env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const name of [
      'contrato.pdf',
      'factura_001.pdf',
      'guia_remision_001.pdf',
      'analisis_humedad.csv',
      '"Cerrado"',
    ]) {
      expect(stdout).toContain(name)
    }
  })

  const realtimeOf = async ({ stack }: StackProcess) =>
    (
      (await (await fetch(`${stack.functionsUrl}/salud`)).json()) as {
        dependencias: { realtime: { estado: string } }
      }
    ).dependencias.realtime.estado

  test('reset en marcha deja todo como nuevo: la demostración, con su conversación, termina bien', async () => {
    const { code, stdout } = await run('reset', first.env, ['--yes'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^Done: \d+ migrations/) })
    expect(await realtimeOf(first)).toBe('disponible')
    const demo = await run('demo', first.env)
    expect({ code: demo.code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' })
  }, 120_000)

  test('una pila cuya conversación quedó muda lo dice, y al arrancar otra vez está bien', async () => {
    // What a reset left behind once: the schema made anew, and the publication without its table.
    await query(
      first.stack.databaseUrl.replace('//postgres:', `//${SUPERUSER}:`),
      'alter publication supabase_realtime_messages_publication drop table realtime.messages',
    )
    expect(await realtimeOf(first)).toBe('no disponible')
    await first.stop()
    first = await startStackProcess({ dir: dirs[0]!, env: first.env })
    expect(await realtimeOf(first)).toBe('disponible')
    const demo = await run('demo', first.env)
    expect({ code: demo.code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' })
  }, 120_000)

  test('reset con la pila detenida la deja vacía aunque sus migraciones sean de otra versión', async () => {
    await ask(first, `insert into supabase_migrations.schema_migrations (version) values ('20990101000000')`)
    await first.stop()
    const refused = await run('start', first.env)
    expect([refused.code, refused.stderr.trim().split('\n').length]).toEqual([1, 1])
    expect(refused.stderr).toContain('npm run reset')
    expect((await run('reset', first.env, ['--yes'])).code).toBe(0)
    first = await startStackProcess({ dir: dirs[0]!, env: first.env })
    expect((await run('demo', first.env)).code).toBe(0)
  }, 120_000)

  test('cargar otra vez los datos de demostración no cambia nada', async () => {
    const { code, stdout } = await run('seed', first.env)
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'The demo data is already there: nothing was changed.\n',
    })
  })
})
