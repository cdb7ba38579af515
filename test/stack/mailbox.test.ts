import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type KeptMail, listKept, openMailbox } from '../../server/process/mail/mailbox.ts'
import { type Mailbox, startMailbox } from '../../supabase/local/mailbox/server.ts'
import { SetupError } from '../../supabase/local/settings.ts'

let root: string
let folder: string
let mailbox: Mailbox

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'triboka-buzon-'))
  folder = join(root, 'mailbox')
  mailbox = await startMailbox({ folder: folder, port: 0 })
})
afterEach(async () => {
  await mailbox.close()
  await rm(root, { recursive: true })
})

const save = (mail: Partial<Parameters<ReturnType<typeof openMailbox>>[0]> = {}) =>
  openMailbox(
    folder,
    'Triboka <no-responder@localhost>',
  )({
    to: 'ana@finca.ec',
    subject: 'Confirme su correo',
    text: 'Confirmar:\nhttp://127.0.0.1:54321/auth/v1/verify?token=abc&type=signup',
    html: '<p>Hola</p>',
    ...mail,
  })

/** Asks with a Host of the caller's own, which fetch does not allow. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = new URL(mailbox.url)
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      request({ host: '127.0.0.1', port, path, method, headers }, async (response) => {
        const body = (await response.toArray()).map(String).join('')
        resolve({ status: response.statusCode!, headers: response.headers, body })
      })
        .on('error', reject)
        .end()
    },
  )
}

describe('lo que se guarda', () => {
  test('es solo de su dueño', async () => {
    await save()
    const [file] = await readdir(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, file!))).mode & 0o777).toBe(0o600)
  })

  test('son los 500 últimos, de los últimos 7 días, y nada ajeno se borra', async () => {
    await save({ subject: 'el primero' })
    const old = `${Date.now() - 8 * 24 * 3600_000}-00000000-0000-4000-8000-000000000000.json`
    await writeFile(join(folder, old), '{}')
    await writeFile(join(folder, 'notas.txt'), 'mías')
    for (let n = 0; n < 499; n++) await save({ subject: `carta ${n}` })
    expect(await readdir(folder)).toHaveLength(501)
    await save({ subject: 'la última' })
    const letters = await listKept(folder)
    expect([letters.length, letters[0]?.subject, letters.at(-1)?.subject]).toEqual([
      500,
      'la última',
      'carta 0',
    ])
    expect(await readdir(folder)).not.toContain(old)
    expect(await readdir(folder)).toContain('notas.txt')
  })

  test('llega entero aunque se escriba mientras se lee', async () => {
    const seen: KeptMail[][] = []
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        await save()
        seen.push(await listKept(folder))
      }),
    )
    expect(seen.flat().every(({ to }) => to === 'ana@finca.ec')).toBe(true)
    expect(await listKept(folder)).toHaveLength(30)
  })
})

describe('la página', () => {
  test('vacía, lo dice', async () => {
    expect((await ask('/')).body).toContain('Todavía no hay ninguno')
  })

  test('lista, abre cada una con su enlace y la da a los programas', async () => {
    await save()
    const [letter] = JSON.parse((await ask('/correos.json')).body)
    expect(letter).toMatchObject({ to: 'ana@finca.ec', subject: 'Confirme su correo', html: '<p>Hola</p>' })
    const lista = await ask('/')
    expect(lista.body).toContain(`<a href="/${letter.id}"><bdi>Confirme su correo</bdi></a>`)
    const one = await ask(`/${letter.id}`)
    expect(one.body).toContain('href="http://127.0.0.1:54321/auth/v1/verify?token=abc&#38;type=signup"')
    expect((await ask(`/${letter.id}/html`)).body).toBe('<base target="_blank"><p>Hola</p>')
  })

  test('nada de una carta se ejecuta ni sale de su marco', async () => {
    const BAD = '<script>parent.x = 1</script><img src=x onerror=alert(1)>'
    await save({ to: BAD, subject: BAD, text: BAD, html: BAD })
    const [{ id }] = JSON.parse((await ask('/correos.json')).body)
    for (const pagina of [await ask('/'), await ask(`/${id}`)]) {
      expect(pagina.body).not.toMatch(/<script|<img/)
      expect(pagina.headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'unsafe-inline'/,
      )
      expect(pagina.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    }
    const marco = await ask(`/${id}/html`)
    expect(marco.headers['content-security-policy']).toMatch(/default-src 'none'.*; sandbox allow-popups/)
    expect(marco.headers['content-security-policy']).not.toMatch(/allow-scripts|allow-same-origin|script-src/)
    expect((await ask(`/${id}`)).body).toMatch(
      /<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/,
    )
    for (const { headers } of [marco, await ask('/')])
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
  })

  test.each(['otro.test', '127.0.0.1:1', 'localhost.otro.test'])('no responde a Host: %s', async (host) => {
    await save()
    const { status, body } = await ask('/correos.json', { host })
    expect([status, body]).toEqual([403, expect.not.stringContaining('ana@')])
  })

  test('otra página no la lee', async () => {
    const { headers } = await ask('/correos.json', { origin: 'https://otro.test' })
    expect(headers).toMatchObject({ 'cross-origin-resource-policy': 'same-origin' })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test.each([
    ['GET', '/../keys.json', 404],
    ['GET', '/..%2fkeys.json', 404],
    ['GET', '/nada', 404],
    ['GET', '/correos.json/html', 404],
    ['POST', '/', 405],
    ['DELETE', '/correos.json', 405],
  ])('%s %s es %d', async (method, path, status) => {
    await writeFile(join(root, 'keys.json'), '{"jwtSecret":"x"}')
    const answer = await ask(path, {}, method)
    expect([answer.status, answer.body]).toEqual([status, expect.not.stringContaining('jwtSecret')])
  })

  test('con el puerto tomado se dice cuál es', async () => {
    const port = Number(new URL(mailbox.url).port)
    await expect(startMailbox({ folder: folder, port })).rejects.toThrow(SetupError)
    await expect(startMailbox({ folder: folder, port })).rejects.toThrow('MAILBOX_PORT')
  })
})
