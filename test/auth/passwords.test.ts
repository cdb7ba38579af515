import { readFile } from 'node:fs/promises'
import bcrypt from 'bcryptjs'
import { describe, expect, test, vi } from 'vitest'
import { hashPassword, inTurns, isPassword } from '../../supabase/local/auth/hashing.ts'
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
    const hash = await hashPassword('cacao-demo-2025')
    expect(await isPassword('cacao-demo-2025', hash)).toBe(true)
    const costs = async (saved: string | null) => {
      const compare = vi.spyOn(bcrypt, 'compare')
      expect(await isPassword('otra', saved)).toBe(false)
      const calls = compare.mock.calls.map(([, con]) => Number(con.split('$')[2]))
      compare.mockRestore()
      return calls
    }
    expect(await costs(hash)).toEqual([10])
    for (const nobody of [null, null]) expect(await costs(nobody)).toEqual([10])
  })
})
