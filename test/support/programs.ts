import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 60_000

/** A server of the system that a test has started. */
export interface Program {
  child: ChildProcess
  /** What it wrote. */
  output(): string
  /** Sends a signal that ends it, and waits. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Fails with one line that says what to install, rather than to pass over what needs it. */
export function requireProgram(name: string, aptPackage: string): void {
  if (spawnSync(name, ['-v']).error)
    throw new Error(`${name} is not installed, and this test needs it: apt-get install ${aptPackage}`)
}

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** Starts a program and waits until it listens on every port. */
export async function startProgram(
  name: string,
  args: string[],
  ports: number[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Program> {
  const child = spawn(name, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  async function stop(signal: NodeJS.Signals = 'SIGTERM') {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const deadline = Date.now() + PATIENCE_MS
  for (const port of ports) {
    while (!(await isListening(port))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await stop('SIGKILL')
        throw new Error(`${name} did not start:\n${output}`)
      }
      await sleep(20)
    }
  }
  return { child, output: () => output, stop }
}
