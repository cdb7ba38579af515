import { type Entry, fromBuffer } from 'yauzl'

/** The files of a ZIP, read by a library that is not ours. */
export function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (error, file) => {
      if (error) return reject(error)
      const files = new Map<string, Buffer>()
      file.on('error', reject).on('end', () => resolve(files))
      file.on('entry', (entry: Entry) => {
        file.openReadStream(entry, async (failed, stream) => {
          if (failed) return reject(failed)
          const chunks: Buffer[] = []
          for await (const chunk of stream) chunks.push(chunk as Buffer)
          files.set(entry.fileName, Buffer.concat(chunks))
          file.readEntry()
        })
      })
      file.readEntry()
    })
  })
}
