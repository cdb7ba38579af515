import * as v from 'valibot'

/** What a caller reads when a value is not of the expected kind; valibot's own messages are in English. */
const esperado: Record<string, string> = {
  string: 'Debe ser un texto.',
  number: 'Debe ser un número.',
  boolean: 'Debe ser verdadero o falso.',
  array: 'Debe ser una lista.',
  strict_object: 'Debe ser un objeto JSON.',
  object: 'Debe ser un objeto JSON.',
}

function mensaje(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'No es un campo de esta operación.'
  if (issue.received === 'undefined' && issue.input === undefined) return 'Es obligatorio.'
  return esperado[issue.type] ?? 'No es válido.'
}

/** Makes every schema without a message of its own speak Spanish; called once, before the first check. */
export function speakSpanish(): void {
  v.setGlobalMessage(mensaje)
}
