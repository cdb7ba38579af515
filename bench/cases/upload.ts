import type { Case } from '../lib/case.ts'
import { sampleFile, writeToDisk } from '../lib/files.ts'
import { alternate } from '../lib/measure.ts'

/** An upload through the function, against writing the same bytes to the same disk with fsync. */
export const upload: Case = async ({ large }, { uploads, uploadBytes }) => {
  const file = sampleFile(large, large.codes[0]!, uploadBytes)
  const megabytes = uploadBytes / 1e6
  for (let n = 0; n < 2 * uploads; n++) {
    file.renew()
    await large.expect(201, file.upload)
  }
  const { a, b, ratio } = await alternate(
    uploads,
    async () => {
      file.renew()
      const started = performance.now()
      await large.expect(201, file.upload)
      return (megabytes / (performance.now() - started)) * 1000
    },
    async () => (megabytes / (await writeToDisk(large, file.content))) * 1000,
  )
  return [
    {
      what: `Upload of ${Math.round(uploadBytes / 2 ** 20)} MiB through the function, against the disk with fsync`,
      a: `${Math.round(a)} MB/s`,
      b: `${Math.round(b)} MB/s`,
      value: ratio,
      unit: '',
      target: { atLeast: 0.5 },
    },
  ]
}
