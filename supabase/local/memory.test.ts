import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { STACK_MEMORY } from './memory.ts'
import { PROJECT_DIR } from './settings.ts'

test('la pila arranca igual con npm, en la unidad de un piloto y en las pruebas', async () => {
  const program = `${STACK_MEMORY.join(' ')} scripts/start.ts`
  const { scripts } = JSON.parse(await readFile(join(PROJECT_DIR, 'package.json'), 'utf8'))
  expect(scripts.start).toBe(`node ${program}`)
  const unit = await readFile(join(PROJECT_DIR, 'supabase/pilot/triboka.service'), 'utf8')
  expect(unit).toMatch(new RegExp(`^ExecStart=\\S+/node ${program.replaceAll('.', '\\.')}$`, 'm'))
})
