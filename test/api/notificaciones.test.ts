import { beforeEach, describe, expect, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { until } from '../support/until.ts'
import { call, makeContrato, makePeople, makePerson, type People, upload } from './support.ts'

type Persona = People['ana']
interface Aviso {
  id: number
  tipo: string
  texto: string
  cantidad: number
  contrato: string
}

let people: People
beforeEach(async () => {
  people = await makePeople()
})

const avisos = async (quien: Persona, consulta = '?limite=100') =>
  (await call(quien, 'GET', `/notificaciones${consulta}`)).body as {
    notificaciones: Aviso[]
    siguiente: string | null
    sin_leer: number
  }
/** Of contracts: an administrator is told of prices and backups too, whatever other tests do with them meanwhile. */
const tipos = async (quien: Persona) =>
  (await avisos(quien)).notificaciones.filter(({ contrato }) => contrato).map(({ tipo }) => tipo)
const leer = (quien: Persona, json: object = {}) => call(quien, 'POST', '/notificaciones/leidas', { json })
const decir = (quien: Persona, codigo: string, texto: string) =>
  call(quien, 'POST', `/contratos/${codigo}/mensajes`, { json: { texto } })

describe('lo que hace una parte', () => {
  test('se avisa a los usuarios activos de las otras, no a quien lo hizo ni a su empresa ni a un rival', async () => {
    const { ana, carlos, jose, rita, cesar, finca } = people
    const colega = await makePerson(people.exportadora)
    const { codigo } = await makeContrato(people, { proveedores: [] })
    await call(ana, 'PUT', `/contratos/${codigo}`, { json: { observaciones: 'Otra cosa' } })
    await call(ana, 'POST', `/contratos/${codigo}/proveedores`, { json: { proveedores: [finca.id] } })
    await upload(ana, codigo, { tipo: 'factura', archivo: pdf() })
    const lote = await call(ana, 'POST', `/contratos/${codigo}/lote`, {
      json: { peso_qq: 60, humedad: 7.5 },
    })
    const ruta = `/contratos/${codigo}/lotes/${lote.body.id}`
    await call(ana, 'PUT', ruta, { json: { estado: 'Recibido' } })
    await call(ana, 'PUT', ruta, { json: { humedad: 7 } })
    await decir(ana, codigo, 'El precio es 9876 USD')
    await call(ana, 'PUT', ruta, { json: { estado: 'Exportado' } })
    const suyos = [
      'contrato',
      'lote',
      'mensaje',
      'lote',
      'lote',
      'documento',
      'participante',
      'contrato',
      'contrato',
    ]
    expect(await tipos(carlos)).toEqual(suyos)
    // Associated later: it hears what came from then on.
    expect(await tipos(jose)).toEqual(suyos.slice(0, 7))
    for (const otro of [ana, colega, rita, cesar, people.teresa]) {
      const esperado = otro === people.teresa ? suyos : []
      expect(await tipos(otro)).toEqual(esperado)
    }
    // A locked screen shows no price, no volume and nothing that was written; codes and names have longer numbers.
    for (const { texto } of (await avisos(carlos)).notificaciones)
      expect(texto).not.toMatch(/\b(9876|300|200|60|7|7[.]5)\b/)
    expect((await avisos(carlos)).notificaciones[0]!.texto).toBe(`El contrato ${codigo} pasó a Cerrado.`)
  })

  test('a quien se retira se le avisa, y de lo que sigue no', async () => {
    const { codigo } = await makeContrato(people)
    await leer(people.jose)
    await call(people.ana, 'DELETE', `/contratos/${codigo}/proveedores/${people.finca.id}`)
    await decir(people.ana, codigo, 'Entre nosotros')
    const { notificaciones, sin_leer } = await avisos(people.jose)
    expect([notificaciones[0]!.contrato, notificaciones[0]!.tipo, sin_leer]).toEqual([
      codigo,
      'participante',
      1,
    ])
    expect(await tipos(people.carlos)).toEqual(['mensaje', 'participante', 'participante', 'contrato'])
  })

  test('una ráfaga de mensajes es un aviso con su cuenta, hasta que se lee', async () => {
    const { codigo, id } = await makeContrato(people)
    await leer(people.carlos)
    await Promise.all([1, 2, 3, 4, 5].map((n) => decir(people.ana, codigo, `Mensaje ${n}`)))
    const [aviso, ...otros] = (await avisos(people.carlos)).notificaciones.filter(
      ({ tipo }) => tipo === 'mensaje',
    )
    expect([aviso!.cantidad, aviso!.texto, otros]).toEqual([5, `5 mensajes nuevos en ${codigo}.`, []])
    const { mensajes } = (await call(people.carlos, 'GET', `/contratos/${codigo}/mensajes`)).body
    // By the conversation itself; short of its end it stays.
    const lectura = (hasta: number) =>
      call(people.carlos, 'PUT', `/contratos/${id}/lectura`, { json: { hasta } })
    await lectura(mensajes[1].id)
    expect((await avisos(people.carlos)).sin_leer).toBe(1)
    await lectura(mensajes[0].id)
    expect((await avisos(people.carlos)).sin_leer).toBe(0)
    await decir(people.ana, codigo, 'Otro')
    expect((await avisos(people.carlos)).notificaciones[0]).toMatchObject({ tipo: 'mensaje', cantidad: 1 })
  })

  test('lo que se deshace no se avisa, y de lo que no se quiere no se avisa', async () => {
    const { codigo } = await makeContrato(people)
    const preferencias = { mensaje: { en_app: false, push: false }, documento: { en_app: false } }
    await call(people.carlos, 'PUT', '/perfil', { json: { preferencias } })
    await decir(people.ana, codigo, 'Hola')
    await upload(people.ana, codigo, { tipo: 'factura', archivo: pdf() })
    expect(
      (await call(people.ana, 'PUT', `/contratos/${codigo}`, { json: { estado: 'Cerrado' } })).status,
    ).toBe(403)
    expect(await tipos(people.carlos)).toEqual(['participante', 'contrato'])
  })
})

describe('GET /notificaciones', () => {
  test('va por páginas, primero lo no leído, y nada se repite ni falta', async () => {
    const { codigo } = await makeContrato(people)
    for (let n = 0; n < 4; n++) await upload(people.ana, codigo, { tipo: 'foto', archivo: pdf() })
    const todas = (await avisos(people.carlos)).notificaciones
    expect(todas).toHaveLength(6)
    const [leida, otra] = [todas[1]!.id, todas[4]!.id]
    expect((await leer(people.carlos, { ids: [leida, otra] })).body).toEqual({ sin_leer: 4 })
    const vistas: number[] = []
    let cursor: string | null = null
    do {
      const pagina = await avisos(people.carlos, `?limite=2${cursor ? `&cursor=${cursor}` : ''}`)
      vistas.push(...pagina.notificaciones.map(({ id }) => id))
      cursor = pagina.siguiente
    } while (cursor)
    const noLeidas = todas.map(({ id }) => id).filter((id) => id !== leida && id !== otra)
    expect(vistas).toEqual([...noLeidas, leida, otra])
    expect((await leer(people.carlos)).body).toEqual({ sin_leer: 0 })
    expect((await call(people.carlos, 'GET', '/notificaciones?cursor=x')).body.clave).toBe('cursor_invalido')
  })

  test('las de otro no se ven, no se marcan, no se escriben ni se borran', async () => {
    await makeContrato(people)
    const [suya] = (await avisos(people.carlos)).notificaciones
    const { supabase } = people.rita
    expect((await supabase.from('notificaciones').select().eq('id', suya!.id)).data).toEqual([])
    await leer(people.rita, { ids: [suya!.id] })
    await supabase.rpc('leer_notificaciones', { ids: [suya!.id] })
    expect((await avisos(people.carlos)).sin_leer).toBe(2)
    for (const { supabase: cualquiera } of [people.rita, people.carlos]) {
      const tabla = cualquiera.from('notificaciones')
      expect((await tabla.update({ texto: 'x' } as never).eq('id', suya!.id)).error?.code).toBe('42501')
      expect((await tabla.delete().eq('id', suya!.id)).error?.code).toBe('42501')
      expect((await tabla.insert({ texto: 'x' } as never)).error?.code).toBe('42501')
    }
  })
})

describe('el canal de un usuario', () => {
  /** Joins a private channel as an app does. */
  async function entrar({ supabase, token }: Persona, dueno: Persona) {
    const oido: Aviso[] = []
    await supabase.realtime.setAuth(token)
    const canal = supabase.channel(`usuario:${dueno.id}`, {
      config: { private: true, broadcast: { ack: true } },
    })
    canal.on('broadcast', { event: 'notificacion' }, ({ payload }) => oido.push(payload as Aviso))
    const estado = await new Promise<string>((resolve) => canal.subscribe((cual) => resolve(cual)))
    return { canal, estado, oido }
  }

  test('recibe cada aviso; nadie más lo oye y nadie habla en él', async () => {
    const carlos = await entrar(people.carlos, people.carlos)
    expect(carlos.estado).toBe('SUBSCRIBED')
    expect((await entrar(people.rita, people.carlos)).estado).toBe('CHANNEL_ERROR')
    const { codigo } = await makeContrato(people, { proveedores: [] })
    await decir(people.ana, codigo, 'Hola')
    await decir(people.ana, codigo, 'Otra vez')
    await until('it arrives', () => carlos.oido.length === 3)
    const guardados = (await avisos(people.carlos)).notificaciones
    expect(carlos.oido.map(({ id }) => id)).toEqual([guardados[1]!.id, guardados[0]!.id, guardados[0]!.id])
    for (const oido of carlos.oido) {
      expect(oido).toMatchObject({ datos: { codigo } })
      expect(oido).not.toHaveProperty('contrato_id')
    }
    expect(carlos.oido[2]).toMatchObject({ tipo: 'mensaje', cantidad: 2 })
    await carlos.canal.send({ type: 'broadcast', event: 'notificacion', payload: { texto: 'falsa' } })
    const error = await people.rita.supabase
      .channel(`usuario:${people.carlos.id}`, { config: { private: true } })
      .httpSend('notificacion', { texto: 'falsa' })
      .catch((e) => e)
    await decir(people.ana, codigo, 'La última')
    await until('it arrives', () => carlos.oido.length === 4)
    expect(carlos.oido[3]!.cantidad, String(error)).toBe(3)
    await people.carlos.supabase.removeAllChannels()
    await people.rita.supabase.removeAllChannels()
  })
})
