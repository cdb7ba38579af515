import { randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Subject } from './subject.ts'

const BOUNDARY = 'bench-boundary'
const HEAD = [
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="tipo"\r\n\r\notro\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="archivo"; filename="bench.pdf"\r\n`,
  'Content-Type: application/pdf\r\n\r\n%PDF-1.7\n',
].join('')
const TAIL = `\r\n--${BOUNDARY}--\r\n`

/** A file of so many bytes that can be sent over and over, each time as another file. */
export interface SampleFile {
  content: Buffer
  /** Changes some bytes, so that it is not the file that was sent before. */
  renew(): void
  /** The request that uploads it as it is now; the same buffer each time. */
  upload: Buffer
}

/** Makes the file and the request that uploads it to a contract. */
export function sampleFile(subject: Subject, code: string, bytes: number): SampleFile {
  const body = Buffer.concat([Buffer.from(HEAD), randomBytes(bytes), Buffer.from(TAIL)])
  const upload = subject.ask(
    'POST',
    `/contratos/${code}/documento`,
    body,
    `multipart/form-data; boundary=${BOUNDARY}`,
  )
  const start = upload.length - TAIL.length - bytes
  const content = upload.subarray(start, start + bytes)
  return { content, upload, renew: () => randomBytes(16).copy(content) }
}

/** Writes bytes to the disk that holds the buckets and waits until they are there; tells how long it took, in ms. */
export async function writeToDisk({ running }: Subject, content: Buffer): Promise<number> {
  const path = join(running.stack.storageDir, '..', 'bench.bin')
  const started = performance.now()
  const file = await open(path, 'w')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  const taken = performance.now() - started
  await rm(path)
  return taken
}
