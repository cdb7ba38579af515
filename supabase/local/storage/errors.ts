/** What a failed call answers; the shape and the words are storage-api's. */
interface ErrorBody {
  /** The status that describes the failure; the HTTP status is 400 for most of them, as in storage-api. */
  statusCode: string
  error: string
  message: string
  code: string
}

/** A failure that the caller may read. */
export class StorageError extends Error {
  override name = 'StorageError'
  /** Stable key, e.g. `NoSuchKey`. */
  code: string
  statusCode: number
  /** The older key that clients compare, e.g. `not_found`. */
  error: string
  /** HTTP status; storage-api answers 400 to whatever is not a fault of its own. */
  httpStatus: number
  headers: Record<string, string> = {}

  constructor(code: string, statusCode: number, message: string, error = code) {
    super(message)
    this.code = code
    this.statusCode = statusCode
    this.error = error
    this.httpStatus = statusCode >= 500 ? statusCode : 400
  }

  /** The same failure with an HTTP status of its own. */
  withHttpStatus(status: number, headers: Record<string, string> = {}): this {
    this.httpStatus = status
    this.headers = headers
    return this
  }

  body(): ErrorBody {
    return { statusCode: String(this.statusCode), error: this.error, message: this.message, code: this.code }
  }
}

/** Told as it is: apps show their people why a paper cannot be sent today. */
export const noRoom = () =>
  new StorageError('InsufficientStorage', 507, 'There is no space left for objects', 'Insufficient Storage')
export const noSuchBucket = () =>
  new StorageError('NoSuchBucket', 404, 'Bucket not found', 'Bucket not found')
export const noSuchKey = () => new StorageError('NoSuchKey', 404, 'Object not found', 'not_found')
export const noSuchUpload = () => new StorageError('NoSuchUpload', 404, 'Upload not found')
export const accessDenied = (message = 'new row violates row-level security policy') =>
  new StorageError('AccessDenied', 403, message, 'Unauthorized')
export const missingCaller = () => accessDenied('An API key or a session is required').withHttpStatus(401)
export const alreadyExists = (code: 'KeyAlreadyExists' | 'BucketAlreadyExists' = 'KeyAlreadyExists') =>
  new StorageError(code, 409, 'The resource already exists', 'Duplicate')
export const bucketNotEmpty = () =>
  new StorageError('ResourceNotEmpty', 409, 'The bucket you tried to delete is not empty')
export const invalidKey = (key: string) => new StorageError('InvalidKey', 400, `Invalid key: ${key}`)
export const invalidBucketName = () =>
  new StorageError('InvalidBucketName', 400, 'Bucket name invalid', 'Invalid Input')
export const invalidRequest = (message: string) => new StorageError('InvalidRequest', 400, message)
export const invalidParameter = (message: string) => new StorageError('InvalidParameter', 400, message)
export const invalidMimeType = (type: string) =>
  new StorageError('InvalidMimeType', 415, `mime type ${type} is not supported`, 'invalid_mime_type')
export const entityTooLarge = () =>
  new StorageError('EntityTooLarge', 413, 'The object exceeded the maximum allowed size', 'Payload too large')
export const invalidRange = (size: number) =>
  new StorageError('InvalidRange', 416, 'invalid range provided', 'invalid_range').withHttpStatus(416, {
    'content-range': `bytes */${size}`,
  })
export const invalidToken = (message: string) => new StorageError('InvalidJWT', 400, message)
export const invalidSignature = () => new StorageError('InvalidSignature', 400, 'Invalid signature')
export const notEnabled = (feature: string) =>
  new StorageError('FeatureNotEnabled', 409, `The feature ${feature} is not enabled for this resource`)
/** Too much of one caller's waits to be finished. */
export const tooManyOpenUploads = (message: string) =>
  new StorageError('TooManyOpenUploads', 429, message).withHttpStatus(429)
export const aborted = () => new StorageError('Aborted', 400, 'The body was cut before its end')

/** SQLSTATE of an error that Postgres itself raised. */
export function sqlStateOf(error: unknown): string | null {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && code.length === 5 && typeof severity === 'string' ? code : null
}

/**
 * True where Postgres refused a transaction, so that it certainly did not take place. A connection that was
 * lost, or ended by the server (FATAL), may have been lost after the commit.
 */
export const isRefusal = (error: unknown) =>
  sqlStateOf(error) !== null && (error as { severity: string }).severity === 'ERROR'

interface Raised {
  message: string
  detail?: string
}

// storage-api answers 500 to a PT4xx. A rule that it is to pass on takes a state that it knows, and is told from
// what Postgres says itself by its key.
const STATUS_OF_RULE: Record<string, number> = { '42501': 403, '23505': 409 }
const RULE = /^[a-z]+(_[a-z]+)+$/

/** A rule of the schema speaks for itself, with its own key and words; null where it is Postgres that speaks. */
function fromRule(sqlState: string, { message, detail }: Raised): StorageError | null {
  const isRule = /^PT4\d\d$/.test(sqlState) || (sqlState in STATUS_OF_RULE && RULE.test(message))
  if (!isRule) return null
  return new StorageError(message, STATUS_OF_RULE[sqlState] ?? Number(sqlState.slice(2)), detail ?? message)
}

// What a client sent is no text, number, time or JSON that Postgres takes (class 22), or is more than it takes (54).
const IS_BAD_INPUT = /^(22|54)/

const BY_SQLSTATE: Record<string, () => StorageError> = {
  '42501': accessDenied,
  '25006': noRoom,
  '23505': alreadyExists,
  '23503': () => new StorageError('InvalidRequest', 404, 'The related resource does not exist'),
  '55P03': () => new StorageError('LockTimeout', 503, 'acquiring lock timeout', 'acquiring_lock_timeout'),
  '57014': () => new StorageError('DatabaseTimeout', 544, 'The connection to the database timed out'),
  '53300': () => new StorageError('DatabaseConnectionLimit', 503, 'The database has no free connections'),
}

/** Turns whatever a handler threw into the failure to answer; what is not known is never shown. */
export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const sqlState = sqlStateOf(error)
  if (sqlState) {
    const rule = fromRule(sqlState, error as Raised)
    if (rule) return rule
    if (BY_SQLSTATE[sqlState]) return BY_SQLSTATE[sqlState]()
    if (IS_BAD_INPUT.test(sqlState)) return invalidRequest('A value of the request is not valid')
    if (sqlState === 'P0001') return invalidRequest((error as Error).message)
  }
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string }
  if (
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    /^(08|57P)/.test(code ?? '') ||
    /Connection terminated/.test(message)
  ) {
    return new StorageError('DatabaseError', 503, 'The database is not answering')
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return noRoom()
  return new StorageError('InternalError', 500, 'Internal server error')
}
