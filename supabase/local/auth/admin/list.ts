import { type AuthContext, json, type Route } from '../context.ts'
import { userJson } from '../records/user-json.ts'
import { USER, type UserRow } from '../records/users.ts'
import { validationFailed } from './errors.ts'

const DEFAULT_PER_PAGE = 50
const AUDIENCE = 'authenticated'

function count(value: string | null, name: string, fallback: number, least: number): number {
  if (!value) return fallback
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= least)) {
    throw validationFailed(`Bad Pagination Parameters: ${name} must be a whole number of at least ${least}`)
  }
  return number
}

/** What page is asked for; pages count from 1. @throws AuthError validation_failed */
export function readPage(query: URLSearchParams): { page: number; perPage: number } {
  return {
    page: Math.max(1, count(query.get('page'), 'page', 1, 0)),
    perPage: count(query.get('per_page'), 'per_page', DEFAULT_PER_PAGE, 1),
  }
}

// supabase-js reads the number after the first "=", so the page comes first.
function linkTo(path: string, page: number, query: URLSearchParams, rel: string): string {
  const rest = new URLSearchParams(query)
  rest.delete('page')
  const params = new URLSearchParams([['page', String(page)], ...rest])
  return `<${path}?${params}>; rel="${rel}"`
}

/** GoTrue's headers of a list: the next page, if there is one, and the last. */
export function pageHeaders(path: string, query: URLSearchParams, total: number): Record<string, string> {
  const { page, perPage } = readPage(query)
  const last = Math.ceil(total / perPage)
  const links = [
    ...(last > page ? [linkTo(path, page + 1, query, 'next')] : []),
    linkTo(path, last, query, 'last'),
  ]
  return { 'x-total-count': String(total), link: links.join(', ') }
}

/** By when the users were made, the newest first unless it is said otherwise. */
function readOrder(query: URLSearchParams): 'asc' | 'desc' {
  const [sort] = query.getAll('sort')
  if (sort === undefined) return 'desc'
  const [field, direction = 'desc'] = sort.split(' ', 2)
  if (field !== 'created_at') throw validationFailed(`Bad Sort Parameters: bad field for sort '${field}'`)
  const order = direction.toLowerCase()
  if (order === 'asc' || order === 'desc') return order
  throw validationFailed(
    `Bad Sort Parameters: bad direction for sort '${direction}', only 'asc' and 'desc' allowed`,
  )
}

/** GET /admin/users?page=&per_page=&filter=&sort= */
export function listUsers({ db }: AuthContext): Route {
  return async ({ url: { searchParams: query } }) => {
    const { page, perPage } = readPage(query)
    const order = readOrder(query)
    const filter = query.get('filter')
    const where = `u.instance_id = '00000000-0000-0000-0000-000000000000' and u.aud = $1 and ($2::text is null
      or u.email like $2 or u.raw_user_meta_data ->> 'full_name' ilike $2)`
    const like = filter ? `%${filter}%` : null

    const [counted] = await db.query(`select count(*) as total from auth.users u where ${where}`, [
      AUDIENCE,
      like,
    ])
    const rows = await db.query<{ record: UserRow }>(
      `select ${USER} from auth.users u where ${where}
       order by u.created_at ${order}, u.id limit $3 offset $4`,
      [AUDIENCE, like, perPage, (page - 1) * perPage],
    )
    return json(
      { users: rows.map((row) => userJson(row.record)), aud: AUDIENCE },
      200,
      pageHeaders('/admin/users', query, Number(counted!.total)),
    )
  }
}
