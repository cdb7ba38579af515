// Hashes in a thread of its own, which yields to everybody else: a quiet processor is all its own, and a read that
// comes meanwhile does not wait for the rest of a hash. JavaScript, unlike all the rest: a thread that has to read
// TypeScript holds 15 MB more.
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import bcrypt from 'bcrypt'

/** Enough for others to come first, and not so much that on a busy machine nobody could sign in. */
const YIELDING = 10

try {
  // 0 is the calling thread to Linux, not the process.
  if (process.platform === 'linux') setPriority(0, YIELDING)
} catch {
  // A machine that forbids it hashes at the priority of all.
}

parentPort.on('message', ({ password, hashed, rounds }) => {
  try {
    const value =
      hashed === undefined ? bcrypt.hashSync(password, rounds) : bcrypt.compareSync(password, hashed)
    parentPort.postMessage({ value })
  } catch (error) {
    parentPort.postMessage({ fault: error instanceof Error ? error.message : String(error) })
  }
})
