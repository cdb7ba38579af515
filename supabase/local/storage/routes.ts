import { createBucket } from './buckets/create.ts'
import { deleteBucket } from './buckets/delete.ts'
import { emptyBucket } from './buckets/empty.ts'
import { getBucket, listBuckets } from './buckets/read.ts'
import { updateBucket } from './buckets/update.ts'
import type { StorageContext } from './context.ts'
import { accessDenied, invalidSignature, notEnabled } from './errors.ts'
import { callerOf, claimsOf, type StorageRequest } from './http/request.ts'
import { ANSWERED, createRoutes, type Operation } from './http/router.ts'
import { verifyLink } from './links.ts'
import { copyObject } from './objects/copy.ts'
import { type FindObject, findAs, findForCaller, findPublic } from './objects/find.ts'
import { objectInfo } from './objects/info.ts'
import { listObjects } from './objects/list.ts'
import { listObjectsV2 } from './objects/list-v2.ts'
import { moveObject } from './objects/move.ts'
import { removeMany, removeOne } from './objects/remove.ts'
import { serveObject } from './objects/serve.ts'
import { signMany, signOne } from './objects/sign.ts'
import { signUpload, uploadSigned } from './objects/signed-upload.ts'
import { createObject, updateObject } from './objects/upload.ts'
import { readOptions } from './render/options.ts'
import { serveImage } from './render/serve.ts'

/** GET /object/:bucket/* and /object/authenticated/:bucket/* */
async function download(ctx: StorageContext, request: StorageRequest) {
  if (request.query.has('versionId')) throw notEnabled('versioning')
  return serveObject(ctx, request, await findForCaller(ctx, request, 'storage.object.get_authenticated'))
}

/** storage-js encodes the query of a signed link twice; a name that is plain stays as it is. */
function decodeDownload(query: URLSearchParams): void {
  const download = query.get('download')
  if (!download?.includes('%')) return
  try {
    query.set('download', decodeURIComponent(download))
  } catch {
    // A per cent sign of its own.
  }
}

/** GET /object/sign/:bucket/*?token= */
async function downloadSigned(ctx: StorageContext, request: StorageRequest) {
  const { bucket, name, query } = request
  const { by, exp, transform } = await verifyLink(ctx, 'download', query.get('token'), `${bucket}/${name}`)
  if (transform) throw invalidSignature()
  decodeDownload(query)
  // As whoever made the link: it shows what they may see today.
  const find = findAs(ctx, by, 'storage.object.get_signed', bucket, name)
  return serveObject(ctx, request, find, new Date(exp * 1000))
}

/** GET /render/image/sign/:bucket/*?token= */
async function renderSigned(ctx: StorageContext, request: StorageRequest) {
  const { bucket, name, query } = request
  const { by, exp, transform } = await verifyLink(ctx, 'download', query.get('token'), `${bucket}/${name}`)
  if (!transform) throw invalidSignature()
  const find = findAs(ctx, by, 'storage.render.image_sign', bucket, name)
  return serveImage(ctx, request, find, {
    wanted: transform,
    caller: by.sub,
    expires: new Date(exp * 1000),
  })
}

/** GET /render/image/authenticated/:bucket/* and /render/image/public/:bucket/* */
const render = (ctx: StorageContext, request: StorageRequest, find: FindObject) =>
  serveImage(ctx, request, find, {
    wanted: readOptions(Object.fromEntries(request.query)),
    caller: callerOf(request)?.sub,
  })

/** DELETE /cdn/… — no cache stands before this store, so none has to be emptied. */
async function purgeCache(request: StorageRequest) {
  if (claimsOf(request).role !== 'service_role')
    throw accessDenied('Only the service role may purge the cache')
  return { message: 'success' }
}

/** The routes of the Storage API; the more particular come first. */
export function storageRoutes(ctx: StorageContext, resumable: Operation) {
  const routes = createRoutes()
  const info = async (request: StorageRequest) =>
    objectInfo(request, await findForCaller(ctx, request, 'storage.object.info'))

  routes.on('GET /status', async ({ event }) => {
    event.node.res.writeHead(200).end()
    return ANSWERED
  })

  routes.on('POST /bucket', (request) => createBucket(ctx, request))
  routes.on('GET /bucket', (request) => listBuckets(ctx, request))
  routes.on('GET /bucket/:bucket', (request) => getBucket(ctx, request))
  routes.on('PUT /bucket/:bucket', (request) => updateBucket(ctx, request))
  routes.on('DELETE /bucket/:bucket', (request) => deleteBucket(ctx, request))
  routes.on('POST /bucket/:bucket/empty', (request) => emptyBucket(ctx, request))
  for (const method of ['GET', 'PUT', 'DELETE']) {
    routes.on(`${method} /bucket/:bucket/lifecycle`, async () => {
      throw notEnabled('lifecycle')
    })
  }

  routes.on('GET /object/public/:bucket/*', async (request) =>
    serveObject(ctx, request, await findPublic(ctx, request)),
  )
  routes.on('GET /object/info/public/:bucket/*', async (request) =>
    objectInfo(request, await findPublic(ctx, request)),
  )
  routes.on('GET /object/info/authenticated/:bucket/*', info)
  routes.on('GET /object/info/:bucket/*', info)
  routes.on('GET /object/sign/:bucket/*', (request) => downloadSigned(ctx, request))
  routes.on('GET /object/authenticated/:bucket/*', (request) => download(ctx, request))
  routes.on('GET /object/:bucket/*', (request) => download(ctx, request))

  routes.on('POST /object/list/:bucket', (request) => listObjects(ctx, request))
  routes.on('POST /object/list-v2/:bucket', (request) => listObjectsV2(ctx, request))
  routes.on('POST /object/move', (request) => moveObject(ctx, request))
  routes.on('POST /object/copy', (request) => copyObject(ctx, request))
  routes.on('POST /object/sign/:bucket', (request) => signMany(ctx, request))
  routes.on('POST /object/sign/:bucket/*', (request) => signOne(ctx, request))
  routes.on('POST /object/upload/sign/:bucket/*', (request) => signUpload(ctx, request))
  routes.on('PUT /object/upload/sign/:bucket/*', (request) => uploadSigned(ctx, request))

  for (const path of ['/upload/resumable', '/upload/resumable/sign']) {
    for (const method of ['POST', 'OPTIONS']) routes.on(`${method} ${path}`, resumable)
    // HEAD is routed as GET.
    for (const method of ['GET', 'PATCH', 'DELETE', 'OPTIONS']) routes.on(`${method} ${path}/*`, resumable)
  }

  routes.on('POST /object/:bucket/*', (request) => createObject(ctx, request))
  routes.on('PUT /object/:bucket/*', (request) => updateObject(ctx, request))
  routes.on('DELETE /object/:bucket', (request) => removeMany(ctx, request))
  routes.on('DELETE /object/:bucket/*', (request) => removeOne(ctx, request))

  routes.on('DELETE /cdn/:bucket', purgeCache)
  routes.on('DELETE /cdn/:bucket/*', purgeCache)
  routes.on('GET /render/image/public/:bucket/*', async (request) =>
    render(ctx, request, await findPublic(ctx, request)),
  )
  routes.on('GET /render/image/authenticated/:bucket/*', async (request) =>
    render(ctx, request, await findForCaller(ctx, request, 'storage.render.image_authenticated')),
  )
  routes.on('GET /render/image/sign/:bucket/*', (request) => renderSigned(ctx, request))
  return routes
}
