// Merkle trees of RFC 6962 / 9162 over SHA-256: the root that is signed, the proof that a leaf is under it, and the proof
// that a later root only added leaves to an earlier one.
import { createHash } from 'node:crypto'

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const LEAF = Buffer.from([0])
const NODE = Buffer.from([1])

/** Hash of a leaf; another prefix than that of a node, so that neither passes for the other. */
export const leafHash = (data: Uint8Array): Buffer => sha256(LEAF, data)
/** Hash of a node over its two children. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right)

/** A tree that only grows, kept as the roots of its full subtrees: as many as there are ones in the binary of `size`. */
export interface Frontier {
  size: number
  /** From the largest subtree, on the left, to the smallest. */
  peaks: Buffer[]
}

export const emptyFrontier = (): Frontier => ({ size: 0, peaks: [] })

/** Adds the hash of one leaf at the right; constant memory however many there are. */
export function grow(tree: Frontier, leaf: Buffer): void {
  let node = leaf
  for (let n = tree.size; n % 2 === 1; n = Math.floor(n / 2)) node = nodeHash(tree.peaks.pop()!, node)
  tree.peaks.push(node)
  tree.size += 1
}

/** The root of what has been added so far. */
export function rootOf({ peaks }: Frontier): Buffer {
  if (peaks.length === 0) return sha256()
  return peaks.reduceRight((right, left) => nodeHash(left, right))
}

/** The root over the data of leaves. */
export function merkleRoot(leaves: Iterable<Uint8Array>): Buffer {
  const tree = emptyFrontier()
  for (const data of leaves) grow(tree, leafHash(data))
  return rootOf(tree)
}

/** The largest power of two below `n`; n > 1. */
function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/**
 * Hash of the subtree of leaves [from, to). What asks for it may answer from stored nodes; it is called for O(log n)
 * subtrees of a proof.
 */
export type Subtree = (from: number, to: number) => Promise<Buffer> | Buffer

/** Subtrees of leaves that are in memory. */
export function subtreesOf(hashes: readonly Buffer[]): Subtree {
  return (from, to) => {
    const tree = emptyFrontier()
    for (const hash of hashes.slice(from, to)) grow(tree, hash)
    return rootOf(tree)
  }
}

/** The hashes that lead from leaf `index` to the root of the first `size` leaves (RFC 6962 §2.1.1). */
export async function inclusionProof(subtree: Subtree, index: number, size: number): Promise<Buffer[]> {
  const path: Buffer[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + split(to - from)
    if (index < middle) {
      path.unshift(await subtree(middle, to))
      to = middle
    } else {
      path.unshift(await subtree(from, middle))
      from = middle
    }
  }
  return path
}

/** Is the leaf of that hash at `index` under a root of `size` leaves? RFC 9162 §2.1.3.2. */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: Uint8Array[],
  root: Uint8Array,
) {
  if (index < 0 || index >= size) return false
  let [fn, sn] = [index, size - 1]
  let node: Buffer = Buffer.from(leaf)
  for (const other of proof) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      node = nodeHash(other, node)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
    } else node = nodeHash(node, other)
    ;[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  }
  return sn === 0 && node.equals(root)
}

/** The hashes that prove that the tree of `size` leaves continues the one of its first `old` (RFC 6962 §2.1.2). */
export async function consistencyProof(subtree: Subtree, old: number, size: number): Promise<Buffer[]> {
  if (old === 0 || old === size) return []
  const path: Buffer[] = []
  let [from, to] = [0, size]
  while (to !== old) {
    const middle = from + split(to - from)
    if (old <= middle) {
      path.unshift(await subtree(middle, to))
      to = middle
    } else {
      path.unshift(await subtree(from, middle))
      from = middle
    }
  }
  // The verifier has the old root itself, unless the old tree ends inside a larger one.
  if (from !== 0) path.unshift(await subtree(from, to))
  return path
}

/** Does the tree of `size` leaves and root `root` continue that of `old` leaves and root `oldRoot`? RFC 9162 §2.1.4.2. */
export function isConsistent(
  old: number,
  size: number,
  oldRoot: Uint8Array,
  root: Uint8Array,
  proof: Uint8Array[],
): boolean {
  if (old > size) return false
  if (old === size) return proof.length === 0 && Buffer.from(oldRoot).equals(root)
  if (old === 0) return proof.length === 0
  const path = proof.map((hash) => Buffer.from(hash))
  // A power of two is a whole subtree: the old root is the first hash.
  if (split(old + 1) === old) path.unshift(Buffer.from(oldRoot))
  if (path.length === 0) return false
  let [fn, sn] = [old - 1, size - 1]
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  let [first, second]: [Buffer, Buffer] = [path[0]!, path[0]!]
  for (const hash of path.slice(1)) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      first = nodeHash(hash, first)
      second = nodeHash(hash, second)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
    } else second = nodeHash(second, hash)
    ;[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  }
  return sn === 0 && first.equals(oldRoot) && second.equals(root)
}
