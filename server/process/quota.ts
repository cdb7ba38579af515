import * as v from 'valibot'

/** So many requests in so many seconds. */
export interface Quota {
  points: number
  seconds: number
}

const WRITTEN = /^([1-9]\d{0,8})\/([1-9]\d{0,4})$/

/** A limit as the environment writes it: `600/60`, six hundred in sixty seconds; `off` is none. */
export const quota = v.pipe(
  v.string(),
  v.check((text) => text === 'off' || WRITTEN.test(text), 'is neither off nor <requests>/<seconds>'),
  v.transform((text): Quota | undefined => {
    const [, points, seconds] = WRITTEN.exec(text) ?? []
    return points ? { points: Number(points), seconds: Number(seconds) } : undefined
  }),
)
