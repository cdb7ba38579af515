import { readFile, writeFile } from 'node:fs/promises'
import { arch, cpus, release, totalmem, type } from 'node:os'
import { type Figure, isMet } from './case.ts'
import type { Subject } from './subject.ts'

const README = new URL('../README.md', import.meta.url)
const [START, END] = ['<!-- bench:start -->', '<!-- bench:end -->']

/** What it was measured on. */
export async function machine(subject: Subject): Promise<string> {
  const { rows } = await subject.bare({ name: 'bench_version', text: 'show server_version' }, [])
  const processors = cpus()
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? arch()}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${type()} ${release()} ${arch()}`,
    `Node ${process.versions.node}`,
    `Postgres ${rows[0].server_version}`,
  ].join(', ')
}

const target = ({ target: limit, unit }: Figure) =>
  !limit ? '' : 'atLeast' in limit ? `at least ${limit.atLeast}${unit}` : `at most ${limit.atMost}${unit}`

const value = (figure: Figure) =>
  `${figure.unit ? Math.round(figure.value) : figure.value.toFixed(2)}${figure.unit}`

/** The figures as a Markdown table. */
export function table(figures: Figure[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    figure.a,
    figure.b,
    value(figure),
    target(figure),
    !figure.target ? '' : isMet(figure) ? 'met' : '**missed**',
  ])
  const lines = [
    ['', 'measured', 'against', 'ratio or value', 'target', ''],
    rows[0]!.map(() => '---'),
    ...rows,
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Puts the last figures between the markers of bench/README.md. */
export async function keep(text: string): Promise<void> {
  const readme = await readFile(README, 'utf8')
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)]
  if (start < 0 || end < start) throw new Error(`bench/README.md has lost its markers ${START} and ${END}.`)
  await writeFile(README, `${readme.slice(0, start + START.length)}\n\n${text}\n\n${readme.slice(end)}`)
}
