import { type AuthContext, json, type Route } from '../context.ts'
import { validationFailed } from './errors.ts'
import { pageHeaders, readPage } from './list.ts'

/** What the log may be searched by, and where that is in an entry. */
const SCOPES: Record<string, string[]> = {
  author: ['actor_username', 'actor_name'],
  action: ['action'],
  type: ['log_type'],
}

/** @throws AuthError validation_failed for what is not `scope:text` */
function readSearch(query: string | null): { keys: string[]; like: string } | null {
  if (!query) return null
  const [scope = '', ...rest] = query.split(':')
  const keys = Object.hasOwn(SCOPES, scope) ? SCOPES[scope] : undefined
  if (!keys || !rest.length) throw validationFailed(`Invalid query scope: ${query}`)
  return rest.join(':') ? { keys, like: `%${rest.join(':')}%` } : null
}

/** GET /admin/audit?page=&per_page=&query=. The newest entries first. */
export function listAudit({ db }: AuthContext): Route {
  return async ({ url: { searchParams: query } }) => {
    const { page, perPage } = readPage(query)
    const search = readSearch(query.get('query'))
    const where = `$1::text[] is null
      or exists (select 1 from unnest($1::text[]) as key where e.payload ->> key ilike $2)`
    const values = [search?.keys ?? null, search?.like ?? null]
    const [counted] = await db.query(
      `select count(*) as total from auth.audit_log_entries e where ${where}`,
      values,
    )
    const entries = await db.query(
      `select e.id, e.payload, e.created_at, e.ip_address from auth.audit_log_entries e where ${where}
       order by e.created_at desc, e.id limit $3 offset $4`,
      [...values, perPage, (page - 1) * perPage],
    )
    return json(entries, 200, pageHeaders('/admin/audit', query, Number(counted!.total)))
  }
}
