import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pdfBlob } from '../support/pdf.ts'
import { aMoment, until } from '../support/until.ts'
import { attach, type Contract, createContract, invoke, signIn, target, type Who } from './support.ts'

const open: SupabaseClient[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((supabase) => supabase.removeAllChannels()))
})

/** Signs in, with a client whose channels end with the test. */
async function enter(who: Who): Promise<SupabaseClient> {
  const supabase = await signIn(who)
  await supabase.realtime.setAuth()
  open.push(supabase)
  return supabase
}

const subscribe = (channel: RealtimeChannel) =>
  new Promise<string>((resolve) => channel.subscribe((status) => resolve(status)))

interface Heard {
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any message
  payload: any
  meta?: { id?: string }
}

/** The channel of a contract, and what is heard in it. */
async function listen(supabase: SupabaseClient, { codigo }: Contract, config: object = {}, beside = '') {
  const heard: Heard[] = []
  const channel = supabase
    .channel(`contrato:${codigo}${beside}`, { config: { private: true, ...config } })
    .on('broadcast', { event: '*' }, (message) => heard.push(message as unknown as Heard))
    .on('presence', { event: 'sync' }, () => {})
  const status = await subscribe(channel)
  return { channel, heard, status, texts: () => heard.map(({ payload }) => payload.texto) }
}

const say = (supabase: SupabaseClient, { id }: Contract, texto: string, more: object = {}) =>
  supabase
    .from('mensajes')
    .insert({ contrato_id: id, texto, ...more })
    .select('*')
    .single()

