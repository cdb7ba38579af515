// What CONTRIBUTING says of the files of the repository, and what a fresh clone has of them.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

const read = (path: string) => readFile(join(PROJECT_DIR, path), 'utf8')
const git = (...args: string[]) =>
  execFileSync('git', ['-C', PROJECT_DIR, ...args], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
const tracked = git('ls-files')

const SOURCE = /\.(ts|js|mjs|sql|sh|css|template|yml)$|^\.ci\/run$/
/** Made by a program (a migration is as long as what changes together, and is never edited), or somebody else's. */
const FOREIGN = /^(supabase\/database\.types\.ts|supabase\/migrations\/|test\/deployment\/official\/)/
const LINES = 200
/** A file of tests lists how one thing behaves: half as much again. */
const LINES_OF_TESTS = 300

/** Those that are longer, and why they are still one file. None is added without a reason, and one that fits goes. */
const LONGER: Record<string, string> = {
  'scripts/demo/flow.ts': 'one story, told in order',
  'server/expediente/verificador/verificar.mjs': 'who is given it has one file to read and to run',
  'supabase/docker/compose.triboka.yml': 'Compose reads one file',
  'supabase/schemas/20_contratos/50_contratos.sql': 'a table whole, with every trigger in its order',
  'supabase/local/postgres/cluster.ts': 'a process and its life: what starts it, watches it and ends it',
}
const isListed = (path: string) => path in LONGER

describe('los archivos', () => {
  test('son cortos; los que no, están contados y dicen por qué', async () => {
    const sources = tracked.filter((path) => SOURCE.test(path) && !FOREIGN.test(path))
    expect(sources.length).toBeGreaterThan(400)
    const long: string[] = []
    for (const path of sources) {
      const lines = (await read(path)).split('\n').length - 1
      if (lines > (/^test\/|\.test\.ts$/.test(path) ? LINES_OF_TESTS : LINES)) long.push(path)
    }
    expect(long.filter((path) => !isListed(path))).toEqual([])
    expect(Object.keys(LONGER).filter((name) => !long.includes(name))).toEqual([])
  })

  test('una decisión cabe en una página', async () => {
    for (const page of tracked.filter((path) => path.startsWith('docs/decisiones/')))
      expect([page, (await read(page)).split('\n').length - 1 <= 40]).toEqual([page, true])
  })

  test('storage/ está en un clon, con su página y sin nada más', () => {
    expect(tracked.filter((path) => path.startsWith('storage/'))).toEqual(['storage/README.md'])
    const ignored = git(
      'check-ignore',
      'storage/contratos/CT-2025-00014/factura_001.pdf',
      'storage/.store~/x',
    )
    expect(ignored).toHaveLength(2)
    expect(tracked.filter((path) => /(^|\/)\.temp\/|^(\.data|\.output|respaldos)\//.test(path))).toEqual([])
  })
})
