/** The little of Fastify that the plugin touches: it declares its routes and answers one of them. */
interface Reply {
  header(name: string, value: string): Reply
  send(body: string): Reply
}
interface Route {
  url: string
  handler(request: object, reply: Reply): unknown
}

/**
 * The program of the page, as Scalar serves it to Fastify: that package holds it whole, and nothing of the 284 that
 * @scalar/api-reference, where it is built, asks for. It is loaded when somebody opens the page.
 */
export async function scalarProgram(): Promise<string> {
  const { default: plugin } = await import('@scalar/fastify-api-reference')
  let program: string | undefined
  const reply: Reply = {
    header: () => reply,
    send(body) {
      program = body
      return reply
    },
  }
  const fastify = {
    initialConfig: {},
    hasPlugin: () => false,
    addContentTypeParser() {},
    route({ url, handler }: Route) {
      if (url.endsWith('.js')) handler({}, reply)
    },
  }
  await plugin(fastify as never, { configuration: { url: 'openapi.json' } }, () => {})
  if (!program) throw new Error('@scalar/fastify-api-reference serves no program any more.')
  return program
}
