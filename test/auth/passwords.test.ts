import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createPasswords, hashPassword, isPassword } from '../../supabase/local/auth/hashing.ts'
import { hashApart } from '../../supabase/local/auth/hashing-apart.ts'
import { inTurns } from '../../supabase/local/auth/in-turns.ts'
import { turns } from '../support/turns.ts'

describe('las contraseñas', () => {
  test('se calculan fuera del hilo y dejan pasar a los archivos', async () => {
    const hash = await hashPassword('cacao-demo-2025')
    let done = 0
    let rounds = 0
    let isOver = false
    const spin = () => {
      rounds++
      if (!isOver) setImmediate(spin)
    }
    const all = Promise.all(Array.from({ length: 12 }, () => isPassword('otra', hash).then(() => done++)))
    spin()
    await readFile(new URL(import.meta.url))
    expect(done).toBeLessThan(6)
    await all
    isOver = true
    // On the thread there would be one turn for each 100 ms of work.
    expect(rounds).toBeGreaterThan(200)
  })

  test('de a pocas a la vez, y todas', async () => {
    let running = 0
    let most = 0
    const inTurn = inTurns(2)
    const one = (fails: boolean) =>
      inTurn(async () => {
        most = Math.max(most, ++running)
        await turns(3)
        running--
        if (fails) throw new Error('falla')
        return 'listo'
      }).catch(() => 'falló')
    const everyone = await Promise.all(Array.from({ length: 9 }, (_, n) => one(n % 3 === 0)))
    expect(most).toBe(2)
    expect(everyone.filter((how) => how === 'listo')).toHaveLength(6)
  })

  test('lo que nadie guardó no vale, y se compara igual: una vez, con un hash del mismo costo', async () => {
    const compared: string[] = []
    const { hashPassword, isPassword } = createPasswords((work) => {
      if (work.hashed !== undefined) compared.push(work.hashed)
      return hashApart(work)
    })
    const hash = await hashPassword('cacao-demo-2025')
    expect(await isPassword('cacao-demo-2025', hash)).toBe(true)
    for (const saved of [hash, null, undefined, '']) expect(await isPassword('otra', saved)).toBe(false)
    expect(compared.map((known) => known.split('$')[2])).toEqual(['10', '10', '10', '10', '10'])
    expect(new Set(compared).size).toBe(2)
  })

  test('un hash que no lo es no vale, y el proceso sigue', async () => {
    expect(await isPassword('otra', 'no es un hash')).toBe(false)
    await expect(hashApart({ password: 'x', hashed: 3 as never, rounds: 10 })).rejects.toThrow()
    expect(await isPassword('cacao', await hashPassword('cacao'))).toBe(true)
  })

  test('si la primera falla, a quien no tiene cuenta se le responde después igual', async () => {
    let fails = true
    const { isPassword } = createPasswords(async (work) => {
      if (fails) throw new Error('falla')
      return hashApart(work)
    })
    await expect(isPassword('otra', null)).rejects.toThrow('falla')
    fails = false
    expect(await isPassword('otra', null)).toBe(false)
  })

  test('si alguien mata el proceso, lo que hacía y lo que espera lo hace otro', async () => {
    const hashed = await hashPassword('cacao')
    const kill = () => {
      const own = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
        encoding: 'utf8',
      })
      const ids = own.split('\n').filter((line) => line.includes('hashing-process'))
      expect(ids).toHaveLength(1)
      process.kill(Number.parseInt(ids[0]!, 10), 'SIGKILL')
    }
    const all = Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        hashApart({ password: n % 2 ? 'cacao' : 'otra', hashed, rounds: 10 }),
      ),
    )
    kill()
    expect(await all).toEqual(Array.from({ length: 30 }, (_, n) => n % 2 === 1))
    // Nor is one lost to whoever has ended already, unseen.
    kill()
    expect(await hashApart({ password: 'cacao', hashed, rounds: 10 })).toBe(true)
  })

  test('el proceso que termina por no usarse no se lleva la que llega entonces', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    vi.resetModules()
    const apart = await import('../../supabase/local/auth/hashing-apart.ts')
    const work = { password: 'cacao', hashed: await hashPassword('cacao'), rounds: 10 }
    expect(await apart.hashApart(work)).toBe(true)
    vi.advanceTimersToNextTimer()
    // One end waits for the two that end together, and none while there is work.
    expect(await Promise.all([apart.hashApart(work), apart.hashApart(work)])).toEqual([true, true])
    expect(vi.getTimerCount()).toBe(1)
    const working = apart.hashApart(work)
    expect(vi.getTimerCount()).toBe(0)
    expect(await working).toBe(true)
  })
})
