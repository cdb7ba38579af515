import { findFreePorts } from '../../supabase/local/ports.ts'
import { startNginx } from '../../test/support/nginx.ts'
import { startRedis } from '../../test/support/redis.ts'
import { type Replica, startReplica } from '../../test/support/replica.ts'
import { type Case, perSecond } from '../lib/case.ts'
import { connect } from '../lib/http.ts'
import { alternate, throughput } from '../lib/measure.ts'
import { LANES } from '../lib/subject.ts'

// One user asks for everything: the ceiling on reads is counted, and never reached.
const LIMITS = { LIMIT_READS: '100000000/60' }
const BARE = {
  LOG_LEVEL: 'warn',
  ...Object.fromEntries(
    ['READS', 'WRITES', 'UPLOADS', 'ADDRESS', 'ANONYMOUS'].map((name) => [`LIMIT_${name}`, 'off']),
  ),
}

/** nginx over so many replicas, as on a server: kept connections, the client's address and an id for each request. */
const behind = (port: number, replicas: Replica[]) => `
  upstream functions_${port} {
    ${replicas.map((replica) => `server 127.0.0.1:${replica.port};`).join(' ')}
    keepalive ${LANES};
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 100000000;
    location / {
      proxy_pass http://functions_${port};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Request-Id $request_id;
    }
  }`

/** What stands around the functions in production: what it costs, and what a second replica gives. */
export const production: Case = async ({ large }, { rounds, turnMs }) => {
  const { stack } = large.running
  const redis = await startRedis()
  const bare = await startReplica(stack, BARE)
  const whole = await Promise.all([1, 2].map(() => startReplica(stack, { ...LIMITS, REDIS_URL: redis.url })))
  const [one = 0, two = 0] = await findFreePorts(2)
  const nginx = await startNginx(behind(one, whole.slice(0, 1)) + behind(two, whole), [one, two])
  const requests = large.codes.map((code) => large.ask('GET', `/contratos/${code}`))
  const clients = [bare.url, `http://127.0.0.1:${one}`, `http://127.0.0.1:${two}`].map((url) =>
    connect(url, LANES),
  )
  const [direct, single, double] = clients.map(
    (client) => () =>
      throughput(LANES, turnMs, async (n) => {
        const { status } = await client.send(requests[n % requests.length]!)
        if (status !== 200) throw new Error(`Answered ${status}`)
      }),
  )
  try {
    const cost = await alternate(rounds, single!, direct!)
    const gain = await alternate(rounds, double!, single!)
    return [
      {
        what: 'GET /contratos/{codigo} behind nginx with logs and limits, against the functions alone without them',
        a: perSecond(cost.a),
        b: perSecond(cost.b),
        value: cost.ratio,
        unit: '',
        target: { atLeast: 0.8 },
      },
      {
        what: 'the same with two replicas, against one, on this machine',
        a: perSecond(gain.a),
        b: perSecond(gain.b),
        value: gain.ratio,
        unit: '',
      },
    ]
  } finally {
    for (const client of clients) client.close()
    await nginx.dispose()
    await Promise.all([bare, ...whole].map((replica) => replica.stop()))
    await redis.dispose()
  }
}
