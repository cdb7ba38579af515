/**
 * What a promise gives, unless it takes too long; what it does goes on, and is nobody's concern any more.
 * @throws Error saying who did not answer.
 */
export async function within<T>(ms: number, who: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`${who} did not answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
