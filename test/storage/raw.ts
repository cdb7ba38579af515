import { request } from 'node:http'
import { inject } from 'vitest'

export interface Call {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string
}

/**
 * Sends a call exactly as given, on a connection of its own: fetch would tidy it up, or refuse it, first.
 * @returns its status; 0 if cut.
 */
export function send({ method, path, headers = {}, body }: Call): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(inject('stack').supabaseUrl)
  return new Promise((resolve) => {
    const sent = request(
      { hostname, port, path: `/storage/v1${path}`, method, headers, agent: false },
      (answer) => {
        let text = ''
        answer.on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode!, text }))
        answer.on('error', () => resolve({ status: 0, text }))
      },
    )
    sent.on('error', () => resolve({ status: 0, text: '' }))
    sent.end(body)
  })
}
