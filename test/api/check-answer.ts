import * as v from 'valibot'
import { expect } from 'vitest'
import { ProblemaSchema } from '../../server/http/answer-schemas.ts'
import { operationsAt } from '../../server/openapi/operations.ts'

interface Answer {
  status: number
  headers: Headers
  text: string
  body: unknown
}

/** Fails where an answer is not one that the operation announces: status, type, headers and shape. */
export function checkAnswer(method: string, path: string, answer: Answer): void {
  const operation = operationsAt(path).find((candidate) => candidate.method === method.toLowerCase())
  const type = answer.headers.get('content-type')
  if (answer.status >= 400 && !operation?.answers[answer.status]) {
    expect(type).toBe('application/problem+json; charset=utf-8')
    expect(v.safeParse(ProblemaSchema, answer.body).issues).toBeUndefined()
    expect(answer.body).toMatchObject({ status: answer.status })
    if (operation && answer.status < 500) expect(operation.problems).toContain(answer.status)
    return
  }
  if (!operation) return
  const announced = operation.answers[answer.status]
  expect(announced, `${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 300)}`).toBeDefined()
  for (const header of announced!.headers ?? []) expect(answer.headers.has(header), header).toBe(true)
  const { body, isCsvToo, isEpcisToo } = announced!
  if (isCsvToo && type?.startsWith('text/csv')) return
  if (isEpcisToo && type === 'application/ld+json') return
  if (body === undefined) expect(answer.text).toBe('')
  else if (body === 'binary') expect(type).not.toMatch(/json/)
  else if (body === 'html') expect(type).toMatch(/^text\/html/)
  else {
    expect(type).toMatch(/^application\/json/)
    expect(v.safeParse(body, answer.body).issues).toBeUndefined()
  }
}
