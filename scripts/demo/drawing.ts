import { Discrepancy, type Person } from './people.ts'

/** The folder of a contract as Storage lists it, drawn as a tree. */
export async function drawFolder({ supabase }: Person, codigo: string): Promise<string> {
  const { data, error } = await supabase.storage.from('contratos').list(codigo)
  if (error) throw new Discrepancy(`No se pudo listar la carpeta: ${error.message}`)
  const lines = data.map(({ name, metadata }, index) => {
    const branch = index === data.length - 1 ? '└──' : '├──'
    return `    ${branch} ${name.padEnd(24)} ${String(metadata?.size).padStart(7)} bytes`
  })
  return [`storage/contratos/`, `└── ${codigo}/`, ...lines].join('\n')
}

/** JSON as a person reads it: a line for each key, and for each element of a list. */
export function drawJson(value: Record<string, unknown>): string {
  const lines = Object.entries(value).map(([key, field]) => {
    if (!Array.isArray(field) || !field.length) return `  ${JSON.stringify(key)}: ${JSON.stringify(field)}`
    const items = field.map((item) => `    ${JSON.stringify(item)}`).join(',\n')
    return `  ${JSON.stringify(key)}: [\n${items}\n  ]`
  })
  return `{\n${lines.join(',\n')}\n}`
}
