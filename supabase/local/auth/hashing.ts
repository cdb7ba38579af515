import { hashApart, type Work } from './hashing-apart.ts'

/** GoTrue's cost. */
const COST = 10

// PHP's name of the same hash, which GoTrue knows and the native one does not.
const renamed = (hash: string) => hash.replace(/^\$2y\$/, '$2b$')

/** Hashes and compares by what does the work. */
export function createPasswords(work: (work: Work) => Promise<string | boolean>) {
  const hashPassword = async (password: string) => String(await work({ password, rounds: COST }))
  let unknown: Promise<string> | undefined
  return {
    /** The hash of a password, at the cost of every other one. */
    hashPassword,
    /**
     * Does the password go with the hash?
     * @param hashed without one the answer is no, after as long as a real hash takes.
     */
    async isPassword(password: string, hashed: string | null | undefined): Promise<boolean> {
      if (!unknown) {
        unknown = hashPassword('nobody has this one')
        // The next one makes it: otherwise only who has an account would be answered from here on.
        unknown.catch(() => {
          unknown = undefined
        })
      }
      const known = renamed(hashed || (await unknown))
      return (await work({ password, hashed: known, rounds: COST })) === true && Boolean(hashed)
    },
  }
}

export const { hashPassword, isPassword } = createPasswords(hashApart)
