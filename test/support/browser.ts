import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { requireProgram } from './programs.ts'
import { until } from './until.ts'

/** One page of a real browser. */
export interface Page {
  open(url: string): Promise<void>
  /** Value of an expression in the page; promises are awaited. */
  evaluate<T>(expression: string): Promise<T>
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>
  /** What was asked of servers: `GET http://… Bearer …`. */
  requests: { method: string; url: string; authorization?: string }[]
  /** What the browser complained of: errors of scripts, refusals of the policy. */
  complaints: string[]
  close(): Promise<void>
}

/** Starts Chromium (apt: chromium) with one page, of the given width. */
export async function openBrowser(width = 1280): Promise<Page> {
  requireProgram('chromium', 'chromium')
  const dir = await mkdtemp(join(tmpdir(), 'triboka-navegador-'))
  const browser = spawn(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${dir}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const port = await new Promise<string>((resolve, reject) => {
    let told = ''
    browser.once('error', reject)
    browser.once('exit', () => reject(new Error(`Chromium ended:\n${told}`)))
    browser.stderr.on('data', (chunk) => {
      told += chunk
      const found = /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(told)?.[1]
      if (found) resolve(found)
    })
  })
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string
  }[]
  const socket = new WebSocket(target!.webSocketDebuggerUrl)
  await once(socket, 'open')

  let last = 0
  // biome-ignore lint/suspicious/noExplicitAny: whatever the protocol answers
  const pending = new Map<number, (answer: any) => void>()
  const page: Pick<Page, 'requests' | 'complaints'> = { requests: [], complaints: [] }
  // biome-ignore lint/suspicious/noExplicitAny: whatever the protocol answers
  const send = (method: string, params: object = {}): Promise<any> =>
    new Promise((resolve) => {
      pending.set(++last, resolve)
      socket.send(JSON.stringify({ id: last, method, params }))
    })
  socket.on('message', (text) => {
    const { id, method, params, result, error } = JSON.parse(String(text))
    if (id) pending.get(id)?.(result ?? { error })
    else if (method === 'Network.requestWillBeSent') {
      const { method: verb, url, headers } = params.request
      page.requests.push({ method: verb, url, authorization: headers.Authorization ?? headers.authorization })
    } else if (method === 'Log.entryAdded' && params.entry.level === 'error')
      page.complaints.push(params.entry.text)
    else if (method === 'Runtime.exceptionThrown')
      page.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text)
  })
  for (const domain of ['Page', 'Log', 'Runtime', 'Network']) await send(`${domain}.enable`)
  await send('Emulation.setDeviceMetricsOverride', {
    width,
    height: 800,
    deviceScaleFactor: 1,
    mobile: width < 500,
  })

  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  return {
    ...page,
    evaluate,
    open: async (url) => void (await send('Page.navigate', { url })),
    async until(expression) {
      await until(expression, () => evaluate<boolean>(expression).catch(() => false))
    },
    async close() {
      const ended = once(browser, 'exit')
      browser.kill()
      await ended
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
