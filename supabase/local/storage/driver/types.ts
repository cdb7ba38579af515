import type { Readable } from 'node:stream'
import type { Driver } from 'unstorage'

/** First and last byte wanted, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** Bytes that have arrived whole and are durable, but that nobody sees yet. */
export interface StagedObject {
  size: number
  /** Makes the bytes readable under a key, at once and whole; durable when it returns. */
  commit(key: string): Promise<void>
  /** Forgets the bytes. */
  discard(): Promise<void>
}

/** An object opened for reading: its bytes stay whole until it is closed, even if the key is removed. */
export interface OpenObject {
  size: number
  /** Streams the bytes and closes the object at the end. */
  stream(range?: ByteRange): Readable
  close(): Promise<void>
}

/** One stored key, as the sweep sees it. */
export interface StoredEntry {
  key: string
  modifiedAt: Date
  /** True when a readable name leads to it. */
  isNamed: boolean
  /** Identity of the bytes, shared by every name that leads to them. */
  bytesId: string
}

/** Readable names for keys, where the store can give them: STORAGE_DIR/<bucket>/<object name>. */
export interface ReadableNames {
  /** Lets the name lead to the key's bytes, replacing what it led to. */
  set(bucket: string, name: string, key: string): Promise<void>
  /** Removes the name and the folders it leaves empty. */
  remove(bucket: string, name: string): Promise<void>
  /** Removes the folder of a bucket, if it is empty. */
  removeBucket(bucket: string): Promise<void>
  /** Removes every name that leads to the given bytes. */
  removeLeadingTo(bytesIds: ReadonlySet<string>): Promise<void>
}

/**
 * What the Storage API needs of a store beyond unstorage's own interface: streams, atomic writes and a
 * walk that holds nothing in memory. Keys are version ids: written once, never changed.
 */
export interface ObjectDriver extends Driver {
  /** Streams a body to where it is durable. @throws what the body throws, leaving nothing behind. */
  stage(body: Readable): Promise<StagedObject>
  /** Opens a key; null when there is none. */
  open(key: string): Promise<OpenObject | null>
  entries(): AsyncIterable<StoredEntry>
  /** Removes what interrupted writes left before a moment. @returns how many. */
  removeStagedBefore(moment: Date): Promise<number>
  names?: ReadableNames
}
