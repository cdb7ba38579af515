import { setFlagsFromString } from 'node:v8'

// A young generation that stays small lets go of streamed chunks soon. What they hold outside the heap counts as
// its growth: without room for it every upload is a full collection.
const ROOM = '--heap-growing-percent=100'

/** Flags of V8 for a process through which files stream. */
export const STREAMING_MEMORY = ['--max-semi-space-size=4', ROOM]

/**
 * How `npm start`, the unit of a pilot and the tests start the stack's own process: a small young generation, one thread
 * of V8's beside the main one, and what was compiled before kept (compile-cache.js). No variable of the environment, which
 * not every shell takes in front of a command.
 */
export const STACK_MEMORY = [
  '--max-semi-space-size=4',
  '--v8-pool-size=1',
  '--import=./supabase/local/compile-cache.js',
]

/** The same for a process that runs already, whose young generation can only be kept from growing. */
export function useStreamingMemory(): void {
  for (const flag of ['--semi-space-growth-factor=1', ROOM]) setFlagsFromString(flag)
}
