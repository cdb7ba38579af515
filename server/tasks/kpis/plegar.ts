import { defineTask } from 'nitropack/runtime'
import { pools } from '../../db/pools.ts'

const AT_ONCE = 20_000

/** Every minute: what changed in the indicators joins their sums. Reading is exact without it, only slower. */
export default defineTask({
  meta: { name: 'kpis:plegar', description: 'Suma a los indicadores lo que cambió.' },
  async run() {
    const database = pools().database.as({ role: 'service_role' })
    let total = 0
    for (const fold of ['plegar_kpis', 'plegar_produccion'])
      for (let folded = AT_ONCE; folded === AT_ONCE; total += folded) {
        const [row] = await database.query<{ n: string }>(`select privado.${fold}($1) as n`, [AT_ONCE])
        folded = Number(row?.n)
      }
    return { result: total }
  },
})
