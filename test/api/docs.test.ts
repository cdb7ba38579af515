import { get, type IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, inject, test } from 'vitest'
import { openApiDocument } from '../../server/openapi/document.ts'
import { OPERATIONS } from '../../server/openapi/operations.ts'
import { call } from './support.ts'

const url = (path: string) => inject('stack').functionsUrl + path

describe('la documentación', () => {
  test('/openapi.json es la de los esquemas, entera y sin referencias rotas', async () => {
    const { body, text } = await call(null, 'GET', '/openapi.json')
    expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
    expect(body.openapi).toBe('3.1.0')
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(body.components.schemas).toHaveProperty(name!)
    const ids = Object.values(body.paths).flatMap((path) =>
      Object.values(path as object).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(OPERATIONS.length)
  })

  test('/docs la muestra con lo de este origen, y ningún guion dentro', async () => {
    const { supabaseUrl } = inject('stack')
    for (const base of ['/docs', '/functions/v1/docs']) {
      const page = await fetch(url(base))
      const policy = page.headers.get('content-security-policy')
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /)
      expect(policy).toContain(`connect-src 'self' ${supabaseUrl};`)
      const html = await page.text()
      expect(html).not.toMatch(/<script>|<script nonce|\son\w+=/)
      const recursos = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, ruta]) => ruta!)
      expect(recursos.length).toBeGreaterThan(3)
      for (const recurso of recursos) {
        expect(recurso).not.toMatch(/^(https?:)?\/\//)
        const response = await fetch(new URL(recurso, url(base)))
        expect([recurso, response.status]).toEqual([recurso, 200])
        const isVersioned = recurso.includes('?v=')
        expect(response.headers.get('cache-control')).toBe(
          isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache',
        )
        expect((await response.bytes()).length).toBeGreaterThan(100)
      }
    }
  })

  test.each(['/docs', '/docs/scalar.js', '/docs/pagina.js', '/openapi.json'])(
    '%s llega comprimido a quien lo admite, y una sola vez',
    async (path) => {
      const pedir = (headers: Record<string, string>) =>
        new Promise<IncomingMessage & { bytes: Buffer }>((resolve, reject) => {
          get(url(path), { headers }, async (response) => {
            const chunks = await response.toArray()
            resolve(Object.assign(response, { bytes: Buffer.concat(chunks) }))
          }).on('error', reject)
        })
      const [entero, br, gzip, sin] = await Promise.all(
        ['identity', 'gzip, deflate, br', 'gzip', 'br;q=0, gzip;q=0'].map((encoding) =>
          pedir({ 'accept-encoding': encoding }),
        ),
      )
      expect(brotliDecompressSync(br!.bytes).equals(entero!.bytes)).toBe(true)
      expect(gunzipSync(gzip!.bytes).equals(entero!.bytes)).toBe(true)
      expect(sin!.bytes.equals(entero!.bytes)).toBe(true)
      expect([br!, gzip!, sin!].map(({ headers }) => headers['content-encoding'])).toEqual([
        'br',
        'gzip',
        undefined,
      ])
      expect(br!.bytes.length).toBeLessThan(entero!.bytes.length / 2)
      for (const { headers } of [entero!, br!, gzip!]) {
        expect(headers.vary).toContain('Accept-Encoding')
        expect(headers['cache-control']).toBe('no-cache')
        expect((await pedir({ 'if-none-match': headers.etag! })).statusCode).toBe(
          headers['content-encoding'] ? 200 : 304,
        )
      }
      const conocido = await pedir({ 'accept-encoding': 'br', 'if-none-match': br!.headers.etag! })
      expect([conocido.statusCode, conocido.bytes.length, conocido.headers['content-encoding']]).toEqual([
        304,
        0,
        undefined,
      ])
    },
  )

  test('/docs lleva la clave pública y las cuentas de demostración; nada secreto', async () => {
    const { text } = await call(null, 'GET', '/docs')
    const ajustes = JSON.parse(
      /<script type="application\/json" id="ajustes">(.+?)<\/script>/.exec(text)![1]!,
    )
    const { supabaseUrl, publishableKey, ...secretos } = inject('stack')
    expect(Object.keys(ajustes)).toEqual(['supabase', 'clave', 'demo'])
    expect([ajustes.supabase, ajustes.clave]).toEqual([supabaseUrl, publishableKey])
    expect(ajustes.demo.cuentas.map(({ correo }: { correo: string }) => correo)).toContain(
      'exportadora@agroarriba.test',
    )
    for (const secreto of [
      secretos.secretKey,
      secretos.serviceRoleKey,
      secretos.jwtSecret,
      new URL(secretos.authenticatorUrl).password,
    ])
      expect(text).not.toContain(secreto)
    for (const path of ['/docs/scalar.ts', '/docs/..%2fpagina.ts', '/docs/navegador', '/docs/toString'])
      expect((await call(null, 'GET', path)).status).toBe(404)
  })
})
