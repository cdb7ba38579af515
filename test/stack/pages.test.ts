// What README, LEEME, CONTRIBUTING and the pages beside them say of the commands is so.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import vitest from '../../vitest.config.ts'
import { sql } from '../support/sql.ts'

const read = (path: string) => readFile(join(PROJECT_DIR, path), 'utf8')
const scripts: Record<string, string> = JSON.parse(await read('package.json')).scripts

describe('las órdenes', () => {
  test('que nombran las páginas existen', async () => {
    const decisions = await readdir(join(PROJECT_DIR, 'docs/decisiones'))
    const pages = [
      ...['README.md', 'docs/LEEME.md', 'CONTRIBUTING.md', 'storage/README.md', 'bench/README.md'],
      ...['entorno', 'errores', 'operacion', 'respaldos'].map((name) => `docs/${name}.md`),
      ...decisions.map((name) => `docs/decisiones/${name}`),
    ]
    const missing: string[] = []
    for (const page of pages)
      for (const [, name] of (await read(page)).matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g))
        if (!scripts[name!]) missing.push(`${page}: ${name}`)
    expect(missing).toEqual([])
  })

  test('de prueba son una por proyecto, y README y LEEME dicen todas', async () => {
    const projects = vitest.test!.projects!.map(
      (project) => (project as { test: { name: string } }).test.name,
    )
    for (const project of projects) {
      const name = Object.keys(scripts).find((key) => scripts[key] === `vitest run --project ${project}`)
      expect([project, name]).toEqual([project, expect.any(String)])
      for (const page of ['README.md', 'docs/LEEME.md', '.ci/run'])
        expect(await read(page)).toContain(name === 'test' ? 'npm test' : `npm run ${name}`)
    }
  })

  test('corren en el Node que trae npm, no en el que esté instalado', async () => {
    const { dependencies } = JSON.parse(await read('package.json'))
    expect(dependencies.node).toMatch(/^\^24\./)
    expect(process.versions.node).toBe(JSON.parse(await read('node_modules/node/package.json')).version)
  })
})

test('el contrato y el lote del ejemplo de la conversación son los de la demostración', async () => {
  const text = await read('README.md')
  const [, codigo, nombre] = /'codigo', '(CT-[\d-]+)'\)\.eq\('lotes_asociados\.codigo_lote', '(LT-\d+)'/.exec(
    text,
  )!
  const rows = await sql(
    `select c.codigo, l.codigo_lote from public.contratos c join public.lotes_asociados l on l.contrato_id = c.id
       where c.codigo = $1 and l.codigo_lote = $2`,
    [codigo, nombre],
  )
  expect(rows).toEqual([{ codigo, codigo_lote: nombre }])
})
