import ejemplos from './ejemplos.json' with { type: 'json' }

/** What an operation was asked once and answered, on the demo data: npm run openapi:ejemplos. */
export interface Ejemplo {
  /** Path and query. */
  ruta: string
  /** Headers of the request. */
  cabeceras?: Record<string, string>
  cuerpo?: unknown
  status: number
  /** Headers of the answer. */
  devueltas?: Record<string, string | null>
  /** The JSON of the answer. */
  respuesta?: unknown
}

export const EJEMPLOS: Record<string, Ejemplo> = ejemplos

/** The values that the path and the query of an example have, by the name of their parameter. */
export function parametrosDe({ ruta }: Ejemplo, path: string): Record<string, string> {
  const [given = '', query] = ruta.split('?')
  const parts = given.split('/')
  const inPath = path.split('/').flatMap((part, i) => {
    const name = /^{(\w+)}$/.exec(part)?.[1]
    return name ? [[name, decodeURIComponent(parts[i]!)] as const] : []
  })
  return { ...Object.fromEntries(inPath), ...Object.fromEntries(new URLSearchParams(query)) }
}