describe('la conversación de un contrato', () => {
  let agroarriba: SupabaseClient
  let contract: Contract
  beforeAll(async () => {
    agroarriba = await signIn('agroarriba')
    contract = await createContract(agroarriba)
  })

  test('nace con el contrato: el primer mensaje dice quién lo abrió', async () => {
    const own = await createContract(agroarriba)
    const { data } = await agroarriba.from('mensajes').select('*').eq('contrato_id', own.id).order('id')
    expect(data![0]).toMatchObject({ tipo: 'sistema', usuario_id: null })
    expect(data![0].texto).toMatch(new RegExp(`\\(Agroarriba\\) abrió el contrato ${own.codigo}\\.$`))
  })

  test('lo que escribe cualquier parte, por la tabla o por la función, llega a todas, entero y con su autor', async () => {
    const [triboka, finca, admin] = [await enter('triboka'), await enter('finca'), await enter('admin')]
    const listeners = await Promise.all([triboka, finca, admin].map((supabase) => listen(supabase, contract)))
    for (const { status } of listeners) expect(status).toBe('SUBSCRIBED')
    const written = await say(finca, contract, 'Llegó el camión.')
    expect(written.error).toBeNull()
    const { status, data } = await invoke(triboka, `contratos/${contract.codigo}/mensajes`, {
      body: { texto: 'Lo recibimos.' },
    })
    expect(status).toBe(201)
    // All of the row but the contract's id, which would tell how many contracts there are: its code is there.
    const { contrato_id: _, ...row } = written.data
    for (const { heard, texts } of listeners) {
      await until('both', () => texts().length === 2)
      expect(heard[0]!.payload).not.toHaveProperty('contrato_id')
      expect(heard[0]).toMatchObject({
        event: 'mensaje',
        payload: {
          ...row,
          autor: written.data.autor,
          empresa: 'Finca San José',
          contrato: contract.codigo,
        },
        meta: { id: expect.any(String) },
      })
      expect(heard[1]!.payload).toMatchObject({
        id: data.id,
        texto: 'Lo recibimos.',
        empresa: 'Centro Triboka',
      })
    }
  })

  test('los cambios de estado, los documentos y los lotes aparecen en ella', async () => {
    const own = await createContract(agroarriba)
    const { texts } = await listen(await enter('finca'), own)
    await attach(agroarriba, own, pdfBlob(), 'FAC-001.pdf', { tipo: 'factura' })
    await invoke(agroarriba, `contratos/${own.codigo}/lote`, { body: { peso_qq: 60, humedad: 7.5 } })
    await invoke(agroarriba, `contratos/${own.codigo}/lotes/LT-0001`, {
      method: 'PUT',
      body: { estado: 'Exportado' },
    })
    await until('every event', () => texts().length === 4)
    expect(texts()[0]).toMatch(/ subió FAC-001\.pdf\.$/)
    expect(texts()[1]).toMatch(/ registró el lote LT-0001: 60 qq, 7\.5 % de humedad\.$/)
    expect(texts()[2]).toMatch(/ pasó el lote LT-0001 a Exportado\.$/)
    expect(texts()[3]).toMatch(/^El contrato quedó Cerrado/)
  })

  test('escribiendo y la presencia van de una parte a otra', async () => {
    const [triboka, finca] = [await enter('triboka'), await enter('finca')]
    const theirs = await listen(triboka, contract)
    const mine = await listen(finca, contract)
    await mine.channel.track({ nombre: 'José Zambrano', empresa: 'Finca San José' })
    await until('who is here', () => Object.keys(theirs.channel.presenceState()).length === 1)
    expect(Object.values(theirs.channel.presenceState())).toMatchObject([
      [{ nombre: 'José Zambrano', empresa: 'Finca San José' }],
    ])
    const [heard, spoken] = [
      await listen(triboka, contract, {}, ':vivo'),
      await listen(finca, contract, {}, ':vivo'),
    ]
    await spoken.channel.send({
      type: 'broadcast',
      event: 'escribiendo',
      payload: { nombre: 'José Zambrano' },
    })
    await until('the word', () => heard.heard.some(({ event }) => event === 'escribiendo'))
    await finca.removeAllChannels()
    await until('who has left', () => Object.keys(theirs.channel.presenceState()).length === 0)
  })

  test('un participante no difunde donde difunde la base, por ninguna vía', async () => {
    const [triboka, finca] = [await enter('triboka'), await enter('finca')]
    const theirs = await listen(triboka, contract)
    const mine = await listen(finca, contract, { broadcast: { ack: true } })
    const topic = `contrato:${contract.codigo}`
    const payload = { id: 999_999, autor: 'Ana Arriaga', empresa: 'Agroarriba', texto: 'falso' }
    const names = ['mensaje', 'notificacion', 'escribiendo', 'x']
    for (const event of names) void mine.channel.send({ type: 'broadcast', event, payload })
    const headers = {
      apikey: target.key,
      authorization: `Bearer ${(await finca.auth.getSession()).data.session!.access_token}`,
      'content-type': 'application/json',
    }
    const post = (path: string, body: object) =>
      fetch(`${target.url}/realtime/v1/api/broadcast${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
    // Another Realtime takes the id of a message from whoever sends it so.
    const id = crypto.randomUUID()
    await post('', { messages: names.map((event) => ({ id, topic, event, payload, private: true })) })
    const one = await post(`/${encodeURIComponent(topic)}/events/mensaje?private=true`, payload)
    expect(one.status).toBe(403)

    await say(agroarriba, contract, 'lo cierto')
    await until('what was written', () => theirs.texts().includes('lo cierto'))
    // What is forbidden would have come before it.
    await say(agroarriba, contract, 'y esto')
    await until('what was written next', () => theirs.texts().includes('y esto'))
    expect(theirs.texts()).toEqual(['lo cierto', 'y esto'])
    expect(theirs.heard[0]!.meta?.id).toBeDefined()
  })

  test('lo escrito no se cambia ni se borra, ni se firma por otro', async () => {
    const { data } = await say(agroarriba, contract, 'Así fue.')
    for (const attempt of [
      agroarriba.from('mensajes').update({ texto: 'No fue así.' }).eq('id', data.id),
      agroarriba.from('mensajes').delete().eq('id', data.id),
      say(agroarriba, contract, 'x', { autor: 'Otro' }),
      say(agroarriba, contract, 'x', { tipo: 'sistema' }),
    ])
      expect((await attempt).error).toMatchObject({ code: '42501' })
    const { data: kept } = await agroarriba.from('mensajes').select('*').eq('id', data.id).single()
    expect(kept).toEqual(data)
  })

  test.each(['exportadoraRival', 'centroRival'] as const)(
    '%s no oye, no habla, no está y no sabe',
    async (who) => {
      const [rival, triboka] = [await enter(who), await enter('triboka')]
      const theirs = await listen(triboka, contract)
      const before = theirs.heard.length
      const topic = `contrato:${contract.codigo}`

      // The channels: joining, and what they would repeat.
      for (const [config, beside] of [
        [{}, ''],
        [{ broadcast: { replay: { since: 0, limit: 25 } } }, ''],
        [{}, ':vivo'],
        [{}, ':vivo:vivo'],
      ] as const) {
        const { status, heard } = await listen(rival, contract, config, beside)
        expect(status).toBe('CHANNEL_ERROR')
        expect(heard).toEqual([])
        await rival.removeAllChannels()
      }
      // The public channel of the same name is another one.
      const outside = await listen(rival, contract, { private: false })
      expect(outside.status).toBe('SUBSCRIBED')
      await outside.channel.track({ nombre: 'Intruso' })
      await outside.channel.send({ type: 'broadcast', event: 'mensaje', payload: { texto: 'intruso' } })
      // The HTTP side.
      const headers = {
        apikey: target.key,
        authorization: `Bearer ${(await rival.auth.getSession()).data.session!.access_token}`,
        'content-type': 'application/json',
      }
      await fetch(`${target.url}/realtime/v1/api/broadcast`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          messages: [{ topic, event: 'mensaje', payload: { texto: 'intruso' }, private: true }],
        }),
      })
      // The tables, their changes, and the functions.
      const changes: unknown[] = []
      const listening = rival.channel('cambios')
      for (const table of ['mensajes', 'contratos', 'lotes_asociados', 'documentos_contrato'])
        listening.on('postgres_changes', { event: '*', schema: 'public', table }, (change) => {
          const { id, contrato_id } = change.new as { id: number; contrato_id?: number }
          if ((contrato_id ?? id) === contract.id) changes.push(change)
        })
      const ready = new Promise<void>((resolve) =>
        listening.on('system', {}, ({ message }) => message === 'Subscribed to PostgreSQL' && resolve()),
      )
      expect(await subscribe(listening)).toBe('SUBSCRIBED')
      await ready
      expect((await rival.from('mensajes').select('id').eq('contrato_id', contract.id)).data).toEqual([])
      expect((await say(rival, contract, 'intruso')).error).not.toBeNull()
      const read = await rival.from('lecturas').insert({ contrato_id: contract.id, hasta: 1 })
      expect(read.error).not.toBeNull()
      for (const [path, options] of [
        ['mensajes', { method: 'GET' }],
        ['mensajes', { body: { texto: 'intruso' } }],
        ['lectura', { method: 'PUT', body: { hasta: 1 } }],
      ] as const)
        expect((await invoke(rival, `contratos/${contract.codigo}/${path}`, options)).status).toBe(404)
      // What the database itself offers to send with is not for users.
      expect(
        (await rival.schema('realtime' as 'public').rpc('send', { topic } as never)).error,
      ).not.toBeNull()

      await say(agroarriba, contract, 'entre nosotros')
      await until('what may be heard', () => theirs.texts().includes('entre nosotros'))
      await aMoment(1000)
      expect(theirs.texts().slice(before)).toEqual(['entre nosotros'])
      expect(theirs.channel.presenceState()).toEqual({})
      expect(outside.heard.map(({ payload }) => payload.texto)).not.toContain('entre nosotros')
      expect(changes).toEqual([])
    },
  )

  test('sin leer: lo de los demás, hasta donde cada uno dice haber leído', async () => {
    const own = await createContract(agroarriba)
    const triboka = await signIn('triboka')
    const unread = async () =>
      (await invoke(triboka, `contratos?texto=${own.codigo}`, { method: 'GET' })).data.contratos[0].sin_leer
    const before = await unread()
    const { data } = await say(agroarriba, own, 'uno')
    await say(triboka, own, 'dos')
    expect(await unread()).toBe(before + 1)
    const { error } = await triboka.from('lecturas').upsert({ contrato_id: own.id, hasta: data.id })
    expect(error).toBeNull()
    expect(await unread()).toBe(0)
  })
})
