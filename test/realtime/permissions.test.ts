import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeContrato, makePeople, type People, type Person, relate } from '../api/support.ts'
import { sign } from '../support/sign.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { allow, newTopic, openClient, openRaw, subscribed } from './support.ts'

let people: People
let contrato: { id: number; codigo: string }
beforeEach(async () => {
  people = await makePeople()
  contrato = await makeContrato(people)
})

/** Joins the channel of the contract, or the one beside it. */
async function entrar({ supabase }: Person, beside = '') {
  await supabase.realtime.setAuth()
  onTestFinished(async () => {
    await supabase.removeAllChannels()
  })
  const heard: string[] = []
  const said: string[] = []
  const canal: RealtimeChannel = supabase
    .channel(`contrato:${contrato.codigo}${beside}`, { config: { private: true } })
    .on('broadcast', { event: 'mensaje' }, ({ payload }) => heard.push(payload.texto))
    .on('system', {}, ({ message }) => said.push(message))
  const { status, error } = await subscribed(canal)
  return { canal, heard, said, status, error }
}
const decir = (texto: string) =>
  sql(`insert into public.mensajes (contrato_id, texto, tipo) values ($1, $2, 'sistema')`, [
    contrato.id,
    texto,
  ])

describe('quién oye el canal de un contrato, mientras está abierto', () => {
  test.each([
    [
      'al quitar a su empresa del contrato',
      () =>
        sql('delete from public.contratos_participantes where contrato_id = $1 and empresa_id = $2', [
          contrato.id,
          people.finca.id,
        ]),
    ],
    [
      'al apagar su usuario',
      () => sql('update public.usuarios set activo = false where id = $1', [people.jose.id]),
    ],
    [
      'al apagar su empresa',
      () => sql('update public.empresas set activo = false where id = $1', [people.finca.id]),
    ],
    [
      'al pasarlo a otra empresa',
      () =>
        sql('update public.usuarios set empresa_id = $2, rol = $3 where id = $1', [
          people.jose.id,
          people.rita.empresa!.id,
          'exportadora',
        ]),
    ],
    [
      'al cerrar sus sesiones',
      async () => {
        const { error } = await people.jose.supabase.rpc('cerrar_sesiones')
        if (error) throw error
      },
    ],
    [
      'al eliminar el contrato',
      () => sql('update public.contratos set eliminado_en = now() where id = $1', [contrato.id]),
    ],
  ])('%s deja de oír y de hablar, y los demás siguen', async (_, quitar) => {
    const [jose, ana] = [await entrar(people.jose), await entrar(people.ana)]
    const vivo = await entrar(people.jose, ':vivo')
    expect([jose.status, ana.status, vivo.status]).toEqual(['SUBSCRIBED', 'SUBSCRIBED', 'SUBSCRIBED'])
    await quitar()
    await until(
      'the end of both channels',
      () => jose.canal.state === 'closed' && vivo.canal.state === 'closed',
    )
    expect(jose.said.at(-1)).toBe(
      `You no longer have permission to read from this Channel topic: contrato:${contrato.codigo}`,
    )
    expect((await entrar(people.jose)).status).toBe('CHANNEL_ERROR')
    if (_ === 'al eliminar el contrato') return
    await decir('Entre los que quedan')
    await until('the message', () => ana.heard.includes('Entre los que quedan'))
    expect(jose.heard).not.toContain('Entre los que quedan')
  })

  test('quien se agrega entra en seguida', async () => {
    const otra = await sql<{ id: string }>(
      `insert into public.empresas (ruc, nombre, tipo) values ('099' || lpad((random() * 1e7)::int::text, 7, '0') || '001', 'Finca Nueva', 'proveedor') returning id`,
    )
    await sql('update public.usuarios set empresa_id = $2 where id = $1', [people.jose.id, otra[0]!.id])
    expect((await entrar(people.jose)).status).toBe('CHANNEL_ERROR')
    await people.jose.supabase.removeAllChannels()
    await relate([people.exportadora, { ...people.finca, id: Number(otra[0]!.id) }])
    const { error } = await people.ana.supabase
      .from('contratos_participantes')
      .insert({ contrato_id: contrato.id, empresa_id: Number(otra[0]!.id) })
    expect(error).toBeNull()
    const jose = await entrar(people.jose)
    expect(jose.status).toBe('SUBSCRIBED')
    await decir('Bienvenido')
    await until('the message', () => jose.heard.includes('Bienvenido'))
  })
})

describe('el token de un canal', () => {
  const tokenOf = (claims: object, seconds: number) =>
    sign({ role: 'authenticated', ...claims }, `${seconds}s`)
  const isEvent = (event: string) => (frame: unknown[]) => frame[3] === event
  async function joined(client: SupabaseClient, seconds: number) {
    const topic = newTopic()
    await allow(client, topic, 'select')
    const sub = (await client.auth.getUser()).data.user!.id
    const socket = await openRaw()
    const access_token = await tokenOf({ sub }, seconds)
    socket.send(['1', '1', `realtime:${topic}`, 'phx_join', { config: { private: true }, access_token }])
    expect(await socket.find(isEvent('phx_reply') as never)).toMatchObject({ 4: { status: 'ok' } })
    const renew = async (claims: object, forSeconds: number) =>
      socket.send([
        '1',
        null,
        `realtime:${topic}`,
        'access_token',
        { access_token: await tokenOf(claims, forSeconds) },
      ])
    return { socket, topic, sub, renew }
  }
  const ended = (message: unknown) =>
    expect.objectContaining({ 3: 'system', 4: expect.objectContaining({ status: 'error', message }) })

  test('al vencer, el canal termina y dice cuánto hace; renovado a tiempo, sigue', async () => {
    const client = await openClient({ email: 'centro@triboka.test' })
    const [lapsing, renewed] = [await joined(client, 2), await joined(client, 2)]
    await renewed.renew({ sub: renewed.sub }, 60)
    await lapsing.socket.find(isEvent('phx_close') as never)
    expect(lapsing.socket.received).toContainEqual(
      ended(expect.stringMatching(/^Token has expired \d+ seconds ago$/)),
    )
    expect(renewed.socket.received.some((frame) => isEvent('phx_close')(frame as never))).toBe(false)
  })

  test('renovado con el de otra persona, con uno vencido o con uno falso, termina', async () => {
    const client = await openClient({ email: 'centro@triboka.test' })
    const [other, expired, forged] = [
      await joined(client, 60),
      await joined(client, 60),
      await joined(client, 60),
    ]
    await other.renew({ sub: '00000000-0000-4000-8000-000000000000' }, 60)
    await expired.renew({ sub: expired.sub }, -5)
    const [head, body] = (await tokenOf({ sub: forged.sub }, 60)).split('.')
    forged.socket.send([
      '1',
      null,
      `realtime:${forged.topic}`,
      'access_token',
      { access_token: `${head}.${body}.AAAA` },
    ])
    for (const [{ socket, topic }, message] of [
      [other, `You no longer have permission to read from this Channel topic: `],
      [expired, 'Token has expired'],
      [forged, 'Failed to validate JWT signature'],
    ] as const) {
      await socket.find(isEvent('phx_close') as never)
      expect(socket.received, topic).toContainEqual(ended(expect.stringContaining(message)))
    }
  })
})
