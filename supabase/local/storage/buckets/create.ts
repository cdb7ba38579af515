import * as v from 'valibot'
import type { StorageContext } from '../context.ts'
import { alreadyExists, sqlStateOf } from '../errors.ts'
import { asCaller, ownerOf } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { mustBeBucketName } from '../names.ts'
import { BucketSettings, checkSettings } from './limits.ts'

const NewBucket = v.object({ id: v.optional(v.string()), name: v.string(), ...BucketSettings })

const INSERT = `insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
  values ($1, $2, $3, $4, $5, $6, $7)`

/** POST /bucket */
export async function createBucket(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const bucket = await readJson(request, NewBucket)
  const name = mustBeBucketName(bucket.name)
  const id = mustBeBucketName(bucket.id ?? name)
  const limit = checkSettings(ctx, bucket)
  const { owner, ownerId } = ownerOf(claims)
  const values = [
    id,
    name,
    owner,
    ownerId,
    bucket.public ?? false,
    limit ?? null,
    bucket.allowed_mime_types ?? null,
  ]
  try {
    await asCaller(ctx, claims, 'storage.bucket.create', (tx) => tx.query(INSERT, values))
  } catch (error) {
    if (sqlStateOf(error) === '23505') throw alreadyExists('BucketAlreadyExists')
    throw error
  }
  return { name: id }
}
