import * as v from 'valibot'
import { slot } from '../process/slot.ts'
import type { Fuente } from './fuente.ts'

const url = v.pipe(v.string(), v.url('is not a URL'), v.regex(/^https?:/, 'is not an http(s) URL'))
const ruta = v.pipe(
  v.string('is missing'),
  v.regex(/^[^.]+(\.[^.]+)*$/, 'is not a path such as data.0.price'),
)
const calidad = v.pipe(
  v.string('is missing'),
  v.trim(),
  v.regex(/^\P{Cc}{1,40}$/u, 'is not a quality of 40 characters at most'),
)

/** The variables of the environment that say where the price of the day comes from. */
export const PRECIO = {
  PRECIO_URL: v.optional(url),
  PRECIO_RUTA: v.optional(ruta),
  PRECIO_CALIDAD: v.optional(calidad),
  PRECIO_MERCADO: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_.-]{0,19}$/, 'is not a market such as NY')),
    'NY',
  ),
  PRECIO_TOKEN: v.optional(v.pipe(v.string(), v.regex(/^[!-~]+$/, 'cannot go in a header'))),
  PRECIO_CABECERA: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]+$/, 'is not the name of a header'))),
  PRECIO_SALTO_MAXIMO: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}(\.\d{1,2})?$/, 'is not a percentage'), v.transform(Number)),
    '10',
  ),
  PRECIO_HORA: v.optional(
    v.pipe(v.string(), v.regex(/^(1?\d|2[0-3])$/, 'is not an hour from 0 to 23'), v.transform(Number)),
    '14',
  ),
}

/** Those without which PRECIO_URL says nothing. */
export const PRECIO_COMPLETO = { PRECIO_URL: url, PRECIO_RUTA: ruta, PRECIO_CALIDAD: calidad }

/** The source that the environment describes; undefined without PRECIO_URL. */
export function fuenteDe(env: v.InferOutput<v.ObjectSchema<typeof PRECIO, undefined>>): Fuente | undefined {
  const { PRECIO_URL, PRECIO_RUTA = '', PRECIO_CALIDAD = '', PRECIO_TOKEN, PRECIO_CABECERA } = env
  if (PRECIO_URL === undefined) return undefined
  return {
    url: PRECIO_URL,
    ruta: PRECIO_RUTA,
    cabecera:
      PRECIO_TOKEN === undefined
        ? undefined
        : PRECIO_CABECERA === undefined
          ? { nombre: 'authorization', valor: `Bearer ${PRECIO_TOKEN}` }
          : { nombre: PRECIO_CABECERA, valor: PRECIO_TOKEN },
    calidad: PRECIO_CALIDAD,
    mercado: env.PRECIO_MERCADO,
    saltoMaximo: env.PRECIO_SALTO_MAXIMO,
    hora: env.PRECIO_HORA,
  }
}

/** Where the price of the day comes from; undefined where nobody asks for it. */
export const fuenteDelDia = slot<Fuente | undefined>('The source of prices')
