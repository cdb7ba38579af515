// The TSA is openssl's own: each test has an authority, a TSA and its answers.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askStamp, certificatesOf, readStamp, stampRequest } from '../../server/evidencia/sello.ts'

const HOLA = Buffer.from('hola\n')
let dir: string
const at = (name: string) => join(dir, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' })

/** A certificate of the authority, for what it says. */
function certify(name: string, extensions: string) {
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/CN=${name}`,
  )
  writeFileSync(at(`${name}.ext`), extensions)
  openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', `${name}.pem`, '-days', '30', '-extfile', `${name}.ext`],
  )
}

/** What the TSA of openssl answers to a request. */
function answer(request: Buffer): Buffer {
  writeFileSync(at('q'), request)
  openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'q', '-out', 'r')
  return readFileSync(at('r'))
}
const hash = (data: Buffer) => stampRequest(openssl('dgst', '-sha256', '-binary', write(data)))
function write(data: Buffer): string {
  writeFileSync(at('data'), data)
  return 'data'
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'triboka-tsa-'))
  for (const name of ['ca', 'otra'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
    )
  certify(
    'tsa',
    'extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n',
  )
  writeFileSync(
    at('tsa.cnf'),
    `[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\ncerts = ca.pem
signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\ness_cert_id_chain = no\n`,
  )
  writeFileSync(at('serial'), '01\n')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('un sello de tiempo', () => {
  test('se pide como se conoce', () => {
    expect(hash(HOLA).toString('hex')).toBe(
      '30390201013031300d060960864801650304020105000420133ee989293f92736301280c6f14c89d521200c17dcdcecca30cd20705332d440101ff',
    )
  })

  test('dice cuándo, y vale con quien responde por la TSA', async () => {
    const stamp = answer(hash(HOLA))
    const ca = certificatesOf(readFileSync(at('ca.pem'), 'utf8'))
    expect(ca).toHaveLength(1)
    const { en } = readStamp(stamp, HOLA, ca)
    expect(Math.abs(en.getTime() - Date.now())).toBeLessThan(60_000)
    expect(() => readStamp(stamp, HOLA, certificatesOf(readFileSync(at('otra.pem'), 'utf8')))).toThrow(
      'responde',
    )
  })

  test('de otra cosa no vale, ni cambiado, ni cortado', async () => {
    const stamp = answer(hash(HOLA))
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
    expect(() => readStamp(answer(refused), HOLA)).toThrow('no selló')
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
          response.setHeader('content-type', 'application/timestamp-reply').end(answer(Buffer.concat(parts)))
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
