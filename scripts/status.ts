// npm run -s status: KEY=value lines of the running stack; exit 1 and one line on stderr when nothing runs.
import { findTarget, main } from './target.ts'

await main(async () => {
  for (const [name, value] of Object.entries(await findTarget())) process.stdout.write(`${name}=${value}\n`)
})
