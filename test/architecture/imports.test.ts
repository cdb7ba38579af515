// Who may import whom: what is no domain knows no domain, and nothing knows the roof, which puts all together.
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'
import { expect, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

/** From the floor up: each may import those before it. */
const FLOOR = ['process', 'db', 'http', 'session']
const DOMAINS = [
  ...[
    'contratos',
    'enmiendas',
    'lotes',
    'documentos',
    'fijaciones',
    'grafo',
    'conversacion',
    'personas',
    'avisos',
  ],
  ...['calculo', 'parametros', 'precios', 'kpis', 'salud', 'evidencia', 'expediente', 'relaciones'],
]

/** What the embedded stack takes of the functions: what is the same for both, and nothing of the trade. */
const SHARED = [
  'db/(caller-query|connections|database|large-rows|listen|types)',
  'http/(catalogue|client-address|file-name|json-bounds|limiter|metrics-guard|settings)',
  'process/(disk|log-redaction|quota|turns)',
  'process/mail/(environment|letter|mailbox|mailer)',
  'process/thumbnails/(renderer|transform)',
  'session/verified-tokens',
]

const TESTS = '\\.test\\.ts$'
const folder = (name: string) => `^server/${name}/`
const only = (name: string, from: string, allowed: string[]): IForbiddenRuleType => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: TESTS },
  to: { path: '^(server|supabase|scripts|bench|test|docs)/', pathNot: allowed },
})

const RULES: IForbiddenRuleType[] = [
  ...FLOOR.map((name, i) =>
    only(`${name} stands on what is below it`, folder(name), FLOOR.slice(0, i + 1).map(folder)),
  ),
  ...DOMAINS.map((name) =>
    only(`${name} knows the floor and the trade`, folder(name), [...FLOOR, ...DOMAINS].map(folder)),
  ),
  only('the functions know themselves', '^server/', ['^server/']),
  only('the embedded stack takes what is shared', '^supabase/local/', [
    '^supabase/',
    ...SHARED.map((path) => `^server/${path}\\.ts$`),
  ]),
  { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
  { name: 'nothing needs a test', severity: 'error', from: { pathNot: TESTS }, to: { path: TESTS } },
]

const FOLDERS = ['server', 'supabase/local', 'scripts', 'bench', 'docs/ejemplos']

async function cruised(rules: IForbiddenRuleType[]): Promise<ICruiseResult> {
  const { output } = await cruise(FOLDERS, {
    baseDir: PROJECT_DIR,
    parser: 'swc',
    // An import of a type is one too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
    validate: true,
    ruleSet: { forbidden: rules },
  })
  return output as ICruiseResult
}

test('nadie importa hacia arriba, ni en círculo', async () => {
  const { summary, modules } = await cruised(RULES)
  // It has seen the imports: of types too, and of what this very page says.
  expect(modules.length).toBeGreaterThan(400)
  expect(summary.totalDependenciesCruised).toBeGreaterThan(1500)
  const lost = modules.flatMap(({ dependencies }) => dependencies.filter((d) => d.couldNotResolve))
  // Packages by their names: those are npm's to find.
  expect(lost.map(({ module }) => module).filter((name) => name.startsWith('.'))).toEqual([])
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([])
})

test('una regla que se rompe se dice', async () => {
  const broken = only('nobody may', '^server/routes/', ['^server/http/'])
  const { summary } = await cruised([broken])
  expect(summary.violations.length).toBeGreaterThan(10)
})

test('toda carpeta de las funciones tiene su sitio', async () => {
  const { modules } = await cruised([])
  const folders = new Set(modules.flatMap(({ source }) => /^server\/([^/]+)\//.exec(source)?.[1] ?? []))
  const roof = ['routes', 'plugins', 'tasks', 'middleware', 'openapi', 'docs']
  expect([...folders].sort()).toEqual([...FLOOR, ...DOMAINS, ...roof].sort())
})
