// Runs by itself, as a process: the Storage API behind the gateway's own check of callers.
import { createServer } from 'node:http'
import { createApp, eventHandler, toNodeListener } from 'h3'
import { createIdentifier } from '../../supabase/local/gateway/identity.ts'
import type { Keys } from '../../supabase/local/keys.ts'
import { readStorageLimits, type StorageLimits } from '../../supabase/local/storage/limits.ts'
import { createStorageServer } from '../../supabase/local/storage/server.ts'

export interface ChildOptions extends Omit<Keys, 'dbPassword'> {
  authenticatorUrl: string
  storageDir: string
  port: number
  fileSizeLimit: number
  /** Those that a test is about; the rest are as they come. */
  limits?: Partial<StorageLimits>
}

export type Command = { sweep: { olderThanMs: number } } | { memory: 'start' } | { memory: 'peak' }
export interface Reply {
  removed?: number
  /** Bytes of memory above those held when the measure began. */
  peak?: number
}

const options = JSON.parse(process.argv[2]!) as ChildOptions
const publicUrl = `http://127.0.0.1:${options.port}`
const adminUrl = new URL(options.authenticatorUrl)
adminUrl.username = 'supabase_storage_admin'

const storage = await createStorageServer({
  ...options,
  publicUrl,
  storageAdminUrl: adminUrl.href,
  limits: { ...readStorageLimits({}), ...options.limits },
})
const identifier = createIdentifier({ ...options, dbPassword: '' })
const app = createApp()
app.use(
  eventHandler(async (event) => {
    event.context.identity = await identifier.identify(event.node.req.headers)
  }),
)
app.use('/storage/v1', storage.handler)

let base = 0
let peak = 0
const resident = () => process.memoryUsage.rss()

async function obey(command: Command): Promise<Reply> {
  if ('sweep' in command) return storage.sweep(command.sweep.olderThanMs)
  if (command.memory === 'start') {
    base = resident()
    peak = base
    setInterval(() => {
      peak = Math.max(peak, resident())
    }, 5).unref()
  }
  return { peak: Math.max(peak, resident()) - base }
}

process.on('message', (command: Command) => void obey(command).then((reply) => process.send!(reply)))
process.on('disconnect', () => process.exit(0))
createServer(toNodeListener(app)).listen(options.port, '127.0.0.1', () => process.send!({}))
