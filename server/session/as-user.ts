import { defineEventHandler, type EventHandler, type H3Event, setResponseHeader } from 'h3'
import { pools } from '../db/pools.ts'
import type { Caller, Claims, Database, Json, Query } from '../db/types.ts'
import { fromDatabase } from '../http/postgres-errors.ts'
import { countAddress, type Session, sessionOf } from './session-of.ts'
import { bearerOf, isAnonKey } from './sessions.ts'

/** Queries whose one row has one column, `cuerpo`, with the JSON of the answer. */
export interface UserDb extends Caller {
  /** The JSON that a query answers; undefined when there is no row. */
  one(query: Query, params?: unknown[]): Promise<Json | undefined>
}

/** The database as one user, who may also run several queries in one transaction. */
export interface UserConnection extends UserDb {
  claims: Claims
  /** The caller's access token, for Storage. */
  token: string
  /** Several queries as the user in one transaction; a throw rolls all of it back. */
  transaction<T>(work: (tx: UserDb) => Promise<T>): Promise<T>
}

const withOne = (caller: Caller): UserDb => ({
  query: (query, params) => translated(caller.query(query, params)),
  one: async (query, params) => (await translated(caller.query<{ cuerpo: Json }>(query, params)))[0]?.cuerpo,
})

/** The same promise, failing with problems instead of errors of Postgres. */
const translated = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error) => {
    throw fromDatabase(error)
  })

function connect(database: Database, claims: Claims, token: string, who?: string): UserConnection {
  return {
    ...withOne(database.as(claims, who)),
    claims,
    token,
    transaction: (work) => translated(database.transaction(claims, (tx) => work(withOne(tx)), who)),
  }
}

const ANON: Claims = { role: 'anon' }
const PUBLIC_KEY = /^Bearer +sb_publishable_/i

/**
 * The database as whoever a session says, on the connections that the request asks for; without one, as `anon`.
 * @param anonWrites whether `anon` does more than read here.
 */
function connectAs(event: H3Event, session: Session | undefined, anonWrites: boolean): UserConnection {
  const { readers, database } = pools()
  // Who has no session shares with those of the same address.
  if (!session) return connect(anonWrites ? database : readers, ANON, '', `anon ${event.context.address}`)
  const isRead = event.method === 'GET' || event.method === 'HEAD'
  return connect(isRead ? readers : database, session.claims, session.token)
}

function answering<T>(
  handler: (event: H3Event, db: UserConnection) => Promise<T>,
  callerOf: (event: H3Event) => Promise<Session | undefined>,
  anonWrites = false,
): EventHandler {
  return defineEventHandler(async (event) => {
    const answer = await handler(event, connectAs(event, await callerOf(event), anonWrites))
    if (typeof answer === 'string')
      setResponseHeader(event, 'content-type', 'application/json; charset=utf-8')
    return answer
  })
}

/**
 * A route that answers a signed-in user: checks the session and hands over the database as that user.
 * A string that it returns is JSON.
 */
export const asUser = <T>(handler: (event: H3Event, db: UserConnection) => Promise<T>): EventHandler =>
  answering(handler, sessionOf)

async function sessionIfAny(event: H3Event): Promise<Session | undefined> {
  const header = event.node.req.headers.authorization
  const token = bearerOf(header)
  // Half a token is no session, but whoever sent it thinks that it has one.
  if (header && !PUBLIC_KEY.test(header) && !(token && isAnonKey(token))) return sessionOf(event)
  await countAddress(event)
  return undefined
}

/** A route that answers anybody: who has no session, or only the public key of an app, is `anon` in the database. */
export const asAnyone = <T>(handler: (event: H3Event, db: UserConnection) => Promise<T>): EventHandler =>
  answering(handler, sessionIfAny)

/** The same, where `anon` may change something. */
export const asAnyoneWriting = <T>(
  handler: (event: H3Event, db: UserConnection) => Promise<T>,
): EventHandler => answering(handler, sessionIfAny, true)
