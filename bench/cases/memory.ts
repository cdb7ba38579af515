import type { Case } from '../lib/case.ts'
import { sampleFile } from '../lib/files.ts'
import { residentBytes } from '../lib/process.ts'
import { functionsPid, LANES } from '../lib/subject.ts'

const UPLOADS_AT_ONCE = 4

/** Runs a piece of work so many times, some at once. */
async function repeat(times: number, lanes: number, work: (lane: number, n: number) => Promise<unknown>) {
  let n = 0
  const lane = async (_: unknown, index: number) => {
    while (n < times) await work(index, n++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** What the functions' process holds after many requests and uploads, those of the other benchmarks included. */
export const memory: Case = async ({ large }, { memoryRequests, memoryUploads, uploadBytes }) => {
  const pid = await functionsPid(large)
  const requests = large.codes.map((code, index) =>
    large.ask('GET', index % 10 ? `/contratos/${code}` : '/contratos?limite=100'),
  )
  const files = Array.from({ length: UPLOADS_AT_ONCE }, (_, lane) =>
    sampleFile(large, large.codes[lane + 1]!, uploadBytes),
  )
  await repeat(memoryRequests, LANES, (_, n) => large.expect(200, requests[n % requests.length]!))
  await repeat(memoryUploads, UPLOADS_AT_ONCE, (lane) => {
    files[lane]!.renew()
    return large.expect(201, files[lane]!.upload)
  })
  const [rss, most] = [(await residentBytes(pid)) / 1e6, (await residentBytes(pid, 'VmHWM')) / 1e6]
  return [
    {
      what: `Memory of the functions after ${memoryRequests} requests and ${memoryUploads} uploads of ${Math.round(uploadBytes / 2 ** 20)} MiB`,
      a: `${Math.round(rss)} MB`,
      b: `at most ${Math.round(most)} MB`,
      value: rss,
      unit: ' MB',
      target: { atMost: 250 },
    },
  ]
}
