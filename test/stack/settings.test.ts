import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseSize, readConfig } from '../../supabase/local/config.ts'
import { readMailEnvironment } from '../../supabase/local/mailbox/environment.ts'
import { isExposed, isLoopback, readSettings } from '../../supabase/local/settings.ts'

describe('settings', () => {
  test('every setting has a default', () => {
    expect(readSettings({})).toMatchObject({
      host: '127.0.0.1',
      functionsPort: 8000,
      apiPort: 54321,
      dbPort: 54322,
      studioPort: 54323,
      diskReserve: 256 * 2 ** 20,
      mailboxPort: 54324,
    })
  })

  test('an empty variable counts as unset', () => {
    expect(readSettings({ PORT: '', HOST: '' })).toMatchObject({ functionsPort: 8000, host: '127.0.0.1' })
  })

  test('STUDIO=off serves no Studio', () => {
    expect(readSettings({ STUDIO: 'off' }).studioPort).toBeNull()
  })

  test('MAILBOX=off serves no mailbox, and neither does a server of mail', () => {
    expect(readSettings({ MAILBOX: 'off' }).mailboxPort).toBeNull()
    expect(readSettings({ SMTP_URL: 'smtp://127.0.0.1:25' }).mailboxPort).toBeNull()
    expect(() => readSettings({ MAILBOX_PORT: '8000' })).toThrow('MAILBOX_PORT must differ')
  })

  test('what sends mails has a default, two names for its sender, and is refused by name', () => {
    const localhost = 'Triboka <no-responder@localhost>'
    expect(readMailEnvironment({})).toEqual({ smtpUrl: undefined, smtpFrom: localhost, appUrl: undefined })
    expect(readMailEnvironment({ MAIL_FROM: 'a@b.ec' }).smtpFrom).toBe('a@b.ec')
    expect(readMailEnvironment({ MAIL_FROM: 'a@b.ec', SMTP_FROM: 'c@d.ec' }).smtpFrom).toBe('c@d.ec')
    expect(readMailEnvironment({ APP_URL: 'https://app.ec/' }).appUrl).toBe('https://app.ec')
    expect(() => readMailEnvironment({ SMTP_URL: 'http://x', APP_URL: 'y' })).toThrow(/SMTP_URL .*APP_URL /)
  })

  test.each(['0', '65536', '80a', '-1', '8000.5', ' '])('PORT=%j is refused by name', (PORT) => {
    expect(() => readSettings({ PORT })).toThrow(/^PORT=/)
  })

  test('two servers cannot share a port', () => {
    expect(() => readSettings({ PORT: '54321' })).toThrow('must differ')
  })

  test('a stack is exposed by its own address or by what stands before it', () => {
    const exposed = (env: NodeJS.ProcessEnv) => isExposed(readSettings(env))
    expect(exposed({})).toBe(false)
    expect(exposed({ HOST: '0.0.0.0' })).toBe(true)
    expect(exposed({ SUPABASE_PUBLIC_URL: 'https://cacao.example' })).toBe(true)
    expect(exposed({ SUPABASE_PUBLIC_URL: 'https://localhost:8443' })).toBe(false)
    expect(exposed({ SUPABASE_PUBLIC_URL: 'http://[::1]:8443' })).toBe(false)
  })

  test.each([
    'cacao.example',
    'ftp://cacao.example',
    'https://cacao.example/api',
    'https://ana@cacao.example',
  ])('SUPABASE_PUBLIC_URL=%s is refused by name', (SUPABASE_PUBLIC_URL) => {
    expect(() => readSettings({ SUPABASE_PUBLIC_URL })).toThrow(/^SUPABASE_PUBLIC_URL=/)
  })

  test('the public URL is an origin', () => {
    expect(readSettings({ SUPABASE_PUBLIC_URL: 'https://Cacao.example/' }).publicUrl).toBe(
      'https://cacao.example',
    )
  })

  test('loopback is told from any other address', () => {
    expect(['127.0.0.1', '127.8.8.8', 'localhost', '::1'].every(isLoopback)).toBe(true)
    expect(['0.0.0.0', '::', '192.168.1.4', '127.evil.example'].some(isLoopback)).toBe(false)
  })
})

describe('config.toml', () => {
  test('is read with the sizes that the CLI writes', async () => {
    const config = await readConfig()
    expect(config.fileSizeLimit).toBe(50 * 2 ** 20)
    expect(config.api.schemas).toEqual(['public'])
    expect(config.realtime).toEqual({ enabled: true, maxHeaderLength: 4096 })
  })

  test('realtime has the defaults of the CLI, and what it cannot be is refused by name', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'triboka-config-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const read = async (toml: string) => {
      const file = join(dir, 'config.toml')
      await writeFile(file, toml)
      return (await readConfig(file)).realtime
    }
    expect(await read('')).toEqual({ enabled: true, maxHeaderLength: 4096 })
    expect(await read('[realtime]\nenabled = false\nmax_header_length = 8192')).toEqual({
      enabled: false,
      maxHeaderLength: 8192,
    })
    await expect(read('[realtime]\nenabled = "no"')).rejects.toThrow('realtime.enabled')
    await expect(read('[realtime]\nmax_header_length = 0')).rejects.toThrow('realtime.max_header_length')
  })

  test.each([
    ['50MiB', 52_428_800],
    ['1KB', 1000],
    ['7', 7],
    ['2 GiB', 2 ** 31],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  test.each(['', 'MiB', '5 potatoes', '-1MB'])('%j is not a size', (text) => {
    expect(() => parseSize(text)).toThrow('is not a size')
  })
})
