import { parseArgs } from 'node:util'

interface Option {
  /** Shown in the place of its value; an option without it takes none. */
  value?: string
  about: string
}

/** How a command is called; its help is made of this. */
export interface CommandLine {
  /** As one writes it: `npm run restaurar`. */
  name: string
  about: string
  /** What it takes besides options, in order: `<folder>` must be given, `[date]` may be. */
  positionals?: string[]
  options?: Record<string, Option>
}

type Values<O> = { [name in keyof O]: (O[name] extends { value: string } ? string : true) | undefined }

/** What the command was called with. */
export interface Arguments<O> {
  options: Values<O>
  positionals: string[]
}

/** A call that the command does not understand; the message is for who made it. */
export class UsageError extends Error {
  override name = 'UsageError'
}

const HELP: Option = { about: 'muestra esta ayuda, y nada más' }

function usage({ name, positionals = [], options }: CommandLine): string {
  const given = [...positionals, ...(options ? ['[opciones]'] : [])]
  return given.length ? `${name} -- ${given.join(' ')}` : name
}

/** The text of --help. */
export function help(command: CommandLine): string {
  const rows = Object.entries({ ...command.options, help: HELP }).map(([name, { value, about: what }]) => [
    `--${name}${value ? ` <${value}>` : ''}`,
    what,
  ])
  const width = Math.max(...rows.map(([left]) => left!.length))
  return `${usage(command)}\n\n${command.about}\n\n${rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`).join('\n')}\n`
}

/**
 * Reads the arguments of a command.
 * @returns null where it was asked for its help.
 * @throws UsageError for what the command does not take, in one line.
 */
export function parseCommandLine<const O extends Record<string, Option>>(
  command: CommandLine & { options?: O },
  args: string[],
): Arguments<O> | null {
  const known: Record<string, Option> = { ...command.options, help: HELP }
  const { tokens } = parseArgs({
    args,
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(
        Object.entries(known).map(
          ([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }] as const,
        ),
      ),
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return null
  const options: Record<string, string | true> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    const option = Object.hasOwn(known, name) ? known[name] : undefined
    if (!option) throw new UsageError(`No existe la opción ${rawName}.`)
    if (option.value && !value)
      throw new UsageError(`La opción ${rawName} necesita un valor: <${option.value}>.`)
    if (!option.value && value !== undefined) throw new UsageError(`La opción ${rawName} no lleva valor.`)
    if (name in options) throw new UsageError(`La opción ${rawName} está repetida.`)
    options[name] = value ?? true
  }
  const { positionals: expected = [] } = command
  const missing = expected[positionals.length]
  if (missing?.startsWith('<')) throw new UsageError(`Falta ${missing}.`)
  if (positionals.length > expected.length) throw new UsageError(`Sobra "${positionals[expected.length]}".`)
  return { options: options as Values<O>, positionals }
}

/**
 * The arguments of this process. Asked for help it shows it and ends, before anything is done; called wrong it says
 * how, and ends with 2.
 */
export function readCommandLine<const O extends Record<string, Option>>(
  command: CommandLine & { options?: O },
): Arguments<O> {
  try {
    const found = parseCommandLine(command, process.argv.slice(2))
    if (found) return found
    process.stdout.write(help(command))
    process.exit(0)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message} Se usa así: ${usage(command)} (--help cuenta más).\n`)
    process.exit(2)
  }
}
