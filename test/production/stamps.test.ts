// The TSA is openssl's own: each test has an authority, a TSA and its answers.
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEnvironment } from '../../server/environment.ts'
import { certificatesOf } from '../../server/evidencia/autoridades.ts'
import { askStamp, readStamp, stampRequest } from '../../server/evidencia/sello.ts'
import { openTsa, type Tsa } from '../support/tsa.ts'

const HOLA = Buffer.from('hola\n')
const hash = (data: Buffer) => stampRequest(createHash('sha256').update(data).digest())
let tsa: Tsa
beforeAll(() => {
  tsa = openTsa()
})
afterAll(() => tsa.close())

describe('un sello de tiempo', () => {
  test('se pide como se conoce', () => {
    expect(hash(HOLA).toString('hex')).toBe(
      '30390201013031300d060960864801650304020105000420133ee989293f92736301280c6f14c89d521200c17dcdcecca30cd20705332d440101ff',
    )
  })

  test('dice cuándo, y vale con quien responde por la TSA', async () => {
    const stamp = tsa.stamp(HOLA)
    const ca = certificatesOf(tsa.ca)
    expect(ca).toHaveLength(1)
    const { en } = readStamp(stamp, HOLA, ca)
    expect(Math.abs(en.getTime() - Date.now())).toBeLessThan(60_000)
    expect(() => readStamp(stamp, HOLA, certificatesOf(tsa.otra))).toThrow('responde')
  })

  test('con quien responde por la TSA se arranca, y su archivo ya no se lee más', () => {
    const file = join(tsa.dir, 'una.pem')
    writeFileSync(file, tsa.ca)
    const { autoridades } = readEnvironment({
      SUPABASE_URL: 'http://127.0.0.1:54321',
      SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x',
      DATABASE_URL: 'postgresql://authenticator:x@127.0.0.1:54322/postgres',
      JWT_SECRET: 'a'.repeat(32),
      TSA_CA: file,
    }).evidencia
    rmSync(file)
    const stamp = tsa.stamp(HOLA)
    expect(readStamp(stamp, HOLA, autoridades)).toEqual(readStamp(stamp, HOLA, certificatesOf(tsa.ca)))
    expect(autoridades).toHaveLength(1)
  })

  test('de otra cosa no vale, ni cambiado, ni cortado', async () => {
    const stamp = tsa.stamp(HOLA)
    expect(() => readStamp(stamp, Buffer.from('adiós\n'))).toThrow('otra cosa')
    // The signature is at the end.
    const changed = Buffer.from(stamp)
    changed[changed.length - 20]! ^= 1
    expect(() => readStamp(changed, HOLA)).toThrow()
    expect(() => readStamp(stamp.subarray(0, -30), HOLA)).toThrow()
    expect(() => readStamp(Buffer.from('no es un sello'), HOLA)).toThrow()
    // What the TSA refuses: another version of the request.
    const refused = Buffer.from(hash(HOLA))
    refused[refused.indexOf(Buffer.from([2, 1, 1])) + 2] = 9
    expect(() => readStamp(tsa.answer(refused), HOLA)).toThrow('no selló')
  })

  test('se pide por HTTP', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.headers['content-type'])
      const parts: Buffer[] = []
      request
        .on('data', (part) => parts.push(part))
        .on('end', () => {
          if (request.url === '/rota') return response.writeHead(500).end()
          response
            .setHeader('content-type', 'application/timestamp-reply')
            .end(tsa.answer(Buffer.concat(parts)))
        })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const { en, respuesta } = await askStamp(`${url}/`, HOLA)
      expect(readStamp(respuesta, HOLA)).toEqual({ en })
      expect(asked).toEqual(['application/timestamp-query'])
      await expect(askStamp(`${url}/rota`, HOLA)).rejects.toThrow('500')
    } finally {
      server.close()
    }
  })
})
