// The page behind the QR of an expediente, in a real browser: by its own address and by the gateway's.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { call, makeContrato, makePeople, upload } from '../api/support.ts'
import { openBrowser, type Page } from '../support/browser.ts'
import { pdf } from '../support/pdf.ts'

const { functionsUrl, supabaseUrl } = inject('stack')
const papel = pdf(5000)
let page: Page
let path: string
beforeAll(async () => {
  page = await openBrowser()
  const people = await makePeople()
  const { codigo } = await makeContrato(people)
  await upload(people.ana, codigo, { tipo: 'factura', archivo: papel })
  const { body } = await call(people.ana, 'POST', `/contratos/${codigo}/testigos`, { json: {} })
  path = `/v/${codigo}/${body.testigo}`
})
afterAll(() => page?.close())

/** Chooses a file in the page, as a person does. */
const choose = (bytes: Buffer) =>
  page.evaluate(`{
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (c) => c.charCodeAt(0))
    const files = new DataTransfer()
    files.items.add(new File([bytes], 'factura.pdf'))
    const input = document.querySelector('input[type=file]')
    input.files = files.files
    input.dispatchEvent(new Event('change'))
  }`)
const said = `document.querySelector('#dicho').textContent`

test.each(['', '/functions/v1'])(
  'se abre por %s/v, sin quejas ni nada de fuera, y comprueba un archivo sin enviarlo',
  async (base) => {
    const origin = base ? supabaseUrl : functionsUrl
    page.requests.length = 0
    page.complaints.length = 0
    await page.open(`${origin}${base}${path}?l=es`)
    await page.until(`document.querySelector('h1')?.textContent.includes('Expediente CT-')`)
    await page.until(`document.querySelector('#elegir').hidden === false`)
    // Its style has come: what is said of a policy that refuses it is told nowhere else.
    expect(await page.evaluate(`getComputedStyle(document.querySelector('dl')).display`)).toBe('grid')
    await choose(papel)
    await page.until(`${said}.includes('✓ Sí: es un documento de este contrato')`)
    await choose(Buffer.concat([papel, Buffer.from('x')]))
    await page.until(`${said}.includes('✗ No: ese archivo no es de este contrato')`)
    expect(page.requests.every(({ url }) => url.startsWith(origin))).toBe(true)
    expect(page.requests.every(({ method }) => method === 'GET')).toBe(true)
    expect(page.complaints).toEqual([])
  },
)

test('un sello se comprueba con el formulario', async () => {
  await page.open(`${functionsUrl}${path}?l=es`)
  await page.until(`Boolean(document.querySelector('input[name=s]'))`)
  await page.evaluate(`document.querySelector('input[name=s]').value = '1-0011223344556677'`)
  await page.evaluate(`document.querySelector('form button').click()`)
  await page.until(`document.querySelector('.no')?.textContent.includes('No es auténtico')`)
})

test('en un teléfono cabe a lo ancho', async () => {
  const phone = await openBrowser(320)
  try {
    await phone.open(`${functionsUrl}${path}`)
    await phone.until(`Boolean(document.querySelector('h1'))`)
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(320)
  } finally {
    await phone.close()
  }
})
