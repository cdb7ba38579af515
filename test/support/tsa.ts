// A TSA of openssl's own, with an authority that vouches for it and one that does not.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stampRequest } from '../../server/evidencia/sello.ts'

export interface Tsa {
  dir: string
  /** What it answers to a request. */
  answer(request: Buffer): Buffer
  /** Its stamp of something. */
  stamp(data: string | Buffer): Buffer
  /** PEM of who vouches for it, and of who does not. */
  ca: string
  otra: string
  openssl(...args: string[]): Buffer
  close(): void
}

export function openTsa(): Tsa {
  const dir = mkdtempSync(join(tmpdir(), 'triboka-tsa-'))
  const at = (name: string) => join(dir, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' })
  const newKey = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`]
  for (const name of ['ca', 'otra'])
    openssl(
      ...['req', '-x509', ...newKey(name), '-out', `${name}.pem`, '-days', '30'],
      ...['-subj', `/CN=${name}`],
    )
  openssl('req', ...newKey('tsa'), '-out', 'tsa.csr', '-subj', '/CN=tsa')
  writeFileSync(
    at('tsa.ext'),
    'extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n',
  )
  openssl(
    ...['x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', 'tsa.pem', '-days', '30', '-extfile', 'tsa.ext'],
  )
  writeFileSync(
    at('tsa.cnf'),
    `[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\ncerts = ca.pem
signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\ness_cert_id_chain = no\n`,
  )
  writeFileSync(at('serial'), '01\n')
  const answer = (request: Buffer) => {
    writeFileSync(at('q'), request)
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'q', '-out', 'r')
    return readFileSync(at('r'))
  }
  return {
    dir,
    answer,
    stamp: (data) => answer(stampRequest(createHash('sha256').update(data).digest())),
    ca: readFileSync(at('ca.pem'), 'utf8'),
    otra: readFileSync(at('otra.pem'), 'utf8'),
    openssl,
    close: () => rmSync(dir, { recursive: true, force: true }),
  }
}
