import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server } from '@tus/server'
import type { BucketLimits } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import { isKey } from '../driver/paths.ts'
import { noSuchUpload, toStorageError } from '../errors.ts'
import type { StorageRequest } from '../http/request.ts'
import { ANSWERED } from '../http/router.ts'
import { mustBeWritable } from '../objects/write.ts'
import { beginUpload, descriptionOf, isByItsOwner, isSignedCall, targetOf } from './begin.ts'
import { createFinisher } from './finish.ts'
import type { Binding, ResumableStore, UploadRecord } from './store.ts'

const PATH = '/upload/resumable'

/** What tus hands to its hooks: a web Request that knows the Node request it came from. */
interface HookRequest {
  method: string
  runtime?: { node?: { req: unknown } }
}

interface Call {
  request: StorageRequest
  begun?: { binding: Binding; limits: BucketLimits }
  /** Bytes that an upload of before may take. */
  most?: number
}

/** For what is left of a body that was refused. */
const REST_MS = 10_000

/**
 * A refusal ends once the rest of the body has come: a connection that is not kept open would be closed under whoever is
 * still sending, who would read nothing of it.
 */
function endAfterBody(req: IncomingMessage, res: ServerResponse): void {
  const end = res.end.bind(res) as (...args: unknown[]) => ServerResponse
  res.end = ((...args: unknown[]) => {
    if (req.complete || req.destroyed || res.statusCode < 400) return end(...args)
    const timer = setTimeout(done, REST_MS)
    function done() {
      clearTimeout(timer)
      req.off('end', done).off('close', done)
      end(...args)
    }
    req.once('end', done).once('close', done)
    // Whoever read it until now has done with it, and would hold it back.
    req.removeAllListeners('data').resume()
    return res
  }) as typeof res.end
}

/**
 * TUS 1.0.0 at /upload/resumable (and /upload/resumable/sign): uploads that survive a lost connection and a
 * restart of the server.
 * @param publicUrl origin of the gateway: the Location of an upload is a whole URL.
 */
export function createResumable(ctx: StorageContext, store: ResumableStore, publicUrl: string) {
  const calls = new WeakMap<IncomingMessage, Call>()
  const finish = createFinisher(ctx, store)
  const callOf = (request: HookRequest) => calls.get(request.runtime?.node?.req as IncomingMessage)!

  /** Stops whoever did not begin the upload; an upload of somebody else does not exist. */
  async function authorize(call: Call, id: string): Promise<void> {
    const { request } = call
    const record = await store.record(id)
    if (!record || !(await isByItsOwner(ctx, request, record))) throw noSuchUpload()
    call.most = record.binding.reserved || undefined
    if (record.isFinished) return
    if (request.event.method === 'PATCH') await mustStillBeAllowed(request, record)
    if (record.size === undefined) return
    const { offset } = await store.getUpload(id)
    // All bytes came, but the server stopped before it could make the object.
    if (offset === record.size && request.event.method === 'HEAD') await finish(request, id)
  }

  /** A right that ended ends what was begun with it: no more bytes are taken, and those that came go. */
  async function mustStillBeAllowed(request: StorageRequest, record: UploadRecord): Promise<void> {
    const description = { ...descriptionOf(record.metadata), size: record.size }
    try {
      await mustBeWritable(ctx, targetOf(request, record.binding), description)
    } catch (error) {
      const { statusCode } = toStorageError(error)
      // Whether the name is still free is asked at the end: it may be this very upload that has taken it.
      if (statusCode === 409) return
      if (statusCode === 403) await store.remove(record.id)
      throw error
    }
  }

  const tus = new Server({
    path: PATH,
    datastore: store,
    disableTerminationForFinishedUploads: true,
    maxSize: (req) => callOf(req).begun?.limits.fileSizeLimit ?? callOf(req).most ?? ctx.fileSizeLimit,
    async namingFunction(req, metadata) {
      const call = callOf(req)
      call.begun = await beginUpload(ctx, call.request, metadata)
      return randomUUID()
    },
    getFileIdFromRequest: (_req, lastPath) => (lastPath && isKey(lastPath) ? lastPath : undefined),
    generateUrl: (req, { id }) =>
      `${publicUrl}/storage/v1${PATH}${isSignedCall(callOf(req).request) ? '/sign' : ''}/${id}`,
    async onIncomingRequest(req, id) {
      const call = callOf(req)
      if (!call.begun && req.method !== 'OPTIONS') await authorize(call, id)
    },
    async onUploadCreate(req, upload) {
      store.bindings.set(upload, callOf(req).begun!.binding)
      return {}
    },
    async onUploadFinish(req, upload) {
      await finish(callOf(req).request, upload.id)
      return {}
    },
    onResponseError(_req, error) {
      if ('status_code' in error) return error
      const failure = toStorageError(error)
      if (failure.statusCode >= 500) console.error(error)
      return { status_code: failure.statusCode, body: failure.message }
    },
  })

  return {
    async handle(request: StorageRequest) {
      const { req, res } = request.event.node
      calls.set(req, { request })
      endAfterBody(req, res)
      await tus.handle(req, res)
      return ANSWERED
    },
  }
}
