import type { Context } from '../../../server/db/caller-query.ts'
import { type Connections, openConnections } from '../../../server/db/connections.ts'
import type { Caller } from '../../../server/db/types.ts'
import type { PlanMedia } from './answer/media-types.ts'
import type { Name } from './cache/types.ts'
import type { Check } from './checks.ts'
import { NOBODY } from './context.ts'
import { NAMED_FOR_S, openPrepared } from './prepared.ts'
import { qualified } from './sql/quote.ts'
import type { Outcome, Statement } from './sql/types.ts'

/** How a statement runs. */
export interface Run {
  context: Context
  /** Whose share of the connections it takes; nobody's where undefined. */
  who: string | undefined
  isReadOnly: boolean
  /** `serializable`…; as ever where null. */
  isolation: string | null
  check: Check | null
  isUndone: boolean
  /** A function that the transaction calls first; it may refuse the request. */
  preRequest: Name | null
  /** A query whose rows the planner is asked to guess, and what becomes of the guess. */
  guess: { of: Statement; take: (outcome: Outcome, rows: string) => Outcome } | null
}

export interface ExecutorOptions {
  /** Of authenticator. */
  url: string
  /** Connections for what only reads, and for what may wait for a lock. */
  readers: number
  writers: number
  queryTimeoutMs: number
}

const ISOLATIONS: Record<string, string> = {
  serializable: 'begin isolation level serializable',
  'repeatable read': 'begin isolation level repeatable read',
}

/** Of `explain (format json)`, without reading a digit more of it. */
const guessOf = (plan: string) => /"Plan Rows":\s*(\d+)/.exec(plan)?.[1] ?? '0'

async function prepare(tx: Caller, { preRequest }: Run): Promise<void> {
  if (preRequest) await tx.query(`select ${qualified(preRequest)}()`)
}

/** Runs the statements of REST: one flight each where nothing has to be known before it is kept. */
export function openExecutor({ url, readers, writers, queryTimeoutMs }: ExecutorOptions) {
  const open = (max: number, isShared: boolean) =>
    openConnections(url, NOBODY, {
      max,
      isShared,
      queryTimeoutMs,
      maxLifetimeS: NAMED_FOR_S,
      keepsLarge: true,
    })
  const forReads = open(readers, true)
  const forWrites = open(writers, false)
  const prepared = openPrepared()

  async function inSteps(run: Run, work: (tx: Caller) => Promise<Outcome>): Promise<Outcome> {
    const begin = run.isolation === null ? 'begin' : (ISOLATIONS[run.isolation.toLowerCase()] ?? 'begin')
    return forWrites.transaction(
      run.context,
      async (tx) => {
        await prepare(tx, run)
        const outcome = await work(tx)
        run.check?.(outcome)
        if (run.isUndone) await tx.query('set constraints all immediate')
        return outcome
      },
      run.who,
      { begin, isUndone: run.isUndone },
    )
  }

  /** The single row of a statement. */
  async function execute({ text, values }: Statement, run: Run): Promise<Outcome> {
    const { context, who, check, guess } = run
    const query = prepared.query(text)
    let outcome: Outcome
    if (run.isolation !== null || run.isUndone || run.preRequest || guess)
      outcome = await inSteps(run, async (tx) => {
        const [row] = await tx.query<Outcome & object>(query, values)
        if (!guess) return row!
        const [plan] = await tx.query<{ 'QUERY PLAN': string }>(
          `explain (format json) ${guess.of.text}`,
          guess.of.values,
        )
        return guess.take(row!, guessOf(String(plan!['QUERY PLAN'])))
      })
    else if (run.isReadOnly) {
      outcome = (await forReads.ask<Outcome & object>(context, query, values, who))[0]!
      check?.(outcome)
    } else if (check)
      outcome = (
        await forWrites.askChecked<Outcome & object>(context, query, values, ([row]) => check(row!), who)
      )[0]!
    else outcome = (await forWrites.ask<Outcome & object>(context, query, values, who))[0]!
    prepared.note(text, who)
    return outcome
  }

  /** What Postgres thinks of doing, as it writes it. What `analyze` does is kept as if it had been asked for. */
  async function explain({ text, values }: Statement, plan: PlanMedia, run: Run): Promise<string> {
    const options = [`format ${plan.format}`, ...plan.options].join(', ')
    return forWrites.transaction(
      run.context,
      async (tx) => {
        await prepare(tx, run)
        const rows = await tx.query<{ 'QUERY PLAN': string }>(`explain (${options}) ${text}`, values)
        return rows.map((row) => `${row['QUERY PLAN']}\n`).join('')
      },
      run.who,
      { isUndone: run.isUndone },
    )
  }

  /** Rows of a query that is none of REST's statements. */
  const rows = <Row extends object>({ text, values }: Statement, run: Pick<Run, 'context' | 'who'>) =>
    forReads.ask<Row & Record<string, unknown>>(run.context, text, values, run.who)

  return {
    execute,
    explain,
    rows,
    close: async () => {
      await Promise.all([forReads, forWrites].map((pool: Connections) => pool.close()))
    },
  }
}

export type Executor = ReturnType<typeof openExecutor>
