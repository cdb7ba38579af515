import { describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { aMoment, until } from '../support/until.ts'
import { allow, newTopic, openClient, stack, subscribed } from './support.ts'

const ANA = 'exportadora@agroarriba.test'
const RIVAL = 'exportadora@rival.test'
const PRIVATE = { config: { private: true, broadcast: { ack: true, self: true } } }

describe('canales privados', () => {
  test('quien no tiene permiso de lectura no entra: ni otro usuario, ni anónimo, ni con el tema adivinado', async () => {
    const topic = newTopic('sala')
    const ana = await openClient({ email: ANA })
    await allow(ana, topic, 'select')
    expect((await subscribed(ana.channel(topic, PRIVATE))).status).toBe('SUBSCRIBED')
    for (const [client, name] of [
      [await openClient({ email: RIVAL }), topic],
      [await openClient(), topic],
      [await openClient({ email: ANA }), `${topic}0`],
      [await openClient({ email: ANA }), topic.toUpperCase()],
    ] as const) {
      const { status, error } = await subscribed(client.channel(name, PRIVATE))
      expect(status).toBe('CHANNEL_ERROR')
      expect(error?.message).toContain(
        `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`,
      )
    }
  })

  test('leer no es escribir: lo que no se puede enviar no llega a nadie', async () => {
    const topic = newTopic('sala')
    const [ana, luis] = [await openClient({ email: ANA }), await openClient({ email: 'centro@triboka.test' })]
    for (const client of [ana, luis]) await allow(client, topic, 'select')
    await allow(ana, topic, 'insert', 'broadcast')
    const heard: unknown[] = []
    const theirs = luis
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: '*' }, ({ payload }) => heard.push(payload))
    const mine = ana.channel(topic, PRIVATE)
    for (const channel of [theirs, mine]) expect((await subscribed(channel)).status).toBe('SUBSCRIBED')
    await theirs.send({ type: 'broadcast', event: 'x', payload: { de: 'luis' } })
    expect(await mine.send({ type: 'broadcast', event: 'x', payload: { de: 'ana' } })).toBe('ok')
    await until('what may be sent', () => heard.length > 0)
    await aMoment()
    expect(heard).toEqual([{ de: 'ana' }])
    // Presence was not allowed to her: it seems to work, and shows nothing.
    await mine.track({ aqui: true })
    await aMoment()
    expect(mine.presenceState()).toEqual({})
  })

  test('quien solo puede leer la presencia no oye la difusión, y al revés', async () => {
    const topic = newTopic('sala')
    const [ana, luis, eva] = [
      await openClient({ email: ANA }),
      await openClient({ email: 'centro@triboka.test' }),
      await openClient({ email: 'proveedor@finca-san-jose.test' }),
    ]
    await allow(ana, topic, 'select')
    await allow(ana, topic, 'insert')
    await allow(luis, topic, 'select', 'presence')
    await allow(eva, topic, 'select', 'broadcast')
    const heard = { luis: 0, eva: 0 }
    const his = luis
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: '*' }, () => heard.luis++)
      .on('presence', { event: 'sync' }, () => {})
    const hers = eva
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: '*' }, () => heard.eva++)
      .on('presence', { event: 'sync' }, () => {})
    const mine = ana.channel(topic, PRIVATE)
    for (const channel of [his, hers, mine]) expect((await subscribed(channel)).status).toBe('SUBSCRIBED')
    await mine.track({ nombre: 'Ana' })
    await mine.send({ type: 'broadcast', event: 'x', payload: {} })
    await until('what each may', () => heard.eva === 1 && Object.keys(his.presenceState()).length === 1)
    await aMoment()
    expect(heard).toEqual({ luis: 0, eva: 1 })
    expect(hers.presenceState()).toEqual({})
  })

  test('el público y el privado del mismo nombre no se mezclan', async () => {
    const topic = newTopic('sala')
    const [ana, intruso] = [await openClient({ email: ANA }), await openClient()]
    await allow(ana, topic, 'select')
    await allow(ana, topic, 'insert')
    const heard: string[] = []
    const open = intruso.channel(topic).on('broadcast', { event: '*' }, () => heard.push('público'))
    const closed = ana
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: '*' }, () => heard.push('privado'))
    const mine = (await openClient({ email: ANA })).channel(topic, { config: { private: true } })
    for (const channel of [open, closed, mine]) expect((await subscribed(channel)).status).toBe('SUBSCRIBED')
    await mine.send({ type: 'broadcast', event: 'x', payload: {} })
    await open.send({ type: 'broadcast', event: 'x', payload: {} })
    await until('the private one', () => heard.length > 0)
    await aMoment()
    expect(heard).toEqual(['privado'])
  })

  test('quitado el permiso y avisado el servidor, el canal se cierra', async () => {
    const topic = newTopic('sala')
    const ana = await openClient({ email: ANA })
    const revoke = await allow(ana, topic, 'select')
    const statuses: string[] = []
    const told: string[] = []
    ana
      .channel(topic, PRIVATE)
      .on('system', {}, ({ message }: { message: string }) => told.push(message))
      .subscribe((status) => statuses.push(status))
    await until('the join', () => statuses.includes('SUBSCRIBED'))
    await revoke()
    await sql(`select pg_notify('realtime_reauthorize', $1)`, [topic])
    await until('the end', () => statuses.includes('CLOSED'))
    expect(told).toContain(`You no longer have permission to read from this Channel topic: ${topic}`)
  })

  test('una política que falla niega; las preguntas no dejan nada en la tabla', async () => {
    const topic = newTopic('sala')
    const ana = await openClient({ email: ANA })
    const name = `prueba_${topic}_falla`
    await sql(
      `create policy "${name}" on realtime.messages for select to authenticated using (case when realtime.topic() = '${topic}' then 1 / (length(topic) - length(topic)) = 1 else false end)`,
    )
    try {
      expect((await subscribed(ana.channel(topic, PRIVATE))).status).toBe('CHANNEL_ERROR')
    } finally {
      await sql(`drop policy "${name}" on realtime.messages`)
    }
    const [{ n }] = (await sql<{ n: string }>(
      'select count(*) as n from realtime.messages where topic = $1',
      [topic],
    )) as [{ n: string }]
    expect(n).toBe('0')
  })
})

