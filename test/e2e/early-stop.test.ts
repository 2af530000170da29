import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writerGroup } from '../../infra/kafka/driver/topics.ts'
import { until } from '../support/poll.ts'
import { cleanEnvironment, projectFolder } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

/** Far longer than a stop may take: a process that waited for a rebalance would exceed its time to stop. */
const slowGroup = { CONSUMER_SESSION_MS: '120000', CONSUMER_REBALANCE_MS: '120000' }

describe.skipIf(noStackReason())('A process that is stopped while it starts', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 1, writers: 1, env: slowGroup })
  }, 120_000)
  afterAll(() => chat[Symbol.asyncDispose]())

  const spawned = (role: 'gateway' | 'writer', env: Readonly<Record<string, string>>) => {
    const all = { ...cleanEnvironment(), ...chat.environment(role), ...env, PORT: '0', INTERNAL_PORT: '0' }
    const child = spawn(process.execPath, [`services/${role}/main.ts`], { cwd: projectFolder, env: all, stdio: 'pipe' })
    const output: string[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)))
    const stopped = async (): Promise<number> => {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await exited) as [number]
      return code
    }
    return { output: () => output.join(''), stopped }
  }

  it('ends with 0: a writer that waits for partitions while a frozen writer holds all of them', async () => {
    const admin = new Kafka({ brokers: [...sharedStack().urls().kafkaBrokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const stateOf = async () => (await admin.describeGroups([writerGroup(chat.namespace)])).groups[0]?.state
    await chat.writers[0]?.pause()
    const late = spawned('writer', slowGroup)
    await until('the writer to request partitions', async () => (await stateOf()) === 'PreparingRebalance', { withinMs: 60_000 })
    expect(await late.stopped()).toBe(0)
    expect(late.output()).not.toContain('writer started')
    await admin.disconnect()
  }, 120_000)

  it.each(['gateway', 'writer'] as const)(
    'ends with 0: a %s that waits for the schema',
    async (role) => {
      const early = spawned(role, { DATABASE_URL: await sharedStack().createDatabase() })
      await until('it to wait', () => early.output().includes('waiting for the database'), { withinMs: 60_000 })
      expect(await early.stopped()).toBe(0)
    },
    120_000,
  )

  it.each(['gateway', 'writer'] as const)(
    'ends with 0: a %s that waits for topics',
    async (role) => {
      const early = spawned(role, { NAMESPACE: 'nobody-made-it' })
      await until('it to wait', () => early.output().includes('waiting for Kafka'), { withinMs: 60_000 })
      expect(await early.stopped()).toBe(0)
    },
    120_000,
  )
})
