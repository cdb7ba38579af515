// What an app reads of the errors that the running stack really gives: docs/ejemplos/errores.ts.
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Explicado, explicar } from '../../docs/ejemplos/errores.ts'
import { client } from '../support/client.ts'
import { pdfBlob } from '../support/pdf.ts'
import { companyId, EMAILS, signIn, target } from './support.ts'

const DEMO = 'CT-2025-00014'

let ana: SupabaseClient
let jose: SupabaseClient
let rita: SupabaseClient
const nadie = () => client(target.url, target.key)
/** Nobody listens there. */
const perdida = () => client('http://127.0.0.1:9', target.key)

beforeAll(async () => {
  ;[ana, jose, rita] = await Promise.all([signIn('agroarriba'), signIn('finca'), signIn('exportadoraRival')])
})

/** What there is to show of the error of an answer, which must have one. */
async function explicado(answer: PromiseLike<{ error: unknown }>): Promise<Explicado> {
  const { error } = await answer
  expect(error).not.toBeNull()
  const { clave, mensaje, campo } = await explicar(error)
  // Of everything there is something to say, in Spanish and with nothing of the inside.
  expect(mensaje).toMatch(/^[A-ZÁÉÍÓÚÑ].{8,}\.$/)
  expect(mensaje).not.toMatch(/violates|row-level|constraint|JWT|fetch|invalid\b/i)
  return { clave, mensaje, campo }
}

describe('de las tablas', () => {
  const contrato = async (cambios: object) => ({
    contraparte_id: await companyId(ana, 'Centro Triboka'),
    volumen_tm: 10,
    ...cambios,
  })

  test('una restricción y un dato que falta dicen su campo', async () => {
    const negativo = await explicado(ana.from('contratos').insert(await contrato({ volumen_tm: -1 })))
    expect([negativo.clave, negativo.campo]).toEqual(['datos_invalidos', 'volumen_tm'])
    const { data } = await ana.from('contratos').select('id').eq('codigo', DEMO).single()
    const falta = await explicado(ana.from('lotes_asociados').insert({ contrato_id: data!.id, humedad: 7 }))
    expect([falta.clave, falta.campo]).toEqual(['datos_invalidos', 'peso_qq'])
    const repetido = await explicado(
      ana
        .from('lotes_asociados')
        .insert({ contrato_id: data!.id, codigo_lote: 'LT-0001', peso_qq: 1, humedad: 7 }),
    )
    expect([repetido.clave, repetido.campo]).toEqual(['duplicado', 'codigo_lote'])
  })

  test('una regla del negocio dice su clave, su mensaje y su campo', async () => {
    const ajena = await explicado(ana.from('contratos').insert(await contrato({ contraparte_id: 999_999 })))
    expect(ajena).toEqual({
      clave: 'contraparte_invalida',
      mensaje: 'La contraparte debe ser un centro de acopio o un proveedor activo.',
      campo: 'contraparte_id',
    })
  })

  test('lo que no está, lo que no se puede y lo que no se entiende', async () => {
    const claves = await Promise.all(
      [
        rita.from('contratos').select('id').eq('codigo', DEMO).single(),
        nadie().from('contratos').select('id'),
        ana.from('contratos').select('id').eq('id', 'no es un número'),
        createClient(target.url, target.key, { accessToken: async () => 'x.y.z' })
          .from('contratos')
          .select('id'),
        perdida().from('contratos').select('id').abortSignal(AbortSignal.timeout(8000)),
      ].map(explicado),
    )
    expect(claves.map(({ clave }) => clave)).toEqual([
      'no_existe',
      'sin_permiso',
      'datos_invalidos',
      'no_autenticado',
      'sin_conexion',
    ])
  })
})

describe('de las funciones', () => {
  test('el documento del problema, con su campo', async () => {
    const invalido = await explicado(
      ana.functions.invoke('contratos', { body: { contraparte_id: 2, volumen_tm: 0 } }),
    )
    expect(invalido).toEqual({
      clave: 'datos_invalidos',
      mensaje: 'Debe ser mayor que 0.',
      campo: 'volumen_tm',
    })
    const ajeno = await explicado(rita.functions.invoke(`contratos/${DEMO}`, { method: 'GET' }))
    expect(ajeno).toEqual({ clave: 'contrato_no_existe', mensaje: 'No existe ese contrato.', campo: null })
    expect((await explicado(nadie().functions.invoke('contratos', { method: 'GET' }))).clave).toBe(
      'no_autenticado',
    )
  })

  test('se puede leer otra vez: quien la muestra no se la quita a quien la registra', async () => {
    const { error } = await ana.functions.invoke('contratos/999999999', { method: 'GET' })
    expect((await explicar(error)).clave).toBe('contrato_no_existe')
    expect((await explicar(error)).clave).toBe('contrato_no_existe')
    expect(await error.context.json()).toMatchObject({ clave: 'contrato_no_existe' })
  })

  test('sin red', async () => {
    expect((await explicado(perdida().functions.invoke('contratos'))).clave).toBe('sin_conexion')
  })
})