describe('difusión desde la base', () => {
  test('realtime.send llega a los canales privados y públicos de su tema, con su id', async () => {
    const topic = newTopic('sala')
    const ana = await openClient({ email: ANA })
    await allow(ana, topic, 'select')
    const heard: unknown[] = []
    const mine = ana
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: 'aviso' }, (message) => heard.push(message))
    const open = (await openClient({ version: '1.0.0' }))
      .channel(topic)
      .on('broadcast', { event: 'aviso' }, (message) => heard.push(message))
    for (const channel of [mine, open]) expect((await subscribed(channel)).status).toBe('SUBSCRIBED')
    await sql(`select realtime.send('{"texto": "precio 3.000,10", "n": 3000.10}', 'aviso', $1, true)`, [
      topic,
    ])
    await until('the private broadcast', () => heard.length === 1)
    const { payload, meta } = heard[0] as { payload: Record<string, unknown>; meta: { id: string } }
    expect(payload).toMatchObject({ texto: 'precio 3.000,10', n: 3000.1 })
    expect(payload.id).toBe(meta.id)
    await sql(`select realtime.send('{"id": "mio"}', 'aviso', $1, false)`, [topic])
    await until('the public broadcast', () => heard.length === 2)
    expect(heard[1]).toMatchObject({ event: 'aviso', payload: { id: 'mio' } })
  })

  test('send_binary llega como bytes; lo que se deshace no llega; lo de una transacción, en orden', async () => {
    const topic = newTopic('sala')
    const heard: unknown[] = []
    const channel = (await openClient())
      .channel(topic)
      .on('broadcast', { event: '*' }, ({ payload }) =>
        heard.push(payload instanceof ArrayBuffer ? Buffer.from(payload).toString('hex') : payload.n),
      )
    await subscribed(channel)
    await sql(`select realtime.send_binary('\\x00ff10'::bytea, 'b', $1, false)`, [topic])
    await sql(
      `do $$ begin perform realtime.send('{"n": -1}', 'x', '${topic}', false); raise exception 'no'; end $$`,
    ).catch(() => {})
    await sql(
      `select realtime.send(jsonb_build_object('n', n), 'x', $1, false) from generate_series(1, 2500) as n`,
      [topic],
    )
    await until('all of them', () => heard.length >= 2501)
    expect(heard).toEqual(['00ff10', ...Array.from({ length: 2500 }, (_, n) => n + 1)])
  })

  test('un error al difundir no deshace lo que se hacía', async () => {
    const [row] = await sql<{ ok: number }>(`with s as materialized (
      select realtime.send('{}'::jsonb, 'x', null::text, true)) select 1 as ok from s`)
    expect(row).toEqual({ ok: 1 })
  })

  test('lo dicho antes se repite a quien puede leerlo, una vez y en orden', async () => {
    const topic = newTopic('sala')
    const ana = await openClient({ email: ANA })
    await allow(ana, topic, 'select')
    const since = Date.now() - 1000
    for (let n = 1; n <= 30; n++)
      await sql(`select realtime.send(jsonb_build_object('n', $2::int), 'x', $1, true)`, [topic, n])
    const heard: { n: number; replayed?: boolean }[] = []
    const channel = ana
      .channel(topic, { config: { private: true, broadcast: { replay: { since, limit: 10 } } } })
      .on('broadcast', { event: 'x' }, ({ payload, meta }) =>
        heard.push({ n: payload.n, ...(meta?.replayed && { replayed: true }) }),
      )
    await subscribed(channel)
    await sql(`select realtime.send('{"n": 31}', 'x', $1, true)`, [topic])
    await until('the replay', () => heard.length >= 11)
    expect(heard).toEqual([
      ...Array.from({ length: 10 }, (_, n) => ({ n: n + 21, replayed: true })),
      { n: 31 },
    ])
    const rival = await openClient({ email: RIVAL })
    const refused = rival.channel(topic, { config: { private: true, broadcast: { replay: { since } } } })
    expect((await subscribed(refused)).status).toBe('CHANNEL_ERROR')
  })
})

