import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { until } from '../../support/poll.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import type { ChatNamespace } from './chat-namespace.ts'
import type { UnderLoad } from './under-load.ts'

interface Disturbed {
  readonly chat: ChatNamespace
  readonly disturbUnderLoad: (what: string, disturb: () => Promise<void>) => Promise<UnderLoad>
}

/** The procedure of k8s/README.md, "Loss of Kafka", with the one broker of the dev overlay. */
export const losingKafka = (given: () => Disturbed): void => {
  it('the loss of the disk of Kafka loses no confirmed message, and an audit misses only earlier records of chat.events', async () => {
    const { chat, disturbUnderLoad } = given()
    const { problems } = await disturbUnderLoad('loss of the disk of Kafka', async () => {
      await chat.kubectl('exec', 'kafka-0', '--', 'sh', '-c', 'rm -rf /var/lib/kafka/data/logs')
      await chat.kubectl('delete', 'pod', 'kafka-0', '--grace-period=0', '--force')
      const restarted = async () => (await chat.pods('kafka'))[0]?.metadata.name === 'kafka-0'
      await until('a new pod', restarted, { withinMs: 60_000, everyMs: 500 })
      await chat.settled('statefulset/kafka')
      await promisify(execFile)('sh', [join(projectFolder, 'k8s/admin.sh'), chat.namespace, 'topics'])
    })
    expect(problems).toEqual([])
    const audit = ['/usr/local/bin/node', '/app/infra/docker/entry.ts', 'admin', 'audit']
    const report = await chat.kubectl('exec', 'deployment/audit', '--', ...audit).catch(String)
    const parts = [...report.matchAll(/^ {2}(\w+): (?:missing|doubled|late|different): /gm)].map(([, part]) => part)
    expect(new Set(parts)).toEqual(new Set(['stream']))
  })
}
