import type { Routine, Table } from '../cache/types.ts'
import type { RestAnswer } from './answer.ts'

const allowing = (methods: string[]): RestAnswer => ({
  status: 200,
  headers: [['Allow', methods.join(',')]],
  body: '',
})

/** What may be done to a table, as far as it is of a kind that takes it. */
export function allowOfTable({ insertable, updatable, deletable, primaryKey }: Table): RestAnswer {
  const isUpsertable = insertable && updatable && primaryKey.length > 0
  return allowing([
    'OPTIONS',
    'GET',
    'HEAD',
    ...(insertable ? ['POST'] : []),
    ...(isUpsertable ? ['PUT'] : []),
    ...(updatable ? ['PATCH'] : []),
    ...(deletable ? ['DELETE'] : []),
  ])
}

export const allowOfRoutine = ({ volatility }: Routine): RestAnswer =>
  allowing(volatility === 'volatile' ? ['OPTIONS', 'POST'] : ['OPTIONS', 'GET', 'HEAD', 'POST'])

export const allowOfRoot = (): RestAnswer => allowing(['OPTIONS', 'GET', 'HEAD'])
