import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { fileJourneys } from '../../e2e/files.suite.ts'
import { freshName, personOn } from '../../support/client/person.ts'
import { until } from '../../support/poll.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import type { WebhookEndpoint } from '../../support/webhook-endpoint.ts'
import type { ChatNamespace } from './chat-namespace.ts'
import { tryWay } from './probe-pod.ts'
import type { ReachedByPods } from './reached-by-pods.ts'

/** A word that the receiver of the checks before sending denies. */
export const deniedWord = 'forbiddenword'

/** Systems outside the cluster that a deployed chat connects to. */
export interface Integrations {
  readonly webhook: ReachedByPods
  readonly push: ReachedByPods
  readonly check: ReachedByPods
  readonly store: ReachedByPods
}

/** A deployed chat with relays, a bucket and a check before sending. */
export interface Integrated extends Integrations {
  readonly chat: ChatNamespace
  readonly url: string
  readonly received: WebhookEndpoint['received']
}

const labelsOf = (name: string, component?: string): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'chat',
  ...(component === undefined ? {} : { 'app.kubernetes.io/component': component }),
})

/** Searches, files, webhooks, notifications and checks before sending work, under network policies that allow nothing else. */
export const integrations = (given: () => Integrated): void => {
  it('a message arrives at the webhook, and is found by a search', async () => {
    const { url, received } = given()
    await using ann = await personOn(url, freshName('ann'))
    const { room } = await ann.createChat('Lunch', [])
    await ann.say(room, 'a rare aubergine')
    const isReceived = () => received.some((one) => one.room === room && one.event === 'new-message')
    await until('the webhook', isReceived, { withinMs: 60_000 })
    const found = async () => {
      const { body } = await ann.socket.request('search-messages', { query: { text: 'aubergine', limit: 5 } })
      return (body?.messages as readonly object[] | undefined)?.length === 1
    }
    await until('the message to be found', found, { withinMs: 60_000, everyMs: 500 })
  })

  it('a notification for a user who is offline arrives at the sender of the platform', async () => {
    const { url, received } = given()
    await using ann = await personOn(url, freshName('ann'))
    const bob = await personOn(url, freshName('bob'))
    const { room } = await ann.createChat('Dinner', [bob.id])
    await bob.socket[Symbol.asyncDispose]()
    // Bob counts as online until TOPIC_RELEASE_MS after his last socket has closed.
    const isReceived = async () => {
      await ann.say(room, 'at eight')
      return received.some((one) => one.room === room && one.event === 'push')
    }
    await until('the notification', isReceived, { withinMs: 60_000, everyMs: 1_000 })
  })

  it('admin reindex runs as a job beside the services', async () => {
    const script = join(projectFolder, 'k8s/admin.sh')
    const { stdout } = await promisify(execFile)('sh', [script, given().chat.namespace, 'reindex'])
    expect(stdout).toContain('all messages are indexed')
  })

  it('a message that the check before sending denies is refused', async () => {
    await using ann = await personOn(given().url, freshName('ann'))
    const { room } = await ann.createChat('Rules', [])
    const { error } = await ann.socket.request('new-message', { msg: deniedWord, type: 'text' }, { room })
    expect(error).toMatchObject({ code: 'forbidden' })
    await ann.say(room, 'a harmless word')
  })

  describe('files', () => {
    const sweep = async (): Promise<void> => {
      const { chat } = given()
      await chat.kubectl('create', 'job', 'sweep-now', '--from=cronjob/sweep')
      await chat.kubectl('wait', 'job/sweep-now', '--for=condition=Complete', '--timeout=2m')
      await chat.kubectl('delete', 'job', 'sweep-now')
    }
    fileJourneys(() => ({ url: given().url, sweep }))
  })

  describe('the network policies', () => {
    const connections = {
      'relay of webhooks → webhook': ['open', labelsOf('relay', 'webhook'), 'webhook'],
      'relay of webhooks → store': ['closed', labelsOf('relay', 'webhook'), 'store'],
      'relay of notifications → sender': ['open', labelsOf('relay', 'push'), 'push'],
      'relay of notifications → webhook': ['closed', labelsOf('relay', 'push'), 'webhook'],
      'relay of searches → webhook': ['closed', labelsOf('relay', 'search'), 'webhook'],
      'gateway → receiver of checks': ['open', labelsOf('gateway'), 'check'],
      'gateway → webhook': ['closed', labelsOf('gateway'), 'webhook'],
      'gateway → store': ['closed', labelsOf('gateway'), 'store'],
      'sweep → store': ['open', labelsOf('sweep'), 'store'],
      'writer → store': ['closed', labelsOf('writer'), 'store'],
      'pod of another program → webhook': ['closed', { app: 'stranger' }, 'webhook'],
      'pod of another program → store': ['closed', { app: 'stranger' }, 'store'],
    } as const
    const results: Record<string, string> = {}

    beforeAll(async () => {
      const { namespace } = given().chat
      const tried = Object.entries(connections).map(async ([name, [, labels, target]]) => {
        const { host, port } = given()[target]
        results[name] = await tryWay({ namespace, labels, host, port })
      })
      await Promise.all(tried)
    })

    it.each(Object.entries(connections))('leave this connection as it should be: %s', (name, [expected]) => {
      expect(results[name]).toBe(expected)
    })
  })
}
