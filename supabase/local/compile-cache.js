// Before all else, by --import, and so no TypeScript: reading that is what loads Node's stripper, 14 MB that stay. What it
// has stripped, and V8 compiled, is kept for the next start. Where nothing can be kept the program runs all the same.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Of whoever owns the program: what is in it is run.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/triboka', import.meta.url)))
