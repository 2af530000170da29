import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { journeys } from '../../e2e/journeys.suite.ts'
import { openSocket } from '../../support/client/chat-socket.ts'
import { freshName, personOn } from '../../support/client/person.ts'
import { until } from '../../support/poll.ts'
import { applying } from './apply.suite.ts'
import type { DeployedChat } from './deployed-chat.ts'
import { deployChat } from './deployed-chat.ts'
import { getAll, getOne } from './kubectl.ts'
import { losingKafka } from './lost-disk.suite.ts'
import { separatingNetworks } from './network.suite.ts'
import type { UnderLoad } from './under-load.ts'
import { figures, underLoad } from './under-load.ts'

let chat: DeployedChat

beforeAll(async () => {
  chat = await deployChat()
})
afterAll(() => chat?.[Symbol.asyncDispose]())

const perSecond = 30

const disturbUnderLoad = async (what: string, disturb: () => Promise<void>): Promise<UnderLoad> => {
  const run = await underLoad({ url: chat.url, perSecond, disturb })
  process.stdout.write(`${figures(what, run)}\n`)
  return run
}

describe('through the Service', () => {
  journeys(() => ({ urls: [chat.url, chat.url] }))

  it('a back end reaches users with sockets over HTTP', async () => {
    await using ann = await personOn(chat.url, freshName('ann'))
    const { room } = await ann.createChat('from a back end', [])
    const place = chat.url.replace(/^ws/, 'http').replace(/\/ws$/, '/api/v1/new-message')
    const body = JSON.stringify({ as: ann.id, room, body: { msg: 'from a back end', type: 'text' } })
    const answer = await fetch(place, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(200)
    expect((await ann.feedTo(room, 2)).at(-1)?.body.msg).toBe('from a back end')
  })
})

it('services connect to the database with their own roles, which may not run migrations', async () => {
  const jobs = await getAll('jobs', '-n', chat.namespace, '-l', 'app.kubernetes.io/name=admin')
  expect(jobs.map(({ metadata, status }) => [metadata.name.replace(/-.*/, ''), status?.succeeded])).toEqual([['migrate', 1]])
  const sql = `select usename || ' ' || has_table_privilege(usename, 'event', 'insert') || ' ' || has_schema_privilege(usename, 'public', 'create')
    from pg_stat_activity where application_name in ('chat-gateway', 'chat-writer') group by usename order by usename`
  const rows = await chat.kubectl('exec', 'postgres-0', '--', 'psql', '-U', 'chat', '-d', 'chat', '-Atc', sql)
  expect(rows.trim().split('\n')).toEqual(['chat_gateway false false', 'chat_writer true false'])
})

describe('under load, without lost, duplicated or reordered messages and without final errors', () => {
  it('gateways can be rolled', async () => {
    const { problems, closed } = await disturbUnderLoad('rolling restart of the gateways', async () => {
      await chat.kubectl('rollout', 'restart', 'deployment/gateway')
      await chat.settled('deployment/gateway')
      await chat.hasPods('gateway', 2)
    })
    expect(problems).toEqual([])
    expect(Object.keys(closed)).toEqual(['1012'])
  })

  it('writers can be rolled', async () => {
    const { problems, closed } = await disturbUnderLoad('rolling restart of the writers', async () => {
      await chat.kubectl('rollout', 'restart', 'deployment/writer')
      await chat.settled('deployment/writer')
    })
    expect(problems).toEqual([])
    expect(closed).toEqual({})
  })

  it('a gateway pod and a writer pod can be deleted without a grace period', async () => {
    const { problems } = await disturbUnderLoad('deletion of a pod of each', async () => {
      for (const part of ['gateway', 'writer']) {
        const [pod] = await chat.pods(part)
        await chat.kubectl('delete', 'pod', pod?.metadata.name ?? '', '--grace-period=0', '--force')
        await chat.settled(`deployment/${part}`)
      }
    })
    expect(problems).toEqual([])
  })

  it('both can be scaled from 2 to 4 and back', async () => {
    const { problems } = await disturbUnderLoad('scaling 2 → 4 → 2', async () => {
      for (const count of [4, 2]) {
        await chat.scale('gateway', count)
        await chat.scale('writer', count)
      }
    })
    expect(problems).toEqual([])
  })

  it('the autoscaler adds gateways by itself', async () => {
    const bounds = { spec: { minReplicas: 2, maxReplicas: 4 } }
    await chat.kubectl('patch', 'hpa', 'gateway', '-p', JSON.stringify(bounds))
    const replicas = async () => Number((await getOne('deployment', 'gateway', '-n', chat.namespace)).spec?.replicas)
    const disturb = (): Promise<void> =>
      until('more gateways', async () => (await replicas()) > 2, { withinMs: 240_000, everyMs: 2_000 }).then(() => undefined)
    const run = await underLoad({ url: chat.url, perSecond: 300, users: 60, disturb })
    process.stdout.write(`${figures(`autoscaling 2 → ${await replicas()}`, run)}\n`)
    expect(run.problems).toEqual([])
    await chat.scale('gateway', 2)
  })
})

applying(() => ({ chat, disturbUnderLoad }))

/** The answers of `/readyz` of all pods of a part. */
const readiness = async (part: string): Promise<string> => {
  const ask = `fetch('http://127.0.0.1:8081/readyz').then((answer) => answer.text()).then((text) => process.stdout.write(text))`
  const pods = await chat.pods(part)
  const told = pods.map(({ metadata }) => chat.kubectl('exec', metadata.name, '--', '/usr/local/bin/node', '-e', ask))
  return (await Promise.all(told)).join('')
}

/** The visible sign, besides alerts, that a dependency is down. */
const signs: Readonly<Record<string, (refusal: string) => Promise<boolean>>> = {
  redis: async () => (await readiness('gateway')).split('"fanOut":"down"').length === 3,
  kafka: async (refusal) => /: (unavailable|timeout): /.test(refusal),
  postgres: async () => /"eventStore":\[\d/.test(await readiness('writer')),
}

describe('while a dependency is stopped for a minute', () => {
  it.each(['redis', 'kafka', 'postgres'])('no pod restarts, none becomes unready, and sockets stay open: %s', async (part) => {
    const restarts = await chat.restarts()
    await using ann = await personOn(chat.url, freshName('ann'))
    await using silent = await openSocket(chat.url)
    let closes = 0
    for (const { closed } of [silent, ann.socket]) {
      void closed.then(() => {
        closes += 1
      })
    }
    const { room } = await ann.createChat('through thick and thin', [])
    await chat.kubectl('scale', `statefulset/${part}`, '--replicas=0')
    await until(`${part} to be gone`, async () => (await chat.pods(part)).length === 0, { withinMs: 60_000, everyMs: 500 })
    const endMs = performance.now() + 60_000
    let refusal = ''
    ann.say(room, 'during the outage').catch((error: unknown) => {
      refusal = String(error)
    })
    await until('the sign of the outage', () => signs[part]?.(refusal), { withinMs: 50_000, everyMs: 1_000 })
    while (performance.now() < endMs) {
      const { status } = await getOne('deployment', 'gateway', '-n', chat.namespace)
      expect(status?.readyReplicas).toBe(2)
      expect((await silent.request('ping', {})).body).toHaveProperty('now')
      await pause(5_000)
    }
    await chat.kubectl('scale', `statefulset/${part}`, '--replicas=1')
    await chat.settled(`statefulset/${part}`)
    await until('a message to be confirmed', () => ann.say(room, 'after the outage'), { withinMs: 90_000, everyMs: 1_000 })
    expect(await chat.restarts()).toBe(restarts)
    expect(closes).toBe(0)
  })
})

it('after all these tests an audit finds nothing missing, duplicated or late', async () => {
  await chat.settled('deployment/audit')
  const audit = ['/usr/local/bin/node', '/app/infra/docker/entry.ts', 'admin', 'audit']
  const report = await chat.kubectl('exec', 'deployment/audit', '--', ...audit)
  process.stdout.write(report)
  expect(report).toContain('Nothing is missing, doubled or late.')
})

separatingNetworks(() => chat)

// Last, because the audit finds from then on that chat.events lacks records.
losingKafka(() => ({ chat, disturbUnderLoad }))
