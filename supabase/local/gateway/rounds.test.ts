import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openRounds } from './rounds.ts'

test('de cada quien empiezan unas cuantas por vuelta, en su orden, y nadie espera por las de otro', async () => {
  const round = openRounds(4)
  const begun: string[] = []
  const ask = (who: string | undefined, name: string) => round(who).then(() => void begun.push(name))
  const all = Promise.all(Array.from({ length: 10 }, (_, n) => ask('ana', `ana ${n}`)))
  const others = Promise.all([ask('beto', 'beto'), ask(undefined, 'nadie')])
  await others
  expect(begun).toEqual(['ana 0', 'ana 1', 'ana 2', 'ana 3', 'beto', 'nadie'])
  await nextTurn()
  await ask('carla', 'carla')
  expect(begun.slice(6)).toEqual(['ana 4', 'ana 5', 'ana 6', 'ana 7', 'carla'])
  await all
  expect(begun.slice(11)).toEqual(['ana 8', 'ana 9'])
  // Nothing of it stays: four begin at once again.
  await nextTurn()
  await nextTurn()
  void Promise.all(Array.from({ length: 5 }, (_, n) => ask('ana', `otra ${n}`)))
  await Promise.resolve()
  await Promise.resolve()
  expect(begun.slice(13)).toEqual(['otra 0', 'otra 1', 'otra 2', 'otra 3'])
})
