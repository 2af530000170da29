/** Measures the relay: its rate on the real stack, and its cost in the embedded service. The endpoint answers at once. */
import { join } from 'node:path'
import { percentile } from '../e2e/webhook-run.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { startService } from '../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { startStack } from '../support/stack/start-stack.ts'
import type { WebhookEndpoint } from '../support/webhook-endpoint.ts'
import { startWebhookEndpoint } from '../support/webhook-endpoint.ts'
import { startAdmin } from '../unit/admin/moving/run-admin.ts'
import { writeImportFile } from './harness/import-file.ts'
import { cpuText, measureCpu } from './harness/measure.ts'

const [users, warmUp, burst, perSecond, seconds, rounds] = [20, 200, 2_000, 40, 15, 2]

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const webhookTo = ({ url }: WebhookEndpoint) => ({
  WEBHOOK_URL: url,
  WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
})

/** The rate at which a new relay sends the events of an import that is complete. */
const measureRate = async (chats: number, messages: number): Promise<void> => {
  await using stack = await startStack()
  await using chat = await startChat(stack, { gateways: 0, writers: 1 })
  const folder = makeScratchFolder('relay')
  const file = join(folder, 'chats.jsonl')
  await writeImportFile(file, { source: 'relay', chats, messages })
  const { code, stderr } = await startAdmin(['import', file], chat.environment('gateway')).ended
  removeScratchFolder(folder)
  if (code !== 0) throw new Error(stderr)
  await using endpoint = await startWebhookEndpoint()
  const env = { ...chat.environment('relay'), RELAY_SINK: 'webhook', ...webhookTo(endpoint) }
  await using relay = await startService('relay', { entry: 'services/relay/main.ts', env })
  const events = chats + messages
  await until('the first request', () => endpoint.received.length > 0, { withinMs: 30_000, everyMs: 5 })
  const end = measureCpu({ relay: [relay.pid ?? 0], 'endpoint and measurement': [process.pid] })
  const before = endpoint.received.length
  await until('all requests', () => endpoint.received.length >= events, { withinMs: 300_000, everyMs: 5 })
  const cpu = end()
  const received = endpoint.received.length - before
  print(
    `  ${messages} messages in ${chats} chats: ${Math.round(received / cpu.seconds)} requests a second; CPU of one: ${cpuText(cpu, received)}`,
  )
}

interface Sender {
  readonly person: Person
  readonly room: string
}

/** Each sender sends its messages one after the other. Resolves with the times to the confirmations, in milliseconds. */
const sendAll = async (senders: readonly Sender[], messages: number): Promise<readonly number[]> => {
  const times: number[] = []
  const send = async ({ person, room }: Sender): Promise<void> => {
    for (let count = 0; count < messages / senders.length; count += 1) {
      const startedMs = performance.now()
      await person.say(room, 'word '.repeat(20))
      times.push(performance.now() - startedMs)
    }
  }
  await Promise.all(senders.map(send))
  return times.toSorted((one, other) => one - other)
}

const sendAtRate = async (senders: readonly Sender[], messages: number): Promise<void> => {
  const startedMs = performance.now()
  const sent: Promise<unknown>[] = []
  for (let count = 0; count < messages; count += 1) {
    await pause(Math.max(0, startedMs + (count * 1_000) / perSecond - performance.now()))
    const { person, room } = senders[count % senders.length] as Sender
    sent.push(person.say(room, 'word '.repeat(20)))
  }
  await Promise.all(sent)
}

/** Times and CPU of the embedded service, with a webhook or without. */
const measureEmbedded = async (isRelaying: boolean): Promise<void> => {
  await using endpoint = await startWebhookEndpoint()
  await using chat = await startEmbedded(isRelaying ? webhookTo(endpoint) : {})
  await using owned = new AsyncDisposableStack()
  const senders: Sender[] = []
  for (let user = 0; user < users; user += 1) {
    const person = owned.use(await personOn(chat.url, freshName()))
    senders.push({ person, room: (await person.createChat('room', [])).room })
  }
  let events = users
  const delivered = () =>
    isRelaying ? until('all requests', () => endpoint.received.length >= events, { withinMs: 120_000, everyMs: 5 }) : undefined
  const parts = { 'service with database': [chat.pid ?? 0] }
  const measured = async <T>(work: () => Promise<T>, added: number) => {
    const end = measureCpu(parts)
    const startedMs = performance.now()
    const result = await work()
    const tookMs = performance.now() - startedMs
    events += added
    await delivered()
    return { result, tookMs, cpu: end() }
  }
  // Before the burst, after which rooms may be parked.
  await measured(() => sendAtRate(senders, warmUp), warmUp)
  const paced = await measured(() => sendAtRate(senders, perSecond * seconds), perSecond * seconds)
  const idle = await measured(() => pause(seconds * 1_000), 0)
  const all = await measured(() => sendAll(senders, burst), burst)
  const millicores = Object.values(idle.cpu.parts).reduce((sum, micros) => sum + micros, 0) / idle.cpu.seconds / 1_000
  print(`  ${isRelaying ? 'with a webhook   ' : 'without a webhook'}`)
  print(
    `    as fast as ${users} senders get confirmations: ${Math.round(burst / (all.tookMs / 1_000))} messages a second, confirmed in p50 ${percentile(all.result, 0.5).toFixed(1)}, p99 ${percentile(all.result, 0.99).toFixed(1)} ms; CPU of one: ${cpuText(all.cpu, burst)}`,
  )
  print(`    ${perSecond} messages a second: CPU of one: ${cpuText(paced.cpu, perSecond * seconds)}`)
  print(`    idle: ${millicores.toFixed(1)} thousandths of a core`)
}

print('A relay with an endpoint that answers at once')
await measureRate(100, 10_000)
await measureRate(1, 2_000)
print('The embedded service')
for (let round = 0; round < rounds; round += 1) for (const isRelaying of [false, true]) await measureEmbedded(isRelaying)
