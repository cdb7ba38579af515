import { randomUUID } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import type pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { client } from '../support/client.ts'
import { sign } from '../support/sign.ts'
import { sql } from '../support/sql.ts'

/** A caller with a session of its own. */
export interface Person {
  id: string
  token: string
  client: SupabaseClient
  storage: SupabaseClient['storage']
}

/** The stack's client with the secret key: past every policy. */
export function service(url = inject('stack').supabaseUrl) {
  return client(url, inject('stack').secretKey).storage
}

/** A client with the publishable key and no session. */
export function anonymous() {
  const { supabaseUrl, publishableKey } = inject('stack')
  return client(supabaseUrl, publishableKey).storage
}

/**
 * Somebody whom no policy knows yet, or the account given.
 * @param claims what the session says besides.
 */
export async function person(
  url = inject('stack').supabaseUrl,
  claims: Record<string, unknown> = {},
  id: string = randomUUID(),
): Promise<Person> {
  const { publishableKey } = inject('stack')
  const token = await sign({ role: 'authenticated', aud: 'authenticated', ...claims, sub: id })
  const own = client(url, publishableKey, { Authorization: `Bearer ${token}` })
  return { id, token, client: own, storage: own.storage }
}

/** A change of the schema beside whoever else uses it: the one that a deadlock takes is tried again. */
async function ddl(text: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await sql(text))
    } catch (error) {
      if ((error as pg.DatabaseError).code !== '40P01' || attempt === 5) throw error
    }
  }
}

type Verb = 'select' | 'insert' | 'update' | 'delete'

/**
 * Lets a person do some things with the objects of a bucket, or with buckets, until the test ends.
 * @param rows condition besides the bucket, e.g. `storage.extension(name) = 'pdf'`.
 */
export async function allow(
  who: Person,
  bucket: string,
  verbs: Verb[],
  on = 'objects',
  rows = 'true',
): Promise<void> {
  const column = on === 'objects' ? 'bucket_id' : 'id'
  const rule = `${column} = '${bucket}' and (select auth.uid()) = '${who.id}' and (${rows})`
  for (const verb of verbs) {
    const name = `prueba_${randomUUID()}`
    const clause = verb === 'insert' ? `with check (${rule})` : `using (${rule})`
    await ddl(`create policy "${name}" on storage.${on} for ${verb} to authenticated ${clause}`)
    onTestFinished(() => ddl(`drop policy if exists "${name}" on storage.${on}`))
  }
}

type BucketOptions = NonNullable<Parameters<SupabaseClient['storage']['createBucket']>[1]>

/** A bucket of this test alone, removed at its end. */
export async function makeBucket(options: Partial<BucketOptions> = {}, url?: string): Promise<string> {
  const id = `prueba-${randomUUID()}`
  const { error } = await service(url).createBucket(id, { public: false, ...options })
  if (error) throw error
  onTestFinished(async () => {
    await service(url).emptyBucket(id)
    await service(url).deleteBucket(id)
  })
  return id
}

/** The value of an answer that must not be an error. */
export function ok<T>(answer: { data: T | null; error: unknown }): T {
  if (answer.error) throw answer.error
  return answer.data as T
}

/** The failure of an answer, as clients read it. */
export function failure(answer: { error: unknown }): {
  statusCode?: string
  message?: string
  code?: string
} {
  const { statusCode, message, code } = (answer.error ?? {}) as Record<string, string>
  return { statusCode, message, code }
}

export const NOT_FOUND = { statusCode: '404', message: 'Object not found', code: 'NoSuchKey' }
export const REFUSED = {
  statusCode: '403',
  message: 'new row violates row-level security policy',
  code: 'AccessDenied',
}
export const DUPLICATE = {
  statusCode: '409',
  message: 'The resource already exists',
  code: 'KeyAlreadyExists',
}

/** Path of the Storage API, for calls that no client makes. */
export const storageUrl = (path: string) => `${inject('stack').supabaseUrl}/storage/v1${path}`

/** Text of a download. */
export const textOf = async (answer: PromiseLike<{ data: Blob | null; error: unknown }>) =>
  ok(await answer).text()
