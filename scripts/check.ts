// npm run check: lint and format, types, dead code, generated files fresh. Runs all, then tells what failed.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { PROJECT_DIR } from '../supabase/local/settings.ts'

readCommandLine({
  name: 'npm run check',
  about: 'Estilo, tipos, código que nadie usa y archivos generados: corre todo y dice qué falló.',
})

const CHECKS: [string, string, string[]][] = [
  ['lint and format', 'biome', ['ci', '--error-on-warnings', '.']],
  ['types', 'tsc', ['-p', '.']],
  ['dead code', 'knip', []],
  ['generated types', 'node', ['scripts/types.ts', '--check']],
  ['generated routes of nginx', 'node', ['scripts/nginx-routes.ts', '--check']],
]

const failed = CHECKS.filter(([name, command, args]) => {
  process.stdout.write(`\n— ${name}\n`)
  return (
    spawnSync(join(PROJECT_DIR, 'node_modules/.bin', command), args, { cwd: PROJECT_DIR, stdio: 'inherit' })
      .status !== 0
  )
})
process.stdout.write(
  failed.length ? `\nFailed: ${failed.map(([name]) => name).join(', ')}\n` : '\nAll checks passed.\n',
)
process.exitCode = failed.length ? 1 : 0
