// Once a day: the heads that moved become leaves, and the root of all leaves is signed and told.
import type { Database } from '../db/types.ts'
import { openCheckpoint, type Signer, signedCheckpoint } from './checkpoint.ts'
import { clavesDe } from './claves.ts'
import { emptyFrontier, type Frontier, grow, leafHash, rootOf } from './merkle.ts'

const AT_ONCE = 10_000

const CRECER = { name: 'evidencias_crecer', text: 'select privado.crecer_hojas() as hojas' }
const ULTIMA = { name: 'evidencias_ultima', text: 'select tamano, nota, picos from privado.ultima_raiz()' }
const CONOCIDAS = { name: 'evidencias_claves', text: 'select verificador from privado.claves_de_evidencia()' }
const HOJAS = { name: 'evidencias_hojas', text: 'select i, hash from privado.hojas($1::bigint, $2::int)' }
const ANOTAR = {
  name: 'evidencias_anotar_raiz',
  text: 'select privado.anotar_raiz($1::bigint, $2::bytea, $3, $4::bytea[]) as nueva',
}
/** $1 public keys of those who sign now. */
const CLAVES = { name: 'evidencias_anotar_claves', text: 'select privado.anotar_claves($1::text[])' }

/** Keeps the public keys of those who sign from now on; one that is not among them signed until now. */
export async function anotarClaves(database: Database, verifiers: string[]): Promise<void> {
  await database.as({ role: 'service_role' }).query(CLAVES, [verifiers])
}

/** What came of it: a new root and its note, or nothing new to sign. */
export interface Anclada {
  hojas: number
  nota?: string
}

/**
 * Signs the root of every head there is. Run twice, or by two replicas, it signs once.
 * @param signers the key of now first.
 */
export async function anclar(database: Database, signers: Signer[], verifiers: string[]): Promise<Anclada> {
  const db = database.as({ role: 'service_role' })
  await anotarClaves(database, verifiers)
  const [grown] = await db.query<{ hojas: string }>(CRECER)
  const hojas = Number(grown?.hojas ?? 0)
  const [last] = await db.query<{ tamano: string; nota: string; picos: Buffer[] }>(ULTIMA)
  const tree: Frontier = last ? { size: Number(last.tamano), peaks: [...last.picos] } : emptyFrontier()
  if (last) {
    // What is signed now continues what was signed last, or nothing is signed.
    const known = await db.query<{ verificador: string }>(CONOCIDAS)
    const said = openCheckpoint(last.nota, clavesDe(known.map(({ verificador }) => verificador)))
    if (said?.size !== tree.size || !said.root.equals(rootOf(tree)))
      throw new Error('the last root of the evidences is not the one that was signed')
  }
  if (tree.size >= hojas) return { hojas }
  while (tree.size < hojas) {
    const rows = await db.query<{ i: string; hash: Buffer }>(HOJAS, [
      String(tree.size),
      Math.min(AT_ONCE, hojas - tree.size),
    ])
    for (const { i, hash } of rows) {
      if (Number(i) !== tree.size) throw new Error(`the leaf ${tree.size} of the evidences is not there`)
      grow(tree, leafHash(hash))
    }
    if (!rows.length) throw new Error(`the leaf ${tree.size} of the evidences is not there`)
  }
  const root = rootOf(tree)
  const nota = signedCheckpoint({ origin: signers[0]!.name, size: tree.size, root }, ...signers)
  await db.query(ANOTAR, [String(tree.size), root, nota, tree.peaks])
  return { hojas, nota }
}
