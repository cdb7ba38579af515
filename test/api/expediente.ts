import { inject } from 'vitest'
import { until } from '../support/until.ts'
import type { Person } from './support.ts'

/** Asks for the expediente of a contract. */
export const bajarDe = (quien: Person, codigo: string | number, headers = {}, method = 'GET') =>
  fetch(`${inject('stack').functionsUrl}/contratos/${codigo}/expediente`, {
    method,
    headers: { authorization: `Bearer ${quien.token}`, ...headers },
  })

export const bytesDe = async (response: Response) => Buffer.from(await response.arrayBuffer())

/** The same, again while its person has others being made. */
export async function bajarCuandoHayaTurno(quien: Person, codigo: string | number) {
  const response = await until('a turn', async () => {
    const one = await bajarDe(quien, codigo)
    if (one.status === 429) return undefined
    return one
  })
  return { status: response!.status, body: await bytesDe(response!) }
}
