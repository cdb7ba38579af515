// The rules of Prometheus: that it takes them, that they are told when they should be, and of names that exist.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { requireProgram, startProgram } from '../support/programs.ts'

const FOLDER = join(PROJECT_DIR, 'supabase/docker/prometheus')

interface Rule {
  alert: string
  expr: string
  labels: Record<string, string>
  annotations: Record<string, string>
}
const rules = (
  parse(await readFile(join(FOLDER, 'alertas.yml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules)

// What stands between names in PromQL and is none; functions are told by their parenthesis.
const WORDS = new Set(['and', 'or', 'unless', 'offset', 'bool'])

/** Names of series in an expression: what is left without strings, labels, groupings, durations and functions. */
function namesIn(expr: string): string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/(?<![\w.])[a-z_][\w:]*(?!\w|\s*\()/gi)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name))
}

beforeAll(() => {
  requireProgram('promtool', 'prometheus')
})

describe('las alertas', () => {
  test('las admite Prometheus, y a quien las lee también', () => {
    const promtool = (...args: string[]) =>
      execFileSync('promtool', args, { cwd: FOLDER, encoding: 'utf8', stdio: 'pipe' })
    expect(promtool('check', 'rules', 'alertas.yml')).toContain(`${rules.length} rules found`)
    for (const config of ['prometheus.yml', '../../pilot/prometheus.yml'])
      promtool('check', 'config', '--syntax-only', config)
  })

  test('se dicen cuando toca y no antes', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'alertas.prueba.yml'], {
      cwd: FOLDER,
      encoding: 'utf8',
    })
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  test('un Prometheus de verdad lee un piloto con ellas, y ninguna falla', async () => {
    const dir = await makeTempDir('triboka-prometheus-')
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const { functionsUrl, supabaseUrl } = inject('stack')
    const config = await readFile(join(PROJECT_DIR, 'supabase/pilot/prometheus.yml'), 'utf8')
    await writeFile(
      join(dir, 'prometheus.yml'),
      config
        .replace('127.0.0.1:8000', new URL(functionsUrl).host)
        .replace('127.0.0.1:54321', new URL(supabaseUrl).host)
        .replace('/opt/triboka', PROJECT_DIR)
        .replaceAll('15s', '1s'),
    )
    const [port] = await findFreePorts(1)
    const prometheus = await startProgram(
      'prometheus',
      [
        `--config.file=${dir}/prometheus.yml`,
        `--storage.tsdb.path=${dir}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      [port!],
    )
    onTestFinished(() => prometheus.stop())
    const api = async (path: string) =>
      (await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()).data
    const read = async () => {
      const { activeTargets } = await api('targets')
      const { groups } = await api('rules')
      return {
        targets: activeTargets.map(({ health }: { health: string }) => health),
        rules: groups.flatMap((group: { rules: { health: string }[] }) =>
          group.rules.map(({ health }) => health),
        ),
      }
    }
    await expect
      .poll(read, { timeout: 25_000, interval: 500 })
      .toEqual({ targets: ['up', 'up'], rules: rules.map(() => 'ok') })
  })

  test('cada una dice cuán grave es, qué pasa y qué hacer', () => {
    for (const { alert, labels, annotations } of rules) {
      expect([alert, labels.severidad]).toEqual([alert, expect.stringMatching(/^(urgente|aviso)$/)])
      expect([alert, Object.keys(annotations).sort()]).toEqual([alert, ['que_hacer', 'resumen']])
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })

  test('miran solo lo que /metrics cuenta', async () => {
    const { functionsUrl, supabaseUrl } = inject('stack')
    const texts = await Promise.all(
      [functionsUrl, supabaseUrl].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    )
    const known = new Set(['up'])
    for (const [, name, type] of texts.join('\n').matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      known.add(name!)
      if (type === 'histogram') for (const part of ['bucket', 'sum', 'count']) known.add(`${name}_${part}`)
    }
    const asked = new Set(rules.flatMap(({ expr }) => namesIn(expr)))
    expect(asked.size).toBeGreaterThan(10)
    expect([...asked].filter((name) => !known.has(name))).toEqual([])
  })
})
