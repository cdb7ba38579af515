import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

const BOUNDARY = 'cut-in-the-middle'
const FORM_HEAD = [
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="tipo"\r\n\r\nfactura\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="archivo"; filename="FAC-002.pdf"\r\n`,
  'Content-Type: application/pdf\r\n\r\n',
].join('')
const CHUNK = 256 * 1024

/** An upload that never comes to its end by itself: 50 MiB are promised, and the last of them are slow. */
export function startUpload(
  target: { url: string; headers: Record<string, string> },
  path: string,
  as: 'form' | 'bytes',
): { sent(): number; answer: Promise<number | null> } {
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent === 0) controller.enqueue(Buffer.from(`${as === 'form' ? FORM_HEAD : ''}%PDF-1.7\n`))
      if (sent > 16 * 2 ** 20) await sleep(200)
      controller.enqueue(randomBytes(CHUNK))
      sent += CHUNK
    },
  })
  const type = as === 'form' ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/pdf'
  const request = {
    method: 'POST',
    headers: { ...target.headers, 'content-type': type },
    body,
    duplex: 'half' as const,
  }
  const answer = fetch(`${target.url}${path}`, request).then(
    ({ status }) => status,
    () => null,
  )
  return { sent: () => sent, answer }
}