describe('de Auth', () => {
  test('sus códigos, en español', async () => {
    const entrar = (password: string) =>
      nadie().auth.signInWithPassword({ email: EMAILS.agroarriba, password })
    expect(await explicado(entrar('equivocada'))).toEqual({
      clave: 'invalid_credentials',
      mensaje: 'El correo o la contraseña no son correctos.',
      campo: null,
    })
    const corta = await explicado(nadie().auth.signUp({ email: 'corta@prueba.test', password: 'abc' }))
    expect([corta.clave, corta.campo]).toEqual(['weak_password', 'password'])
    const codigo = await explicado(
      nadie().auth.verifyOtp({ email: EMAILS.agroarriba, token: '000000', type: 'email' }),
    )
    expect(codigo.clave).toBe('otp_expired')
    const vieja = await explicado(nadie().auth.refreshSession({ refresh_token: 'no-es-una-sesion' }))
    expect(vieja.clave).toBe('refresh_token_not_found')
    expect((await explicado(nadie().auth.updateUser({ data: {} }))).clave).toBe('no_autenticado')
    expect((await explicado(nadie().auth.getUser('x.y.z'))).clave).toMatch(/^(bad_jwt|no_autenticado)$/)
  })

  test('sin red', async () => {
    const entrar = perdida().auth.signInWithPassword({ email: EMAILS.agroarriba, password: 'x' })
    expect((await explicado(entrar)).clave).toBe('sin_conexion')
  })
})

describe('de Storage', () => {
  const suyo = `${DEMO}/contrato.pdf`

  test('lo que dice un almacén', async () => {
    const bucket = (quien: SupabaseClient) => quien.storage.from('contratos')
    const nuevo = `${DEMO}/prueba_${Date.now()}.pdf`
    expect((await bucket(ana).upload(nuevo, pdfBlob())).error).toBeNull()
    const claves = await Promise.all(
      [
        bucket(ana).upload(nuevo, pdfBlob()),
        bucket(rita).upload(`${DEMO}/ajeno.pdf`, pdfBlob()),
        bucket(rita).download(suyo),
        bucket(ana).upload(`${DEMO}/programa.exe`, new Blob(['MZ'], { type: 'application/x-msdownload' })),
        bucket(ana).upload(
          `${DEMO}/enorme.pdf`,
          new Blob([new Uint8Array(51 * 2 ** 20)], { type: 'application/pdf' }),
        ),
        perdida().storage.from('contratos').download(suyo),
      ].map(explicado),
    )
    await bucket(ana).remove([nuevo])
    expect(claves.map(({ clave }) => clave)).toEqual([
      'duplicado',
      'sin_permiso',
      'no_existe',
      'archivo_no_admitido',
      'archivo_demasiado_grande',
      'sin_conexion',
    ])
    expect(claves[3]!.campo).toBe('archivo')
  })
})

describe('de un canal y de la red', () => {
  test('un canal ajeno', async () => {
    const fallo = await new Promise<unknown>((resolve) => {
      rita.channel(`contrato:${DEMO}`, { config: { private: true } }).subscribe((status, error) => {
        if (status !== 'SUBSCRIBED') resolve(error ?? status)
      })
    })
    await rita.removeAllChannels()
    expect((await explicar(fallo)).clave).toBe('sin_permiso')
  })

  test('los estados de subscribe, fetch y lo que nadie conoce', async () => {
    const roto = await fetch('http://127.0.0.1:9').catch((error) => error)
    const cortado = await fetch(target.url, { signal: AbortSignal.abort() }).catch((error) => error)
    const claves = await Promise.all(
      [
        'TIMED_OUT',
        new Error('ClientJoinRateLimitReached: Too many joins per second'),
        'CHANNEL_ERROR',
        'CLOSED',
        roto,
        cortado,
        null,
        undefined,
        7,
        {},
        new Error('x'),
      ].map(explicar),
    )
    expect(claves.map(({ clave }) => clave)).toEqual([
      'tiempo_agotado',
      'demasiadas_peticiones',
      'canal_no_disponible',
      'canal_no_disponible',
      'sin_conexion',
      'cancelado',
      ...Array(5).fill('error_desconocido'),
    ])
  })
})

test('un proveedor que no puede lo lee igual por la tabla y por la función', async () => {
  const porTabla = await explicado(jose.from('contratos').insert({ contraparte_id: 2, volumen_tm: 1 }))
  const porFuncion = await explicado(
    jose.functions.invoke('contratos', { body: { contraparte_id: 2, volumen_tm: 1 } }),
  )
  expect(porTabla).toEqual(porFuncion)
  expect(porTabla.clave).toBe('contrato_sin_permiso')
})
