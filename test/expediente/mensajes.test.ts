// What was said and the stamp of the root, in a bag that the installation itself signed: who has its key proves no more.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fuentes } from '../../server/expediente/bolsa.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { openTsa, type Tsa } from '../support/tsa.ts'
import { enZip, hacer, VERIFICADOR } from './muestra.ts'
import { unzip } from './unzip.ts'

let dir: string
let tsa: Tsa
beforeAll(async () => {
  dir = await makeTempDir('triboka-mensajes-')
  tsa = openTsa()
})
afterAll(() => {
  tsa.close()
  rmSync(dir, { recursive: true, force: true })
})

/** What the verifier says of a bag whose sources are others. */
async function says(change: (fuentes: Fuentes) => Partial<Fuentes>) {
  const { exp, fuentes } = await hacer()
  const bytes = await enZip({ exp, fuentes: { ...fuentes, ...change(fuentes) } })
  const file = join(dir, 'uno.zip')
  writeFileSync(file, bytes)
  const { status, stdout } = spawnSync(process.execPath, [VERIFICADOR, file], { encoding: 'utf8' })
  return { status, said: stdout, bytes }
}

/** The rows of a source, each changed or left out. */
const but = <T>(rows: () => AsyncIterable<T>, change: (row: T, i: number) => T | undefined) =>
  async function* () {
    let i = 0
    for await (const row of rows()) {
      const changed = change(row, i++)
      if (changed) yield changed
    }
  }

test('un mensaje que no es el que se selló, que falta o que sobra, se nombra', async () => {
  const sealed = 'data/evidencia/mensajes.jsonl'
  const readable = 'data/conversacion/mensajes.jsonl'
  expect(await says(() => ({}))).toMatchObject({ status: 0 })
  const cases: [(fuentes: Fuentes) => Partial<Fuentes>, string][] = [
    [
      ({ sellados }) => ({
        sellados: but(sellados, (m, i) => (i ? m : { ...m, canonico: m.canonico.replace('Ana', 'Eva') })),
      }),
      `${sealed}: el mensaje 1 no es el que se selló`,
    ],
    [
      ({ sellados }) => ({ sellados: but(sellados, (m, i) => (i ? m : undefined)) }),
      `${sealed}: falta el mensaje 1`,
    ],
    [
      ({ sellados }) => ({ sellados: but(sellados, (m) => ({ ...m, id: `${m.id}0` })) }),
      `${sealed}: el mensaje 10 no está en la cadena`,
    ],
    [
      ({ mensajes }) => ({
        mensajes: but(mensajes, (m, i) => (i ? { ...m, cuerpo: m.cuerpo.replace('Bien', 'Mal') } : m)),
      }),
      `${readable}: el mensaje 2 no es el que se selló`,
    ],
    [
      ({ mensajes }) => ({
        mensajes: but(mensajes, (m, i) => (i ? m : { ...m, cuerpo: m.cuerpo.replace('101', '102') })),
      }),
      `${readable}: el mensaje 1 no es el que se selló`,
    ],
    [
      ({ mensajes }) => ({ mensajes: but(mensajes, (m, i) => (i ? undefined : m)) }),
      `${readable}: falta el mensaje 2`,
    ],
  ]
  for (const [change, what] of cases)
    expect(await says(change)).toMatchObject({ status: 1, said: expect.stringContaining(what) })
})

test('de los mensajes cuya sal se borró dice que no los pudo comprobar', async () => {
  expect(await says(() => ({ sales: [] }))).toMatchObject({
    status: 0,
    said: expect.stringContaining('No se comprobó aquí: los mensajes cuya sal se borró.'),
  })
})

test('el sello de tiempo va con lo que hace falta para que openssl lo compruebe', async () => {
  const sealed = ({ ancla }: Fuentes, of: string) => ({
    ancla: { ...ancla!, sello: tsa.stamp(of).toString('base64') },
    autoridades: tsa.ca,
  })
  const { status, said, bytes } = await says((fuentes) => sealed(fuentes, fuentes.ancla!.nota))
  expect([status, said]).toEqual([0, expect.stringMatching(/Sello de tiempo de la raíz: 20\d\d-\d\d-\d\d /)])
  expect(said).toContain('No se comprobó aquí: la firma de quien selló el tiempo')
  for (const [name, content] of await unzip(bytes)) {
    if (!name.includes('/evidencia/')) continue
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), content)
  }
  const at = (name: string) => join(dir, 'CT-2026-00001-expediente-5/data/evidencia', name)
  // As LEEME.txt says.
  const check = (data: string, authority: string) =>
    spawnSync(
      'openssl',
      [
        ...['ts', '-verify', '-data', data, '-in', at('sello.tsr')],
        ...['-untrusted', at('sello-certificados.pem'), '-CAfile', authority],
      ],
      { encoding: 'utf8' },
    )
  expect(check(at('raiz.txt'), at('sello-autoridades.pem'))).toMatchObject({ status: 0 })
  expect(check(at('raiz.txt'), join(tsa.dir, 'otra.pem')).status).not.toBe(0)
  expect(check(at('pruebas.json'), at('sello-autoridades.pem')).status).not.toBe(0)
  expect(await says((fuentes) => sealed(fuentes, 'otra raíz'))).toMatchObject({
    status: 1,
    said: expect.stringContaining('data/evidencia/sello.tsr: no es un sello de la raíz firmada'),
  })
})

test('lo que no es un sello, o tiene otra firma, va como está, y se dice; el expediente sale entero', async () => {
  const { fuentes } = await hacer()
  const bad = tsa.stamp(fuentes.ancla!.nota)
  bad[bad.length - 20]! ^= 1
  for (const [sello, what] of [
    [Buffer.from('no es un sello'), 'sello.tsr: no es un sello de la raíz firmada'],
    [bad, 'raiz/3'],
  ] as const) {
    const { status, said, bytes } = await says(({ ancla }) => ({
      ancla: { ...ancla!, sello: sello.toString('base64') },
    }))
    expect([status, said]).toEqual([1, expect.stringContaining(what)])
    expect([...(await unzip(bytes))].find(([name]) => name.endsWith('/sello.tsr'))![1]).toEqual(sello)
  }
})
