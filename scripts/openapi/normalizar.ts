const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** What a row made now is called: its moment (privado.id_con_hora), in 15 or 16 digits. */
const ROW = /(?<![\w.])\d{15,16}(?![\w.])/g
const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Guayaquil' }).format(new Date())
const year = today.slice(0, 4)

/** Numbers that are other ones at every run, by their field. */
const NUMBERS: Record<string, number> = { ms: 2, libre_mb: 20_480, libre_pct: 51.2 }

const VERIFICADOR = 'cacao.example+3acf22c1+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs'

/**
 * The same value with what every run makes anew (instants, identifiers, tokens, digests) replaced by what stands for
 * it: examples change when an operation does, and not otherwise. The demo data, of 2025, stay as they are.
 */
export function normalizar<T>(value: T): T {
  const ids = new Map<string, string>()
  const idOf = (id: string) => {
    if (!ids.has(id)) ids.set(id, `00000000-0000-4000-8000-${String(ids.size + 1).padStart(12, '0')}`)
    return ids.get(id)!
  }
  const rows = new Map<string, number>()
  const rowOf = (id: string) => {
    if (!rows.has(id)) rows.set(id, 240_000_000_000_000 + (rows.size + 1) * 256)
    return rows.get(id)!
  }
  const text = (value: string) =>
    value
      .replace(ROW, (id) => String(rowOf(id)))
      .replace(INSTANT, (instant) =>
        instant.startsWith('2025-') && year !== '2025' ? instant : '2026-01-20T15:04:05.678901+00:00',
      )
      .replaceAll(today, '2026-01-20')
      .replaceAll(`CT-${year}-`, 'CT-2026-')
      .replaceAll(`LO-${year}-`, 'LO-2026-')
      .replace(UUID, idOf)
      .replace(/^https?:\/\/[^/]+(?=\/invitacion)/, 'https://cacao.example')
      .replace(/(testigo=)[\w.~%-]+/, '$1el-del-enlace')
      .replace(/^127\.0\.0\.1:\d+$/, 'cacao.example')
      .replace(/^\S+\+[0-9a-f]{8}\+[\w+/]{44}$/, VERIFICADOR)
      // A public page, and the ETag of an expediente.
      .replace(/^https?:\/\/[^/]+\/functions\/v1(?=\/v\/)/, 'https://cacao.example')
      .replace(/(\/v\/CT-[\w-]+\/)[0-9A-Za-z]{22}/, '$1LosVeintidosDelQr00000')
      .replace(/-expediente-\d+(?=\.zip)/g, '-expediente-17')
      .replace(/^"\d+-[\w-]{22}"$/, '"17-Zm9uZG8tZGUtdW4tZXhwZWQ"')
      // The digest in the ETag of a contract: of instants, among others.
      .replace(/(\+00:00\/)[\w-]{27}/, '$1Zm9uZG8tZGUtdW4tY29udHJhdG8')
  const visit = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => visit(item, key))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, visit(item, name)]))
    if (key === 'qr') return '<svg xmlns="http://www.w3.org/2000/svg">…</svg>'
    if (key === 'testigo') return 'el-del-enlace'
    // The head of a chain: of instants, among others.
    if (key === 'cabeza') return 'cab0'.repeat(16)
    if (key === 'anio' && value === Number(year)) return 2026
    if (typeof value === 'number')
      return Number.isSafeInteger(value) && value >= 1e14 ? rowOf(String(value)) : (NUMBERS[key] ?? value)
    return typeof value === 'string' ? text(value) : value
  }
  return visit(value, '') as T
}

/** Keys and types of a value, without what it says: two runs of one operation have the same. */
export function forma(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forma)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, forma(item)]))
  return value === null ? 'null' : typeof value
}
