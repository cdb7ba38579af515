import { expect, test } from 'vitest'
import { MAIL_ANSWER_MS, openPace } from './discreet.ts'

/** A clock that goes on only as it is told. */
function stoppedClock() {
  let time = 0
  return {
    now: () => time,
    /** Others wait beside it, so that time is what the longest of them took. */
    async wait(ms: number) {
      const until = time + ms
      await Promise.resolve()
      time = Math.max(time, until)
    },
    work: (ms: number, hasMailed: boolean) => async () => {
      const until = time + ms
      await Promise.resolve()
      time = Math.max(time, until)
      return { answer: 'lista', hasMailed }
    },
  }
}

test('nada se responde antes; y si el último correo tardó más, lo que no envía ninguno tarda eso', async () => {
  const clock = stoppedClock()
  const evenly = openPace(clock)
  const took = async (ms: number, hasMailed: boolean) => {
    const began = clock.now()
    expect(await evenly(clock.work(ms, hasMailed))).toBe('lista')
    return clock.now() - began
  }
  expect(await took(3, false)).toBe(MAIL_ANSWER_MS)
  expect(await took(200, true)).toBe(MAIL_ANSWER_MS)
  expect(await took(3, false)).toBe(MAIL_ANSWER_MS)
  expect(await took(2500, true)).toBe(2500)
  expect(await took(3, false)).toBe(2500)
  // A server of mail that does not answer holds nobody up for longer than that.
  expect(await took(60_000, true)).toBe(60_000)
  expect(await took(3, false)).toBe(10_000)
})

test('lo que falla se dice, y no antes', async () => {
  const clock = stoppedClock()
  const evenly = openPace(clock)
  await expect(evenly(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(clock.now()).toBe(MAIL_ANSWER_MS)
})
