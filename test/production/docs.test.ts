import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openBrowser, type Page } from '../support/browser.ts'
import { client } from '../support/client.ts'
import { type Replica, startReplica } from '../support/replica.ts'

const { supabaseUrl, functionsUrl, secretKey } = inject('stack')
const button = (text: string) =>
  `[...document.querySelectorAll('button')].find((one) => one.textContent.includes('${text}'))`
const who = `document.querySelector('#quien').textContent`

let page: Page
beforeAll(async () => {
  page = await openBrowser()
})
afterAll(() => page?.close())

/** Tries the list of contracts in the page. @returns what the browser then asked. */
async function tryList(): Promise<Page['requests']> {
  page.requests.length = 0
  await page.evaluate(`location.hash = '#tag/contratos/GET/contratos'`)
  await page.until(`Boolean(${button('Probar solicitud')})`)
  await page.evaluate(`${button('Probar solicitud')}.click()`)
  await page.until(`Boolean(${button('Enviar solicitud')})`)
  await page.evaluate(`${button('Enviar solicitud')}.click()`)
  await page.until(`/\\b(200|401)\\b/.test(document.querySelector('[role="dialog"]')?.textContent ?? '')`)
  return page.requests.filter(({ method, url }) => method === 'GET' && /\/contratos\?/.test(url))
}

describe('la página de la referencia, en un navegador', () => {
  test.each(['', '/functions/v1'])(
    'se abre en español por %s/docs, sin quejas ni nada de fuera',
    async (base) => {
      const origin = base ? supabaseUrl : functionsUrl
      page.requests.length = 0
      page.complaints.length = 0
      await page.open(`${origin}${base}/docs`)
      await page.until(
        `document.body.textContent.includes('Crea un contrato entre la empresa de quien llama y otra')`,
      )
      expect(await page.evaluate('document.documentElement.lang')).toBe('es')
      expect(await page.evaluate<string>('document.body.innerText')).toMatch(/Buscar[\s\S]*Introducción/)
      const outside = page.requests.filter(({ url }) => !url.startsWith(origin) && !url.startsWith('data:'))
      expect(outside).toEqual([])
      expect(page.complaints).toEqual([])
    },
  )

  test('una cuenta de demostración entra y sus peticiones llevan su sesión', async () => {
    await page.open(`${functionsUrl}/docs`)
    await page.until(`document.querySelector('select[name=cuenta]')?.options.length > 1`)
    await page.evaluate(`document.querySelector('#entrar').click()`)
    await page.until(`${who}.includes('Ana Arriaga')`)
    const asked = await tryList()
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.at(-1)!.authorization).toMatch(/^Bearer eyJ/)
    await page.until(`document.body.innerText.includes('CT-2025-00014')`)
    // What is in no storage is gone with the page.
    expect(
      await page.evaluate(`JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])`),
    ).not.toMatch(/eyJ/)
  })

  test('en un teléfono cabe a lo ancho', async () => {
    const phone = await openBrowser(360)
    try {
      await phone.open(`${functionsUrl}/docs`)
      await phone.until(`document.body.textContent.includes('Crea un contrato')`)
      expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(360)
    } finally {
      await phone.close()
    }
  })
})

describe('en un servidor de verdad, sin cuentas de demostración', () => {
  let replica: Replica
  const account = { email: 'docs@prueba.test', password: 'cacao-de-prueba-2025' }
  beforeAll(async () => {
    replica = await startReplica(inject('stack'), { CUENTAS_DEMO: '' })
    const { auth } = client(supabaseUrl, secretKey)
    await auth.admin.createUser({ ...account, email_confirm: true })
  })
  afterAll(() => replica?.stop())

  const signIn = (email: string, password: string) =>
    page.evaluate(`(() => {
      const form = document.querySelector('#entrada')
      form.correo.value = ${JSON.stringify(email)}
      form.contrasena.value = ${JSON.stringify(password)}
      document.querySelector('#entrar').click()
    })()`)

  test('se entra con correo y contraseña; una equivocada lo dice', async () => {
    await page.open(`${replica.url}/docs`)
    await page.until(`document.body.textContent.includes('Crea un contrato')`)
    expect(await page.evaluate(`document.querySelector('#demo').hidden`)).toBe(true)
    expect(await page.evaluate('document.documentElement.outerHTML')).not.toContain('agroarriba.test')
    await signIn(account.email, 'otra')
    await page.until(`${who}.includes('no son correctos')`)
    await signIn(account.email, account.password)
    await page.until(`${who}.includes('${account.email}')`)
    expect(await page.evaluate(`document.querySelector('#entrada').contrasena.value`)).toBe('')
    await page.evaluate(`document.querySelector('#salir').click()`)
    await page.until(`${who}.includes('Sesión cerrada')`)
  })
})
