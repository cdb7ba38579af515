import { Ajv2020 } from 'ajv/dist/2020.js'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { correr } from '../../scripts/openapi/correr.ts'
import { forma } from '../../scripts/openapi/normalizar.ts'
import { RECETAS } from '../../scripts/openapi/recetas.ts'
import { openApiDocument } from '../../server/openapi/document.ts'
import { EJEMPLOS, type Ejemplo } from '../../server/openapi/ejemplos.ts'
import { GLOSARIO } from '../../server/openapi/glosario.ts'
import { OPERATIONS } from '../../server/openapi/operations.ts'
import { type StackProcess, startStackProcess } from '../support/stack.ts'

// biome-ignore lint/suspicious/noExplicitAny: the JSON of the document
type Json = any

const words = { used: new Set<string>(), missing: [] as string[] }
const documento: Json = openApiDocument(words)
const operaciones: Json[] = Object.values(documento.paths).flatMap((path) => Object.values(path as object))

describe('cada cosa de la referencia se describe', () => {
  test('cada campo de cada esquema', () => {
    expect([...new Set(words.missing)]).toEqual([])
    const faltan: string[] = []
    const visit = (node: Json, where: string): void => {
      if (Array.isArray(node)) for (const item of node) visit(item, where)
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return
      for (const [name, field] of Object.entries<Json>(node.properties ?? {}))
        if (!/\S{2}/.test(field.description ?? '')) faltan.push(`${where}.${name}`)
      for (const [key, child] of Object.entries(node)) if (key !== 'example') visit(child, `${where}.${key}`)
    }
    visit(documento.paths, '')
    visit(documento.components, '')
    expect(faltan).toEqual([])
  })

  test('cada parámetro, cada cabecera y cada respuesta', () => {
    const faltan = operaciones.flatMap(({ operationId, parameters, responses }) => [
      ...parameters
        .filter(({ description }: Json) => !description)
        .map(({ name }: Json) => `${operationId} ${name}`),
      ...Object.entries<Json>(responses).flatMap(([status, { description, headers = {} }]) => [
        ...(description ? [] : [`${operationId} ${status}`]),
        ...Object.entries<Json>(headers).flatMap(([name, header]) =>
          header.description ? [] : [`${operationId} ${status} ${name}`],
        ),
      ]),
    ])
    expect(faltan).toEqual([])
  })

  test('el glosario no guarda palabras que ya nadie usa', () => {
    expect(Object.keys(GLOSARIO).filter((word) => !words.used.has(word))).toEqual([])
  })
})

describe('los ejemplos', () => {
  let own: StackProcess
  let hoy: Record<string, Ejemplo>
  beforeAll(async () => {
    own = await startStackProcess()
    const { supabaseUrl, publishableKey, secretKey, databaseUrl, functionsUrl } = own.stack
    hoy = await correr({
      SUPABASE_URL: supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: publishableKey,
      SUPABASE_SECRET_KEY: secretKey,
      DATABASE_URL: databaseUrl,
      FUNCTIONS_URL: functionsUrl,
    })
  })
  afterAll(() => own?.dispose())

  test('son uno por operación, cada una con su receta', () => {
    const ids = OPERATIONS.map(({ id }) => id).sort()
    expect(RECETAS.map(({ id }) => id).sort()).toEqual(ids)
    expect(Object.keys(EJEMPLOS).sort()).toEqual(ids)
  })

  test.each(OPERATIONS.map(({ id }) => id))('%s: lo que se pide y lo que se responde es lo de hoy', (id) => {
    // npm run openapi:ejemplos writes what is asked and answered now.
    expect(forma(EJEMPLOS[id])).toEqual(forma(hoy[id]))
    expect(EJEMPLOS[id]!.status).toBe(hoy[id]!.status)
  })

  test.each(OPERATIONS)(
    '$id: cumplen los esquemas que revisan la petición y la respuesta',
    ({ id, body, answers }) => {
      const { cuerpo, status, respuesta } = EJEMPLOS[id]!
      if (body) expect(v.safeParse(body.schema, cuerpo).issues).toBeUndefined()
      else expect(cuerpo).toBeUndefined()
      const answer = answers[status]!
      if (typeof answer.body === 'object') expect(v.safeParse(answer.body, respuesta).issues).toBeUndefined()
      else expect(respuesta).toBeUndefined()
    },
  )

  test('cumplen también lo que el documento dice a quien genera código con él', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(documento, 'doc')
    const media = operaciones.flatMap(({ operationId, requestBody, responses }) =>
      [requestBody, ...Object.values<Json>(responses)].flatMap((part) =>
        Object.values<Json>(part?.content ?? {}).map((content) => ({ operationId, ...content })),
      ),
    )
    const shown = media.filter(({ example }) => example !== undefined)
    expect(shown.length).toBeGreaterThan(OPERATIONS.length)
    for (const { operationId, schema, example } of shown) {
      const text = JSON.stringify(schema).replaceAll('"#/components', '"doc#/components')
      const validate = ajv.compile(JSON.parse(text))
      expect([operationId, validate(example), validate.errors]).toEqual([operationId, true, null])
    }
  })

  test('no llevan nada de una persona ni un secreto', () => {
    const { publishableKey, secretKey, jwtSecret, anonKey } = own.stack
    const texto = JSON.stringify(EJEMPLOS)
    for (const secreto of [publishableKey, secretKey, jwtSecret, anonKey])
      expect(texto).not.toContain(secreto)
    expect(texto).not.toMatch(/eyJ[\w-]{20}|sb_(secret|publishable)_|127\.0\.0\.1/)
  })
})
