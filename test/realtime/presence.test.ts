import type { RealtimeChannel } from '@supabase/supabase-js'
import { describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { newTopic, openClient, openRaw, subscribed, VERSIONS } from './support.ts'

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
    await until('who was there', () => 'ana' in theirs.presenceState())
    expect(theirs.presenceState().ana).toMatchObject([{ empresa: 'Agroarriba' }])

    await theirs.track({ empresa: 'Centro Triboka' })
    await until('who came', () => 'luis' in mine.presenceState())
    await theirs.track({ empresa: 'Centro Triboka', escribe: true })
    await until(
      'the change',
      () => (mine.presenceState().luis?.[0] as { escribe?: boolean })?.escribe === true,
    )
    expect(mine.presenceState().luis).toHaveLength(1)

    await luis.realtime.disconnect()
    await until('who left', () => left.includes('luis'))
    expect(Object.keys(mine.presenceState())).toEqual(['ana'])
    await mine.untrack()
    await until('nobody', () => Object.keys(mine.presenceState()).length === 0)
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
    await until('who came', () => 'cae' in channel.presenceState())
    raw.close()
    await until('who left', () => !('cae' in channel.presenceState()))
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
    await until('both of the key', () => channels[0]!.presenceState().sede?.length === 2)
    expect(Object.keys(channels[0]!.presenceState())).toHaveLength(3)
  })
})
