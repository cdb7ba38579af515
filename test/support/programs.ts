import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { until } from './until.ts'

const PATIENCE_MS = 60_000

/** How a program ended, and what it wrote. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A program that a test has started. */
export interface Program {
  child: ChildProcess
  /** What it wrote so far, of both streams. */
  output(): string
  ended: Promise<Ended>
  /** Sends a signal that ends it, and waits. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Fails with one line that says what to install, rather than to pass over what needs it. */
export function requireProgram(name: string, aptPackage: string): void {
  if (spawnSync(name, ['-v']).error)
    throw new Error(`${name} is not installed, and this test needs it: apt-get install ${aptPackage}`)
}

/** Does anybody listen on that port of loopback? */
export const isListening = (port: number | string | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    const end = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })

/** Starts a program, and keeps what it writes. */
export function launch(name: string, args: string[], options: SpawnOptions = {}): Program {
  const child = spawn(name, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const wrote = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk) => {
      output += chunk
      wrote[stream] += chunk
    })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...wrote }))
  })
  // Who waits for it is told; who does not has its output.
  ended.catch(() => {})
  return {
    child,
    ended,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
    },
  }
}

/** Waits until a program is ready. Fails with all that it wrote if it ends before, or takes too long. */
export async function untilReady(
  program: Program,
  isReady: () => boolean | Promise<boolean>,
  ms = PATIENCE_MS,
): Promise<void> {
  const { child } = program
  try {
    await until(
      'it is ready',
      async () => {
        if (await isReady()) return true
        if (child.exitCode !== null || child.signalCode !== null) throw new Error('It ended.')
        return false
      },
      ms,
    )
  } catch (cause) {
    await program.stop('SIGKILL')
    throw new Error(`${child.spawnfile} did not start:\n${program.output()}`, { cause })
  }
}

/** Starts a program and waits until it listens on every port. */
export async function startProgram(
  name: string,
  args: string[],
  ports: number[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Program> {
  const program = launch(name, args, { env })
  for (const port of ports) await untilReady(program, () => isListening(port))
  return program
}
