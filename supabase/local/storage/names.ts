import { invalidBucketName, invalidKey } from './errors.ts'

// The characters that storage-api takes: those that every object store keeps as they are.
const OBJECT_NAME = /^[\w/!\-.*'() &$@=;:+,?]+$/
const BUCKET_NAME = /^[\w!\-.*'() &$@=;:+,?]+$/
const LONGEST_OBJECT_NAME = 1024
const LONGEST_BUCKET_NAME = 100

/** A segment that a file system would read as something else than a name. */
const isWalk = (segment: string) => segment === '' || segment === '.' || segment === '..'

/** True for an object name that storage-api would take and whose every segment is a plain name. */
export function isObjectName(name: string): boolean {
  return name.length <= LONGEST_OBJECT_NAME && OBJECT_NAME.test(name) && !name.split('/').some(isWalk)
}

/** True for a bucket name that storage-api would take. */
export function isBucketName(name: string): boolean {
  return name.length <= LONGEST_BUCKET_NAME && BUCKET_NAME.test(name) && !isWalk(name) && name.trim() === name
}

/** @throws StorageError InvalidKey. */
export function mustBeObjectName(name: string): string {
  if (!isObjectName(name)) throw invalidKey(name)
  return name
}

/** @throws StorageError InvalidBucketName. */
export function mustBeBucketName(name: string): string {
  if (!isBucketName(name)) throw invalidBucketName()
  return name
}
