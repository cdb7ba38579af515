import { readFile } from 'node:fs/promises'
import bcrypt from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { hashPassword, inTurns, isPassword } from '../../supabase/local/auth/hashing.ts'

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
        await new Promise((resolve) => setTimeout(resolve, 2))
        corriendo--
        if (falla) throw new Error('falla')
        return 'listo'
      }).catch(() => 'falló')
    const todos = await Promise.all(Array.from({ length: 9 }, (_, n) => uno(n % 3 === 0)))
    expect(mas).toBe(2)
    expect(todos.filter((como) => como === 'listo')).toHaveLength(6)
  })

  test('lo que nadie guardó no vale y tarda como lo que sí', async () => {
    const hash = await hashPassword('cacao-demo-2025')
    expect(await isPassword('cacao-demo-2025', hash)).toBe(true)
    const tarda = async (guardado: string | null) => {
      const desde = performance.now()
      expect(await isPassword('otra', guardado)).toBe(false)
      return performance.now() - desde
    }
    await tarda(null)
    const [conocida, desconocida] = [[], []] as number[][]
    for (let n = 0; n < 7; n++) {
      conocida!.push(await tarda(hash))
      desconocida!.push(await tarda(null))
    }
    // Wide enough for a machine with other things to do; without the hash it would be a thousandth.
    const razon = Math.min(...desconocida!) / Math.min(...conocida!)
    expect(razon).toBeGreaterThan(0.25)
    expect(razon).toBeLessThan(4)
  })
})
