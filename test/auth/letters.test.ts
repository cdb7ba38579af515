import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { authSettings } from '../../supabase/local/auth/admin/settings.ts'
import { type LetterKind, writeLetter } from '../../supabase/local/auth/mail/letters.ts'
import { SetupError } from '../../supabase/local/settings.ts'

const valores = {
  ConfirmationURL: 'http://127.0.0.1:54321/auth/v1/verify?token=abc&type=signup',
  Token: '012345',
  TokenHash: 'abc',
  SiteURL: 'https://app.triboka.ec',
  RedirectTo: 'https://app.triboka.ec/inicio',
  Email: 'ana@finca.ec',
  NewEmail: 'ana@nueva.ec',
}
const letter = (kind: LetterKind, email: Record<string, unknown> = {}, most: Partial<typeof valores> = {}) =>
  writeLetter(kind, 'ana@finca.ec', { ...valores, ...most }, authSettings({ email }))

test.each(['confirmation', 'recovery', 'magic_link', 'email_change', 'invite'] as const)(
  '%s está en español, con el enlace y el código, en texto y en HTML',
  async (kind) => {
    const { to, text, html, subject } = await letter(kind)
    expect(to).toBe('ana@finca.ec')
    expect(text).toMatch(/^http:\/\/127\.0\.0\.1:54321\/auth\/v1\/verify\?token=abc&type=signup$/m)
    expect(text).toContain('O escriba este código: 012345')
    expect(text).toContain('El enlace y el código sirven una vez, por 1 hora.')
    expect(html).toContain('href="http://127.0.0.1:54321/auth/v1/verify?token=abc&#38;type=signup"')
    expect(html).toContain('>012345<')
    expect(html).toContain('<html lang="es">')
    expect(html).not.toMatch(/<(script|img|link)\b|url\(/)
    expect(`${subject} ${text}`).not.toMatch(/\b(the|your|you|email|link|code)\b/i)
  },
)

test('reauthentication lleva solo el código', async () => {
  const { text, html } = await letter('reauthentication', { otp_expiry: 120 }, { ConfirmationURL: '' })
  expect(text).toContain('Escriba este código: 012345')
  expect(text).toContain('El código sirve una vez, por 2 minutos.')
  expect(`${text}${html}`).not.toMatch(/https?:/)
})

test('config.toml da otro asunto y otro HTML, y lo que se pone en él es texto', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'triboka-carta-'))
  const content_path = join(folder, 'clave.html')
  await writeFile(content_path, '<p>{{ .Email }} {{.Token}} {{ .SiteURL }} {{ .Otro }}</p>')
  const template = { recovery: { subject: 'Hola {{ .Email }}', content_path } }
  const { subject, html, text } = await letter('recovery', { template }, { Email: '<b>@finca.ec' })
  await rm(folder, { recursive: true })
  expect(subject).toBe('Hola <b>@finca.ec')
  expect(html).toBe('<p>&#60;b&#62;@finca.ec 012345 https://app.triboka.ec {{ .Otro }}</p>')
  expect(text).toContain('012345')
})

test.each([
  [{ site_url: 'app.triboka.ec/inicio' }, 'site_url'],
  [{ email: { max_frequency: 'a veces' } }, 'max_frequency'],
])('%j se rechaza al arrancar', (auth, nombre) => {
  expect(() => authSettings(auth)).toThrow(SetupError)
  expect(() => authSettings(auth)).toThrow(nombre)
})