describe('por HTTP', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${stack.supabaseUrl}/realtime/v1/api/broadcast${path}`, {
      method: 'POST',
      headers: { apikey: stack.publishableKey, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test('difunde a un tema público; al privado solo quien puede escribirlo', async () => {
    const topic = newTopic('sala')
    const ana = await openClient({ email: ANA })
    const rival = await openClient({ email: RIVAL })
    for (const verb of ['select', 'insert'] as const) await allow(ana, topic, verb)
    const heard: unknown[] = []
    const mine = ana
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: '*' }, ({ payload }) => heard.push(payload))
    const open = (await openClient())
      .channel(topic)
      .on('broadcast', { event: '*' }, ({ payload }) => heard.push(payload))
    for (const channel of [mine, open]) await subscribed(channel)
    const bearer = async (client: typeof ana) => ({
      authorization: `Bearer ${(await client.auth.getSession()).data.session!.access_token}`,
    })
    const batch = (de: string) => ({ messages: [{ topic, event: 'x', payload: { de }, private: true }] })
    expect((await post('', batch('rival'), await bearer(rival))).status).toBe(202)
    expect((await post('', batch('anónimo'))).status).toBe(202)
    const one = `/${topic}/events/x?private=true`
    expect((await post(one, { de: 'rival' }, await bearer(rival))).status).toBe(403)
    expect((await post('', batch('ana'), await bearer(ana))).status).toBe(202)
    expect((await post(one, { de: 'ana otra vez' }, await bearer(ana))).status).toBe(202)
    expect(
      await (await post('', { messages: [{ topic, event: 'x', payload: { de: 'todos' } }] })).text(),
    ).toBe('')
    await until('what may be sent', () => heard.length >= 3)
    await aMoment()
    expect(heard).toEqual([{ de: 'ana' }, { de: 'ana otra vez' }, { de: 'todos' }])
  })

  test('lo mal pedido se dice', async () => {
    expect((await post('', { messages: [{ event: 'x' }] })).status).toBe(422)
    expect((await post('', '{')).status).toBe(422)
    expect((await post('/t/events/x', 'a', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post('', {}, { apikey: 'otra' })).status).toBe(401)
    expect((await fetch(`${stack.supabaseUrl}/realtime/v1/api/broadcast`, { method: 'POST' })).status).toBe(
      401,
    )
  })
})
