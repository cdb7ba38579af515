// Hashes in a process of its own, which yields to everybody else: a quiet processor is all its own, and a read that
// comes meanwhile does not wait for the rest of a hash. A process, since Linux weighs those of a session against those of
// another before it looks at threads, and every connection of Postgres is a session: a thread of the gateway, however
// nice, counted as much as the gateway itself. JavaScript, unlike all the rest: what reads TypeScript holds 15 MB more.
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import bcrypt from 'bcrypt'

/** Enough for others to come first, and not so much that on a busy machine nobody could sign in. */
const YIELDING = 10

if (process.platform === 'linux') {
  // A machine that forbids one of the two, or knows no sessions, hashes at the priority of all. The threads that hash
  // come later, and are as nice as this one.
  for (const yieldTo of [
    () => setPriority(0, YIELDING),
    () => writeFileSync('/proc/self/autogroup', `${YIELDING}`),
  ]) {
    try {
      yieldTo()
    } catch {}
  }
}

process.on('message', async ({ n, password, hashed, rounds }) => {
  const done = await (hashed === undefined
    ? bcrypt.hash(password, rounds)
    : bcrypt.compare(password, hashed)
  ).then(
    (value) => ({ n, value }),
    (error) => ({ n, fault: error instanceof Error ? error.message : String(error) }),
  )
  if (process.connected) process.send(done)
})
// It ends with who asked for it, however that ended.
process.on('disconnect', () => process.exit())
