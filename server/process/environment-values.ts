// What the values of the environment look like; the messages are for who starts the process.
import * as v from 'valibot'

export const httpUrl = v.pipe(
  v.string('is missing'),
  v.url('is not a URL'),
  v.regex(/^https?:/, 'is not an http(s) URL'),
  v.transform((url) => url.replace(/\/+$/, '')),
)
export const seconds = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}$/, 'is not a number of seconds, up to 999'),
  v.transform(Number),
)
