import { readFile } from 'node:fs/promises'
import bcrypt from 'bcryptjs'
import { describe, expect, test, vi } from 'vitest'
import { hashPassword, inTurns, isPassword } from '../../supabase/local/auth/hashing.ts'
import { turns } from '../support/turns.ts'

describe('las contraseñas', () => {
  test('se calculan fuera del hilo y dejan pasar a los archivos', async () => {
    const hash = await hashPassword('cacao-demo-2025')
    let listas = 0
    let vueltas = 0
    let termino = false
    const girar = () => {
      vueltas++
      if (!termino) setImmediate(girar)
    }
    // By the name under which lite asks for it.
    const todas = Promise.all(
      Array.from({ length: 12 }, () => bcrypt.compare('otra', hash).then(() => listas++)),
    )
    girar()
    await readFile(new URL(import.meta.url))
    expect(listas).toBeLessThan(6)
    await todas
    termino = true
    // On the thread there would be one turn for each 100 ms of work.
    expect(vueltas).toBeGreaterThan(200)
  })

  test('de a pocas a la vez, y todas', async () => {
    let corriendo = 0
    let mas = 0
    const porTurno = inTurns(2)
    const uno = (falla: boolean) =>
      porTurno(async () => {
        mas = Math.max(mas, ++corriendo)
        await turns(3)
        corriendo--
        if (falla) throw new Error('falla')
        return 'listo'
      }).catch(() => 'falló')
    const todos = await Promise.all(Array.from({ length: 9 }, (_, n) => uno(n % 3 === 0)))
    expect(mas).toBe(2)
    expect(todos.filter((como) => como === 'listo')).toHaveLength(6)
  })

  test('lo que nadie guardó no vale, y se compara igual: una vez, con un hash del mismo costo', async () => {
    const hash = await hashPassword('cacao-demo-2025')
    expect(await isPassword('cacao-demo-2025', hash)).toBe(true)
    const costos = async (guardado: string | null) => {
      const compare = vi.spyOn(bcrypt, 'compare')
      expect(await isPassword('otra', guardado)).toBe(false)
      const calls = compare.mock.calls.map(([, con]) => Number(con.split('$')[2]))
      compare.mockRestore()
      return calls
    }
    expect(await costos(hash)).toEqual([10])
    for (const nadie of [null, null]) expect(await costos(nadie)).toEqual([10])
  })
})
