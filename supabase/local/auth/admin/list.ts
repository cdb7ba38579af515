import type { AuthDatabase } from './database.ts'
import { validationFailed } from './errors.ts'
import { USER, type UserRow } from './records.ts'

const DEFAULT_PER_PAGE = 50

interface Page {
  users: UserRow[]
  total: number
  /** GoTrue's Link header: the next page, if there is one, and the last. */
  link: string
}

function count(value: string | null, name: string, fallback: number, least: number): number {
  if (!value) return fallback
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= least)) {
    throw validationFailed(`Bad Pagination Parameters: ${name} must be a whole number of at least ${least}`)
  }
  return number
}

// supabase-js reads the number after the first "=", so the page comes first.
function linkTo(page: number, query: URLSearchParams, rel: string): string {
  const rest = new URLSearchParams(query)
  rest.delete('page')
  const params = new URLSearchParams([['page', String(page)], ...rest])
  return `</admin/users?${params}>; rel="${rel}"`
}

/** GET /users?page=&per_page=&filter=. The newest users first; pages count from 1. */
export async function listUsers(db: AuthDatabase, query: URLSearchParams): Promise<Page> {
  const page = Math.max(1, count(query.get('page'), 'page', 1, 0))
  const perPage = count(query.get('per_page'), 'per_page', DEFAULT_PER_PAGE, 1)
  const filter = query.get('filter')
  const where = `u.aud = 'authenticated' and ($1::text is null
    or u.email like $1 or u.raw_user_meta_data ->> 'full_name' ilike $1)`
  const like = filter ? `%${filter}%` : null

  const [counted] = await db.query<{ total: string }>(
    `select count(*) as total from auth.users u where ${where}`,
    [like],
  )
  const rows = await db.query<{ record: UserRow }>(
    `select ${USER} from auth.users u where ${where} order by u.created_at desc, u.id limit $2 offset $3`,
    [like, perPage, (page - 1) * perPage],
  )
  const total = Number(counted!.total)
  const last = Math.ceil(total / perPage)
  const links = [...(last > page ? [linkTo(page + 1, query, 'next')] : []), linkTo(last, query, 'last')]
  return { users: rows.map((row) => row.record), total, link: links.join(', ') }
}
