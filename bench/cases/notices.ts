import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startFirebase } from '../../test/push/fcm.ts'
import { startPushWorker } from '../../test/push/worker.ts'
import { type Case, inMs, perSecond } from '../lib/case.ts'
import { alternate, latency } from '../lib/measure.ts'

const PARTNERS = 3
const PHONES = 50
// Of user and system time, as Linux counts it.
const TICKS_A_SECOND = 100

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** People of the company across a contract, so many of them; the ids of contract and people. */
async function makePeople(client: pg.Client, codigo: string, howMany: number) {
  const { rows } = await client.query<{ contrato: string; usuario: string }>(
    `with c as (select id, contraparte_id from public.contratos where codigo = $1),
     cuentas as (
       insert into auth.users (id, email) select gen_random_uuid(), gen_random_uuid() || '@bench.test' from generate_series(1, $2)
       returning id
     )
     insert into public.usuarios (id, empresa_id, nombre, rol)
     select a.id, e.id, 'Bench', e.tipo from cuentas a, c join public.empresas e on e.id = c.contraparte_id
     returning id as usuario, (select id from c) as contrato`,
    [codigo, howMany],
  )
  return { contrato: rows[0]!.contrato, usuarios: rows.map(({ usuario }) => usuario) }
}

/** A document that three people of a partner are told of, against the same row without its rules, and without the telling. */
export const telling: Case = async ({ small }, { rounds, inserts }) =>
  withClient(small.running.stack.databaseUrl, async (client) => {
    const codigo = small.codes[1]!
    // The company across may have people of the demo already: these replace them.
    await client.query(
      'update public.usuarios set activo = false where empresa_id = (select contraparte_id from public.contratos where codigo = $1)',
      [codigo],
    )
    const { contrato } = await makePeople(client, codigo, PARTNERS)
    const insertDocument = async () => {
      const name = `${codigo}/${randomUUID()}.pdf`
      await client.query(
        `insert into storage.objects (bucket_id, name, metadata) values ('documentos', $1, '{"size": 1, "mimetype": "application/pdf"}')`,
        [name],
      )
      return {
        name: 'bench_document',
        text: `insert into public.documentos_contrato (contrato_id, tipo, nombre_archivo, url_archivo) values ($1, 'otro', 'x.pdf', $2)`,
        values: [contrato, `documentos/${name}`],
      }
    }
    const turn = (triggers: string) => async () => {
      const statements: pg.QueryConfig[] = []
      for (let n = 0; n < inserts / 5; n++) statements.push(await insertDocument())
      await client.query(`alter table public.documentos_contrato ${triggers}`)
      try {
        return await latency(statements.length, (n) => client.query(statements[n]!))
      } finally {
        await client.query('alter table public.documentos_contrato enable trigger user')
      }
    }
    const against = async (what: string, without: string, target?: { atMost: number }) => {
      const { a, b, ratio } = await alternate(
        rounds,
        turn('enable trigger user'),
        turn(`disable trigger ${without}`),
      )
      return {
        what: `A document of which ${PARTNERS} people are told, against the same insert without ${what}`,
        a: inMs(a),
        b: inMs(b),
        value: ratio,
        unit: '' as const,
        ...(target && { target }),
      }
    }
    return [
      await against('any trigger', 'user', { atMost: 1.5 }),
      await against('telling them', '_700_notificar'),
    ]
  })

/** From the queue to a local FCM, by one process; and what a notice costs it of a processor. */
export const pushes: Case = async ({ small }, { pushes: total }) => {
  const { stack } = small.running
  const firebase = await startFirebase()
  try {
    return await withClient(stack.databaseUrl, async (client) => {
      const { contrato, usuarios } = await makePeople(client, small.codes[2]!, PHONES)
      await client.query(
        `insert into public.dispositivos (usuario_id, token, plataforma) select id, 'bench:' || id, 'android' from unnest($1::uuid[]) as id`,
        [usuarios],
      )
      const contratos = await client.query<{ id: string }>(
        'select id from public.contratos where id <> $1 limit 20',
        [contrato],
      )
      await client.query(
        `insert into public.notificaciones (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
         select u, c, 'contrato', 'Aviso', '{"codigo": "CT-2025-00001"}', false, true
         from generate_series(1, $3::int) as n, unnest($1::uuid[]) as u, unnest($2::bigint[]) as c`,
        [usuarios, contratos.rows.map(({ id }) => id), Math.ceil(total / PHONES / contratos.rows.length)],
      )
      const worker = await startPushWorker(stack, firebase)
      const cpu = async () => {
        const stat = await readFile(`/proc/${worker.child.pid}/stat`, 'utf8')
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
      }
      while (firebase.accepted().length === 0) await sleep(5)
      const [from, spent, started] = [firebase.accepted().length, await cpu(), performance.now()]
      while (firebase.accepted().length < total) await sleep(5)
      const sent = total - from
      const rate = (sent / (performance.now() - started)) * 1000
      const cost = ((await cpu()) - spent) / sent
      await worker.stop()
      return [
        {
          what: `Notices sent to phones by one process, of ${total}; processor time of each`,
          a: perSecond(rate),
          b: inMs(cost * 1000),
          value: Math.round(rate),
          unit: '',
        },
      ]
    })
  } finally {
    await firebase.close()
  }
}
