/** Where the price of the day comes from, and what it is the price of. */
export interface Fuente {
  url: string
  /** Path within its JSON: `data.0.price`. */
  ruta: string
  /** Header with the credentials, if it asks for any. */
  cabecera: { nombre: string; valor: string } | undefined
  calidad: string
  mercado: string
  /** Per cent; a larger jump waits for an administrator. */
  saltoMaximo: number
  /** Hour of Guayaquil from which the day's price is asked for. */
  hora: number
}

/** Why there is no price, in words for the log: neither the address nor an answer is in it. */
export class FuenteError extends Error {
  override name = 'FuenteError'
}

const BYTES_AT_MOST = 1024 * 1024
const PRICE_AT_MOST = 1_000_000

/**
 * Asks a source for its price, USD per metric ton.
 * @returns the digits as the source gave them.
 * @throws FuenteError when it does not answer in time, or with anything but a price.
 */
export async function pedirPrecio({ url, ruta, cabecera }: Fuente, timeoutMs = 15_000): Promise<string> {
  let text: string
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...(cabecera && { [cabecera.nombre]: cabecera.valor }) },
      // A redirection could take the credentials elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new FuenteError(`it answered ${response.status}`)
    }
    text = await limitedText(response)
  } catch (error) {
    if (error instanceof FuenteError) throw error
    const isLate = (error as Error).name === 'TimeoutError'
    throw new FuenteError(isLate ? `it did not answer in ${timeoutMs} ms` : 'it could not be read')
  }
  return precioEn(text, ruta)
}

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    // Leaving the loop cancels the rest.
    if (bytes > BYTES_AT_MOST) throw new FuenteError('its answer is larger than 1 MiB')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * The price at a path of a JSON text: names and positions separated by dots.
 * @throws FuenteError when it is not there, or is not a number above 0.
 */
export function precioEn(text: string, ruta: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new FuenteError('its answer is not JSON')
  }
  for (const parte of ruta.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, parte))
      throw new FuenteError(`its JSON has nothing at ${ruta}`)
    value = (value as Record<string, unknown>)[parte]
  }
  const digits = typeof value === 'number' ? String(value) : value
  if (typeof digits !== 'string' || !/^\d{1,7}(\.\d{1,15})?$/.test(digits))
    throw new FuenteError(`what its JSON has at ${ruta} is not a price`)
  if (Number(digits) < 0.0001 || Number(digits) > PRICE_AT_MOST)
    throw new FuenteError(`what its JSON has at ${ruta} is out of bounds`)
  return digits
}
