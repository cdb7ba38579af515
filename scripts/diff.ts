// npm run db:diff -- nombre: the migration that leads from supabase/migrations to supabase/schemas, for review.
import { readCommandLine } from '../supabase/local/command-line.ts'
import { describe } from '../supabase/local/postgres/catalog.ts'
import { writeMigration } from './diff/write.ts'
import { main } from './target.ts'

const { positionals } = readCommandLine({
  name: 'npm run db:diff',
  about:
    'Escribe en supabase/migrations lo que falta para que las migraciones den lo que dice supabase/schemas, lo prueba,\ny dice qué queda por escribir a mano (entonces termina con 1). Revísela antes de guardarla (CONTRIBUTING.md).',
  positionals: ['<nombre>'],
})

const FOLDER = new URL('../supabase/', import.meta.url)

function tell(title: string, lines: string[]) {
  if (lines.length) process.stdout.write(`\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`)
}

await main(async () => {
  const written = await writeMigration(
    positionals[0]!,
    new URL('migrations/', FOLDER),
    new URL('schemas/', FOLDER),
  )
  if (!written) {
    process.stdout.write('Las migraciones ya dan lo que dicen los esquemas: no se escribió nada.\n')
    return
  }
  process.stdout.write(`supabase/migrations/${written.file}: falta el porqué de su cabecera, y revisarla.\n`)
  tell('Destruye datos, o puede:', written.destructive)
  tell('Escribe la tabla entera de nuevo, y mientras nadie la lee:', written.rewriting)
  tell(
    '¿Cambió de nombre? Va como uno que se borra y otro que se crea; si no, escriba rename:',
    written.renamed,
  )
  tell('Lo que pg-delta no compara:', written.unknown)
  tell('Postgres no la acepta como está:', written.failure ? [written.failure] : [])
  tell(
    'Queda por escribir a mano:',
    written.left.map((difference) => describe(difference, ['migraciones', 'esquemas'])),
  )
  if (written.failure || written.left.length) process.exitCode = 1
})
