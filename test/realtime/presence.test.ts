import type { RealtimeChannel } from '@supabase/supabase-js'
import { describe, expect, test } from 'vitest'
import { newTopic, openClient, openRaw, subscribed, until, VERSIONS } from './support.ts'

describe.each(VERSIONS)('presencia, versión %s', (version) => {
  test('quien entra ve quién está; quien se va, o se cae, deja de estar', async () => {
    const topic = newTopic()
    const [ana, luis] = [await openClient({ version }), await openClient({ version })]
    const left: string[] = []
    const mine = ana
      .channel(topic, { config: { presence: { key: 'ana' } } })
      .on('presence', { event: 'leave' }, ({ key }) => left.push(key))
    await subscribed(mine)
    expect(await mine.track({ empresa: 'Agroarriba' })).toBe('ok')
    const theirs = luis
      .channel(topic, { config: { presence: { key: 'luis' } } })
      .on('presence', { event: 'sync' }, () => {})
    await subscribed(theirs)
    await until(() => 'ana' in theirs.presenceState(), 'who was there')
    expect(theirs.presenceState().ana).toMatchObject([{ empresa: 'Agroarriba' }])

    await theirs.track({ empresa: 'Centro Triboka' })
    await until(() => 'luis' in mine.presenceState(), 'who came')
    await theirs.track({ empresa: 'Centro Triboka', escribe: true })
    await until(
      () => (mine.presenceState().luis?.[0] as { escribe?: boolean })?.escribe === true,
      'the change',
    )
    expect(mine.presenceState().luis).toHaveLength(1)

    await luis.realtime.disconnect()
    await until(() => left.includes('luis'), 'who left')
    expect(Object.keys(mine.presenceState())).toEqual(['ana'])
    await mine.untrack()
    await until(() => Object.keys(mine.presenceState()).length === 0, 'nobody')
  })
})

describe('presencia', () => {
  test('un socket cortado sin despedirse sale', async () => {
    const topic = newTopic()
    const client = await openClient()
    const channel = client.channel(topic).on('presence', { event: 'sync' }, () => {})
    await subscribed(channel)
    const raw = await openRaw()
    raw.send([
      '1',
      '1',
      `realtime:${topic}`,
      'phx_join',
      { config: { presence: { key: 'cae', enabled: true } } },
    ])
    raw.send(['1', '2', `realtime:${topic}`, 'presence', { type: 'presence', event: 'track', payload: {} }])
    await raw.find((frame) => frame[1] === '1')
    raw.send(['1', '3', `realtime:${topic}`, 'presence', { type: 'presence', event: 'track', payload: {} }])
    await until(() => 'cae' in channel.presenceState(), 'who came')
    raw.close()
    await until(() => !('cae' in channel.presenceState()), 'who left')
  })

  test('sin clave, cada uno tiene la suya; con la misma, comparten', async () => {
    const topic = newTopic()
    const channels: RealtimeChannel[] = []
    for (const key of ['', '', 'sede', 'sede']) {
      const client = await openClient()
      const channel = client
        .channel(topic, { config: { presence: { key } } })
        .on('presence', { event: 'sync' }, () => {})
      await subscribed(channel)
      await channel.track({ key })
      channels.push(channel)
    }
    await until(() => channels[0]!.presenceState().sede?.length === 2, 'both of the key')
    expect(Object.keys(channels[0]!.presenceState())).toHaveLength(3)
  })
})
