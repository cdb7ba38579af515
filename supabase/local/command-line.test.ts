import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { help, parseCommandLine, UsageError } from './command-line.ts'
import { PROJECT_DIR } from './settings.ts'

const COMMAND = {
  name: 'npm run prueba',
  about: 'Prueba.',
  positionals: ['<carpeta>', '[fecha]'],
  options: { si: { about: 'sí' }, cuantos: { value: 'n', about: 'cuántos' } },
}
const parse = (...args: string[]) => parseCommandLine(COMMAND, args)

test('entiende opciones y lo demás en cualquier orden', () => {
  expect(parse('a', '--si', '--cuantos', '3', 'b')).toEqual({
    options: { si: true, cuantos: '3' },
    positionals: ['a', 'b'],
  })
  expect(parse('--cuantos=3', 'a')).toEqual({ options: { cuantos: '3' }, positionals: ['a'] })
  expect(parse('--', '--si')).toEqual({ options: {}, positionals: ['--si'] })
})

test.each([[['--help']], [['-h']], [['a', '--nada', '--help']]])(
  'con %j muestra la ayuda y nada más',
  (args) => {
    expect(parse(...args)).toBeNull()
    for (const told of ['npm run prueba -- <carpeta> [fecha] [opciones]', '--cuantos <n>', '--help'])
      expect(help(COMMAND)).toContain(told)
  },
)

test.each([
  [['a', '--nada'], 'No existe la opción --nada.'],
  [['a', '-x'], 'No existe la opción -x.'],
  [['a', '--toString'], 'No existe la opción --toString.'],
  [['a', '--si=1'], 'La opción --si no lleva valor.'],
  [['a', '--cuantos'], 'La opción --cuantos necesita un valor: <n>.'],
  [['a', '--cuantos='], 'La opción --cuantos necesita un valor: <n>.'],
  [['a', '--si', '--si'], 'La opción --si está repetida.'],
  [[], 'Falta <carpeta>.'],
  [['a', 'b', 'c'], 'Sobra "c".'],
])('%j no se entiende: %s', (args, message) => {
  expect(() => parse(...args)).toThrow(new UsageError(message))
})

// Every command of package.json that is a program of ours: a new one is tried by being there.
const { scripts } = JSON.parse(readFileSync(join(PROJECT_DIR, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
const programs = Object.entries(scripts)
  .map(([name, line]) => [name, line.replace(/^(\w+=\S+ )+/, '')] as const)
  .filter(([, line]) => line.startsWith('node '))
  .map(([name, line]) => [name, line.split(' ').slice(1)] as const)

test.each(programs)('npm run %s: la ayuda no hace nada, y lo que no entiende lo dice', (name, program) => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [...program, ...args], {
      cwd: PROJECT_DIR,
      encoding: 'utf8',
      // Whatever it did would fail here.
      env: {
        PATH: '',
        DATA_DIR: '/dev/null/data',
        STORAGE_DIR: '/dev/null/storage',
        RESPALDOS_DIR: '/dev/null/r',
      },
    })
  const asked = run('--help')
  expect([name, asked.status, asked.stderr]).toEqual([name, 0, ''])
  expect(asked.stdout).toMatch(/^npm .+\n\n[\s\S]+\n\n[\s\S]*--help/)
  const wrong = run('--no-existe')
  expect([name, wrong.status, wrong.stdout]).toEqual([name, 2, ''])
  expect(wrong.stderr).toMatch(/^No existe la opción --no-existe\. Se usa así: npm .*\n$/)
})
