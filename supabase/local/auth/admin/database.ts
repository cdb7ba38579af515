// Until its callers name ../database.ts themselves.
export { type AuthDatabase, openAuthDatabase, type Tx } from '../database.ts'
export { type AuditAction, audit } from '../records/audit.ts'
