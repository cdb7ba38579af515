import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client } from '../../support/client.ts'
import { bytesOnDisk } from '../../support/disk.ts'
import { pdfBlob } from '../../support/pdf.ts'
import { sha256 } from '../../support/sha256.ts'
import { type StackProcess, startStackProcess } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { attach, type Contract, companyId, createContract, invoke } from '../support.ts'
import { ask, familyOf, killAll, postmasterOf, run, signInOn, survivors } from './support.ts'
import { startUpload } from './upload.ts'

// Each test kills the stack in another way and goes on with what it left.
describe('muerte y vuelta', () => {
  let running: StackProcess
  let dir: string
  let agroarriba: SupabaseClient
  let contract: Contract

  const restart = async () => {
    running = await startStackProcess({ dir, env: running.env })
    agroarriba = await signInOn(running, 'agroarriba')
  }
  /** Ends as `kill -9` of the stack's process alone does: nobody stops its children. */
  const killStack = async () => {
    running.child.kill('SIGKILL')
    await until('the stack ended', () => running.child.signalCode !== null)
  }

  beforeAll(async () => {
    running = await startStackProcess()
    dir = running.env.DATA_DIR!.replace(/\/data$/, '')
    agroarriba = await signInOn(running, 'agroarriba')
    contract = await createContract(agroarriba)
  })
  afterAll(async () => running?.dispose())

  test('con kill -9 a Postgres bajo carga, todo lo confirmado sigue ahí', async () => {
    const contraparte_id = await companyId(agroarriba, 'Centro Triboka')
    const confirmed: { contracts: string[]; lots: number[] } = { contracts: [], lots: [] }
    let isOver = false
    const writer = async () => {
      while (!isOver) {
        const created = await invoke(agroarriba, 'contratos', {
          body: { contraparte_id, volumen_tm: 10 },
        }).catch(() => null)
        if (created?.status !== 201) {
          await sleep(20)
          continue
        }
        confirmed.contracts.push(created.data.codigo)
        const body = { peso_qq: 10, humedad: 7 }
        const lot = await invoke(agroarriba, `contratos/${created.data.codigo}/lote`, { body }).catch(
          () => null,
        )
        if (lot?.status === 201) confirmed.lots.push(lot.data.id)
      }
    }
    const writers = Array.from({ length: 8 }, writer)
    await until('fifty contracts', () => confirmed.contracts.length >= 50)
    const { pid } = await postmasterOf(running)
    const family = await familyOf(pid)
    await killAll(family)
    const before = confirmed.contracts.length
    await until('writing goes on', () => confirmed.contracts.length >= before + 50, 60_000)
    isOver = true
    await Promise.all(writers)

    expect(await survivors(family)).toEqual([])
    const contracts = await ask<{ codigo: string }>(running, 'select codigo from public.contratos')
    const lots = await ask<{ id: string }>(running, 'select id from public.lotes_asociados')
    const codes = new Set(contracts.map(({ codigo }) => codigo))
    const ids = new Set(lots.map(({ id }) => Number(id)))
    expect(confirmed.contracts.filter((codigo) => !codes.has(codigo))).toEqual([])
    expect(confirmed.lots.filter((id) => !ids.has(id))).toEqual([])
    // Not even the killed transactions left a gap.
    const [series] = await ask<{ gaps: string }>(
      running,
      `select max(n) - min(n) + 1 - count(*) as gaps
       from (select substr(codigo, 9)::bigint as n from public.contratos where codigo <> 'CT-2025-00014') as numbered`,
    )
    expect(series!.gaps).toBe('0')
  })

  test('con kill -9 en mitad de una subida no queda fila sin archivo ni archivo a medias', async () => {
    const before = pdfBlob(100_000)
    const small = await attach(agroarriba, contract, before, 'FAC-001.pdf', { tipo: 'factura' })
    expect(small.status).toBe(201)
    const { data } = await agroarriba.auth.getSession()
    const target = {
      headers: {
        apikey: running.stack.publishableKey,
        authorization: `Bearer ${data.session!.access_token}`,
      },
      url: running.stack.supabaseUrl,
    }
    const uploads = [
      startUpload(target, `/functions/v1/contratos/${contract.codigo}/documento`, 'form'),
      startUpload(target, `/storage/v1/object/contratos/${contract.codigo}/directo.pdf`, 'bytes'),
    ]
    await until('both are half way', () => uploads.every(({ sent }) => sent() > 12 * 2 ** 20))
    await until(
      'bytes have reached the disk',
      async () => (await bytesOnDisk(running.stack.storageDir)) > 4 * 2 ** 20,
    )
    await killStack()
    expect(
      (await Promise.all(uploads.map(({ answer }) => answer))).filter((status) => status === 201),
    ).toEqual([])
    await restart()

    const orphans = await ask(
      running,
      `select d.url_archivo from public.documentos_contrato d
       where not exists (select from storage.objects o where d.url_archivo = o.bucket_id || '/' || o.name)`,
    )
    expect(orphans).toEqual([])
    const objects = await ask<{ bucket_id: string; name: string; size: string }>(
      running,
      `select bucket_id, name, metadata ->> 'size' as size from storage.objects`,
    )
    expect(objects.map(({ name }) => name)).toContain(`${contract.codigo}/factura_001.pdf`)
    expect(objects.map(({ name }) => name)).not.toContain(`${contract.codigo}/directo.pdf`)
    const service = client(running.stack.supabaseUrl, running.stack.secretKey)
    for (const { bucket_id, name, size } of objects) {
      const file = await service.storage.from(bucket_id).download(name)
      expect({ name, error: file.error, size: file.data?.size }).toEqual({
        name,
        error: null,
        size: Number(size),
      })
    }
    const known = objects.reduce((sum, { size }) => sum + Number(size), 0)
    await until(
      'what the crash left is swept',
      async () => (await bytesOnDisk(running.stack.storageDir)) <= known + 65_536,
      10_000,
    )
  })

  test('con kill -9 mientras se leen papeles recién registrados, todos terminan verificados', async () => {
    const files = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const name = `${contract.codigo}/foto_${String(i).padStart(3, '0')}.pdf`
        const file = pdfBlob(2 ** 20)
        expect((await agroarriba.storage.from('contratos').upload(name, file)).error).toBeNull()
        return { name, sha256: sha256(Buffer.from(await file.arrayBuffer())) }
      }),
    )
    const rows = files.map(({ name }) => ({
      contrato_id: contract.id,
      tipo: 'foto',
      url_archivo: `contratos/${name}`,
    }))
    expect((await agroarriba.from('documentos_contrato').insert(rows)).error).toBeNull()
    const read = () =>
      ask<{ url_archivo: string; sha256: string }>(
        running,
        `select url_archivo, sha256 from public.documentos_contrato
         where tipo = 'foto' and verificacion = 'verificado' order by url_archivo`,
      )
    await until('some have been read', async () => (await read()).length > 3)
    await killAll(await familyOf(running.child.pid!))
    await until('the stack ended', () => running.child.signalCode !== null)
    await restart()
    await until('all have been read', async () => (await read()).length === files.length, 80_000)
    expect(await read()).toEqual(
      files.map(({ name, sha256 }) => ({ url_archivo: `contratos/${name}`, sha256 })),
    )
  }, 120_000)

  test('si se le pide parar cuando ya nadie lee lo que escribe, para todo', async () => {
    const family = await familyOf(running.child.pid!)
    for (const stream of [running.child.stdout!, running.child.stderr!]) stream.destroy()
    expect(await running.stop()).toBe(0)
    expect(await survivors(family)).toEqual([])
    await restart()
  })

  test('un Postgres huérfano no impide arrancar', async () => {
    const { pid } = await postmasterOf(running)
    const family = await familyOf(running.child.pid!)
    await killStack()
    // The functions end with their stack; Postgres is told by nobody.
    await until('only Postgres is left', async () => (await survivors(family)).includes(pid))
    await restart()
    expect((await postmasterOf(running)).pid).not.toBe(pid)
    expect(await survivors(family)).toEqual([])
    expect((await invoke(agroarriba, `contratos/${contract.codigo}`, { method: 'GET' })).status).toBe(200)
  })

  test('tampoco un postmaster.pid viejo cuyo número es ahora de otro programa', async () => {
    const { file } = await postmasterOf(running)
    await killAll(await familyOf(running.child.pid!))
    await until('the stack ended', () => running.child.signalCode !== null)
    expect((await run('status', running.env)).code).toBe(1)
    const [, ...rest] = (await readFile(file, 'utf8')).split('\n')
    await writeFile(file, [process.pid, ...rest].join('\n'))
    await restart()
    expect((await invoke(agroarriba, `contratos/${contract.codigo}`, { method: 'GET' })).status).toBe(200)
    // And this program, whose number it was, was left alone: it is running this line.
    const demo = await run('demo', running.env)
    expect({ code: demo.code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('de su respaldo vuelve entero donde no quedó nada, y la demostración termina bien', async () => {
    expect((await run('respaldo', running.env)).code).toBe(0)
    expect(await running.stop()).toBe(0)
    await rm(running.env.DATA_DIR!, { recursive: true })
    await rm(running.env.STORAGE_DIR!, { recursive: true })
    const [name] = await readdir(running.env.RESPALDOS_DIR!)
    const { code, stderr } = await run('restaurar', running.env, [name!])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await restart()
    expect((await invoke(agroarriba, `contratos/${contract.codigo}`, { method: 'GET' })).status).toBe(200)
    const demo = await run('demo', running.env)
    expect({ code: demo.code, stderr: demo.stderr }).toEqual({ code: 0, stderr: '' })
    expect(await running.stop()).toBe(0)
  })
})
