import { mkdir, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRunning } from '../../../supabase/local/lock.ts'
import { readSettings } from '../../../supabase/local/settings.ts'
import { pdfBlob } from '../../support/pdf.ts'
import { makeEnv, type StackProcess, startStackProcess } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { attach, type Contract, createContract, invoke } from '../support.ts'
import { ask, launch, run, signInOn } from './support.ts'

describe('un disco casi lleno', () => {
  let running: StackProcess
  let dir: string
  let contract: Contract

  const restart = async (DISK_RESERVE_MB: string | undefined) => {
    await running.stop()
    running = await startStackProcess({ dir, env: { ...running.env, DISK_RESERVE_MB } })
  }
  const health = async () => {
    const response = await fetch(`${running.stack.functionsUrl}/salud`)
    return { status: response.status, ...((await response.json()) as { disco: object }) }
  }

  beforeAll(async () => {
    running = await startStackProcess()
    dir = running.env.DATA_DIR!.replace(/\/data$/, '')
    contract = await createContract(await signInOn(running, 'agroarriba'))
  })
  afterAll(async () => running?.dispose())

  test('se entra y se lee; lo que escribe se rechaza diciendo por qué, por todos los caminos', async () => {
    expect(await health()).toMatchObject({ status: 200, disco: { estado: 'suficiente' } })
    await restart('999999999')
    const agroarriba = await signInOn(running, 'agroarriba')

    const read = await agroarriba.from('contratos').select('codigo').eq('id', contract.id)
    expect(read.data).toEqual([{ codigo: contract.codigo }])
    expect((await agroarriba.rpc('kpis', { desde: '2026-01-01', hasta: '2026-12-01' })).error).toBeNull()
    expect((await invoke(agroarriba, `contratos/${contract.codigo}`, { method: 'GET' })).status).toBe(200)

    const byFunction = await invoke(agroarriba, `contratos/${contract.codigo}/mensajes`, {
      body: { texto: 'Hola' },
    })
    expect([byFunction.status, byFunction.data.clave]).toEqual([507, 'sin_espacio'])
    const byTable = await agroarriba.from('mensajes').insert({ contrato_id: contract.id, texto: 'Hola' })
    expect([byTable.status, byTable.error]).toMatchObject([
      507,
      { message: 'sin_espacio', details: expect.stringContaining('casi lleno') },
    ])
    const paper = await attach(agroarriba, contract, pdfBlob(), 'firmado.pdf', { tipo: 'contrato' })
    expect([paper.status, paper.data.clave]).toEqual([507, 'sin_espacio'])
    const file = await agroarriba.storage
      .from('contratos')
      .upload(`${contract.codigo}/foto_001.pdf`, pdfBlob())
    expect(file.error).toMatchObject({ status: 507, message: 'There is no space left for objects' })
    expect(await ask(running, `select from public.mensajes where texto = 'Hola'`)).toEqual([])

    expect(await health()).toMatchObject({ status: 503, disco: { estado: 'casi lleno' } })
    expect((await fetch(`${running.stack.functionsUrl}/salud/listo`)).status).toBe(200)
    const metrics = await (await fetch(`${running.stack.functionsUrl}/metrics`)).text()
    for (const folder of ['data', 'storage'])
      expect(metrics).toMatch(new RegExp(`triboka_disk_free_bytes\\{folder="${folder}"\\} \\d`))
    expect(running.output()).toContain('nearly full')
  })

  test('con lugar otra vez se escribe', async () => {
    await restart(undefined)
    const agroarriba = await signInOn(running, 'agroarriba')
    const { status } = await invoke(agroarriba, `contratos/${contract.codigo}/mensajes`, {
      body: { texto: 'Hola' },
    })
    expect(status).toBe(201)
    expect(await health()).toMatchObject({ status: 200, disco: { estado: 'suficiente' } })
  })
})

describe('un arranque', () => {
  const dirs: string[] = []
  const make = async () => {
    const made = await makeEnv()
    dirs.push(made.dir)
    return made
  }
  afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true }))))

  test.each(['DATA_DIR', 'STORAGE_DIR'])(
    '%s que no se puede escribir se dice en una línea',
    async (variable) => {
      const { env } = await make()
      const { code, stderr } = await run('start', { ...env, [variable]: '/dev/null/carpeta' })
      expect([code, stderr.trim().split('\n').length]).toEqual([1, 1])
      expect(stderr).toContain(`${variable}=/dev/null/carpeta cannot be written`)
    },
  )

  test('Ctrl-C mientras se hace la base termina con una línea y sin dejar media base', async () => {
    const { env } = await make()
    const { child, ended } = launch('start', env, [], { detached: true })
    let output = ''
    child.stdout!.on('data', (chunk) => {
      output += chunk
    })
    await until('it tells what it is doing', () => output.includes('Creating the database'))
    // As a terminal does: to the whole group.
    process.kill(-child.pid!, 'SIGINT')
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([1, 'Stopped before it was ready.\n'])
    expect((await run('status', env)).code).toBe(1)
  })

  test('status no dice que está hasta que están los datos de demostración', async () => {
    const { env } = await make()
    await mkdir(env.DATA_DIR!, { recursive: true })
    const starting = launch('start', env)
    const settings = readSettings(env)
    try {
      await until('it says that it is there', async () => (await findRunning(settings)) !== null, 90_000)
      const demo = await run('status', env)
      const url = /^DATABASE_URL=(.*)$/m.exec(demo.stdout)![1]!
      const stack = { stack: { databaseUrl: url } } as StackProcess
      expect(await ask(stack, 'select count(*)::int as n from public.contratos')).toEqual([{ n: 1 }])
    } finally {
      starting.child.kill('SIGTERM')
      await starting.ended
    }
  })
})
