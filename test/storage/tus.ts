import * as tus from 'tus-js-client'
import { inject } from 'vitest'
import { sha256 } from '../support/sha256.ts'
import { ok, type Person } from './support.ts'

export const CHUNK = 256 * 1024

interface Options {
  url?: string
  metadata?: Record<string, string>
  headers?: Record<string, string>
  endpoint?: string
  uploadUrl?: string
  /** Stops after so many bytes, as a lost connection would. */
  stopAt?: number
}

/** Uploads as Supabase's guide shows it. @returns the URL of the upload, whether it ended or was stopped. */
export function upload(
  who: Pick<Person, 'token'> | null,
  bucket: string,
  name: string,
  body: Buffer,
  options: Options = {},
): Promise<string> {
  const url = options.url ?? inject('stack').supabaseUrl
  return new Promise((resolve, reject) => {
    const sender = new tus.Upload(body, {
      endpoint: `${url}/storage/v1/upload/resumable${options.endpoint ?? ''}`,
      uploadUrl: options.uploadUrl,
      retryDelays: [],
      chunkSize: CHUNK,
      uploadDataDuringCreation: true,
      removeFingerprintOnSuccess: true,
      headers: {
        apikey: inject('stack').publishableKey,
        ...(who && { authorization: `Bearer ${who.token}` }),
        ...options.headers,
      },
      metadata: {
        bucketName: bucket,
        objectName: name,
        contentType: 'application/pdf',
        cacheControl: '3600',
        ...options.metadata,
      },
      onError: reject,
      onSuccess: () => resolve(sender.url!),
      onChunkComplete: (_size, accepted) => {
        if (options.stopAt === undefined || accepted < options.stopAt || accepted >= body.length) return
        void sender.abort().then(() => resolve(sender.url!))
      },
    })
    sender.start()
  })
}

const statusOf = (error: unknown) => (error as tus.DetailedError).originalResponse?.getStatus()
export const refusal = (work: Promise<unknown>) => work.then(() => 'aceptada', statusOf)

export const shaOf = async (answer: PromiseLike<{ data: Blob | null; error: unknown }>) =>
  sha256(Buffer.from(await ok(await answer).arrayBuffer()))

export const head = (url: string, headers: Record<string, string>) =>
  fetch(url, {
    method: 'HEAD',
    headers: { 'tus-resumable': '1.0.0', apikey: inject('stack').publishableKey, ...headers },
  })
export const bearer = (who: Person) => ({ authorization: `Bearer ${who.token}` })
