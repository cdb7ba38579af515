import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { AuthSettings } from '../admin/settings.ts'
import { openAddressTurns } from './frequency.ts'

test('quien pide correos de una dirección ajena no le alarga la espera a quien se registra con ella', async () => {
  const turns = openAddressTurns({ mailEveryMs: 1000 } as AuthSettings)
  turns.note('ana@example.com')
  expect(() => turns.take('ana@example.com')).toThrow('security purposes')
  await sleep(700)
  turns.note('ana@example.com')
  await sleep(320)
  turns.take('ana@example.com')
  // Its own wait begins when its mail has left.
  await sleep(700)
  turns.renew('ana@example.com')
  await sleep(320)
  expect(() => turns.take('ana@example.com')).toThrow('security purposes')
})
