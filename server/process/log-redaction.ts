/** What is told of an error besides its message; Postgres and SMTP put the data of people into the rest. */
const TOLD = [
  'code',
  'status',
  'statusCode',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'syscall',
] as const
const CAUSES_AT_MOST = 5

/** An error as the log tells it. */
export function errorForLog(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) }
  const given = error as Error & Partial<Record<string, unknown>>
  const told = TOLD.flatMap((name) => {
    const value = given[name]
    return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : []
  })
  return {
    type: error.name,
    message: error.message,
    ...Object.fromEntries(told),
    stack: error.stack,
    ...(error.cause !== undefined &&
      depth < CAUSES_AT_MOST && { cause: errorForLog(error.cause, depth + 1) }),
  }
}

/** A letter as it stands in a text or in an address, which may write any of them as `%` and its number. */
function spelled(letter: string): string {
  const numbers = [letter, letter.toUpperCase()].map((one) => one.charCodeAt(0).toString(16))
  return `(?:${letter}|%(?:${numbers.join('|')}))`
}

const NAMES = ['testigo', 'token', 'access_token', 'refresh_token', 'apikey', 'password']
const NAMED = NAMES.map((name) => [...name].map(spelled).join('')).join('|')

// In this order: tokens of a session, keys of Supabase, what follows Bearer, passwords in URLs, tokens in links,
// addresses of mail. Every repetition that another could share is bounded: a long line is read once.
const SECRET = new RegExp(
  [
    /eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/,
    /\bsb_(?:secret|publishable)_[\w-]+/,
    /(?<=\bBearer )[^\s"\\]+/,
    /(?<=:\/\/[^\s:/@"\\]{0,64}:)[^\s/@"\\]{1,256}(?=@)/,
    new RegExp(`(?<=(?:(?<!\\w)|%26|%3f)(?:${NAMED})(?:=|%3d))[^\\s&"\\\\]+`),
    /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/,
    /-----BEGIN [A-Z ]+-----[^-]*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
)

// Something that every secret has; most lines have none of it, and are not looked at further.
const SUSPECT = /[@=]|:\/\/|eyJ|sb_|bearer|-----/i

/** A line of the log with every secret, token and address of mail taken out of it. */
export const withoutSecrets = (line: string): string =>
  SUSPECT.test(line) ? line.replace(SECRET, '[oculto]') : line
