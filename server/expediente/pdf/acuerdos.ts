import type { Expediente, Terminos } from '../leer.ts'
import type { Hojas } from './hojas.ts'
import { cuando, nombreDe } from './palabras.ts'

const quienYCuando = (quien: string | null, en: string | null) =>
  [quien, cuando(en)].filter(Boolean).join(', ')

/** Each version of the terms: who proposed it, who accepted it, and what is other than in the one before. */
export async function versiones(hojas: Hojas, exp: Expediente): Promise<void> {
  if (exp.versiones.length === 0) return
  hojas.seccion('Versiones de los términos')
  let antes: Terminos = {}
  const filas: string[][] = []
  for (const { n, terminos, origen, propone, propuesta_en, acepta, aceptada_en } of exp.versiones) {
    const cambios = Object.keys(terminos).filter((clave) => n === 1 || terminos[clave] !== antes[clave])
    filas.push([
      String(n),
      nombreDe(origen),
      quienYCuando(propone, propuesta_en),
      quienYCuando(acepta, aceptada_en),
      cambios.map((clave) => `${nombreDe(clave)}: ${terminos[clave] ?? '—'}`).join('; '),
    ])
    antes = terminos
  }
  await hojas.tabla(
    [
      { nombre: 'N.º', ancho: 0.06 },
      { nombre: 'Origen', ancho: 0.12 },
      { nombre: 'Propuesta', ancho: 0.17 },
      { nombre: 'Aceptada', ancho: 0.17 },
      { nombre: 'Qué dice, o qué cambia', ancho: 0.48 },
    ],
    filas,
  )
}

/** Each amendment, whatever became of it. */
export async function enmiendas(hojas: Hojas, exp: Expediente): Promise<void> {
  if (exp.enmiendas.length === 0) return
  hojas.seccion('Enmiendas')
  await hojas.tabla(
    [
      { nombre: 'N.º', ancho: 0.06 },
      { nombre: 'Estado', ancho: 0.12 },
      { nombre: 'Propone', ancho: 0.2 },
      { nombre: 'Responde', ancho: 0.2 },
      { nombre: 'Qué cambia', ancho: 0.42 },
    ],
    exp.enmiendas.map(({ n, estado, propone, propuesta_en, responde, respondida_en, cambios, motivo }) => [
      String(n),
      nombreDe(estado),
      quienYCuando(propone, propuesta_en),
      quienYCuando(responde, respondida_en),
      [
        ...Object.entries(cambios).map(([clave, valor]) => `${nombreDe(clave)}: ${valor ?? '—'}`),
        ...(motivo ? [`Motivo: ${motivo}`] : []),
      ].join('; '),
    ]),
  )
}
