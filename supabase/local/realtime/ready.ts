import type { RealtimeContext } from './context.ts'
import type { ChannelState } from './state.ts'

/** Tells a client that asked for it when broadcasts of the database arrive. @param system sends an event of the system. */
export async function tellWhenReady(
  ctx: RealtimeContext,
  state: ChannelState,
  system: (extension: string, status: 'ok' | 'error', message: string) => void,
): Promise<void> {
  const isReady = await ctx.whenLive()
  if (state.hasEnded) return
  if (isReady) system('system', 'ok', 'Replication connection established')
  else system('system', 'error', 'Replication connection was not established in time')
}
