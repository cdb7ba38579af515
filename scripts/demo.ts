// npm run demo: the example flow against the running stack, through the public SDK. Each run makes a new contract.
import { readCommandLine } from '../supabase/local/command-line.ts'
import { play } from './demo/flow.ts'
import { findTarget, main } from './target.ts'

readCommandLine({
  name: 'npm run demo',
  about:
    'Muestra el recorrido de un contrato contra la pila en marcha, por el SDK. Cada vez crea un contrato nuevo.',
})

await main(async () => {
  const env = await findTarget()
  const say = (line: string) => process.stdout.write(`${line}\n`)
  say(`Triboka: el recorrido de un contrato de cacao, por el SDK público en ${env.SUPABASE_URL}`)
  await play(env, say)
  say('\nTodo salió como debía.')
})
// The SDK keeps a timer of ten seconds for every channel that was left.
process.exit()
