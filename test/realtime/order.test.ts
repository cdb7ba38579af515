import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { abrirConversacion, type Mensaje } from '../../docs/ejemplos/conversacion.ts'
import { ask, postmasterOf } from '../acceptance/process/support.ts'
import { createContract, signIn, type Who } from '../acceptance/support.ts'
import { startStackProcess } from '../support/stack.ts'
import { until } from '../support/until.ts'
import { startBadNetwork } from './bad-network.ts'

const PARTNERS: Who[] = ['agroarriba', 'triboka', 'finca', 'admin']
const WRITERS = 20
const MESSAGES = 5000
const CUT_EVERY_MS = 250

test('veinte escriben 5000 mensajes mientras todo se corta: nada se pierde ni se repite, y todo llega en orden', async () => {
  const running = await startStackProcess()
  onTestFinished(() => running.dispose())
  const { supabaseUrl, publishableKey } = running.stack
  const network = await startBadNetwork(supabaseUrl)
  onTestFinished(() => network.close())
  const contract = await createContract(await signIn('agroarriba', { url: supabaseUrl, key: publishableKey }))

  const people = await Promise.all(
    Array.from({ length: WRITERS }, async (_, index) => {
      const supabase = await signIn(PARTNERS[index % PARTNERS.length]!, {
        url: network.url,
        key: publishableKey,
      })
      const read: Mensaje[] = []
      let losses = 0
      const conversation = await abrirConversacion({
        supabase,
        contrato: contract,
        alMensaje: (message) => read.push(message),
        alEstado: (isUpToDate) => {
          if (!isUpToDate) losses++
        },
      })
      const close = async () => {
        await conversation.cerrar()
        await supabase.realtime.disconnect()
      }
      return { conversation, read, close, losses: () => losses }
    }),
  )
  onTestFinished(async () => {
    await Promise.all(people.map(({ close }) => close()))
  })
  await until('everybody has the first message', () => people.every(({ read }) => read.length > 0))

  const acknowledged: Mensaje[] = []
  const writing = Promise.all(
    people.map(async ({ conversation }, writer) => {
      for (let n = 0; n < MESSAGES / WRITERS; n++)
        acknowledged.push(await conversation.escribir(`${writer}: ${n}`))
    }),
  )
  let isWriting = true
  writing
    .catch(() => {})
    .finally(() => {
      isWriting = false
    })
  const cutting = (async () => {
    // On a quick machine the writing may end before chance has found everybody.
    for (; isWriting || people.some(({ losses }) => losses() === 0); await sleep(CUT_EVERY_MS))
      network.cut(() => Math.random() < 0.05)
  })()

  await until('a fifth is written', () => acknowledged.length >= MESSAGES / 5, 120_000)
  const postmaster = await postmasterOf(running)
  // No farewell: what was acknowledged has to be in the log already.
  process.kill(postmaster.pid, 'SIGQUIT')
  await writing
  await cutting
  expect((await postmasterOf(running)).pid).not.toBe(postmaster.pid)

  const history = await ask<{ id: string; texto: string; tipo: string }>(
    running,
    `select id, texto, tipo from public.mensajes where contrato_id = ${contract.id} order by id`,
  )
  const said = history.filter(({ tipo }) => tipo === 'usuario')
  expect(said).toHaveLength(MESSAGES)
  expect(new Set(said.map(({ texto }) => texto)).size).toBe(MESSAGES)
  expect(acknowledged.map(({ id }) => id).sort((a, b) => a - b)).toEqual(said.map(({ id }) => Number(id)))
  for (let writer = 0; writer < WRITERS; writer++) {
    const mine = said.map(({ texto }) => texto.split(': ')).filter(([who]) => who === String(writer))
    expect(mine.map(([, n]) => Number(n))).toEqual(Array.from(mine, (_, n) => n))
  }

  const ids = history.map(({ id }) => Number(id))
  await until('every reader has every message', () => people.every(({ read }) => read.length >= ids.length))
  for (const { read } of people) expect(read.map(({ id }) => id)).toEqual(ids)
}, 240_000)
