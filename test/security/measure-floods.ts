/** Prints what each flood costs an embedded chat, as rows of a table: `npm run show:floods`. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openSocket } from '../support/client/chat-socket.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { clientFrame } from '../support/client/raw-socket.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { burst, floodByAddress, floodOfPings, rawGuest } from './floods.ts'
import { frameAttacks } from './frame-attacks.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asUser, fromElsewhere, guardedEnv } from './guarded-chat.ts'
import { jsonAttacks } from './json-attacks.ts'

/** A flood is repeated for this long, so that its effect on another user can be measured. */
const leastMs = 4_000
const mebibyte = 1_024 * 1_024

interface Measured {
  readonly residentBytes: number
  readonly lagSeconds: number
}

/** The longest delay of the event loop is measured since the previous request for it. */
const measure = async (internalUrl: string): Promise<Measured> => {
  const text = await (await fetch(`${internalUrl}/metrics`)).text()
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return {
    residentBytes: read('chat_process_resident_memory_bytes'),
    lagSeconds: read('chat_nodejs_eventloop_lag_max_seconds'),
  }
}

const percentile = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0

/** Another user that sends `ping` repeatedly during the flood. Records how long each answer takes. */
const neighbourOf = async (url: string) => {
  const socket = await openSocket(url, { ...(await asUser(freshName('neighbour'))), ...fromElsewhere() })
  await socket.request('create-user', {})
  const waits: number[] = []
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      const askedAt = performance.now()
      await socket.request('ping', {})
      waits.push(performance.now() - askedAt)
      await sleep(100)
    }
  })()
  return {
    end: async (): Promise<readonly number[]> => {
      isOver = true
      await asking
      await socket[Symbol.asyncDispose]()
      return waits
    },
  }
}

const attackOf =
  (what: string) =>
  async (url: string): Promise<void> => {
    const attack = frameAttacks.find((each) => each.what === what)
    await using socket = await rawGuest(url)
    for (const chunk of attack?.bytes() ?? []) socket.write(chunk)
    await socket.closed
  }

const jsonOf = async (url: string): Promise<void> => {
  const headers = { ...(await asUser(freshName('json'))), ...fromElsewhere() }
  await using socket = await openSocket(url, headers)
  for (const { text } of jsonAttacks) {
    const { length } = socket.frames
    socket.sendText(text)
    await socket.seen('an answer', () => socket.frames.length > length)
  }
}

const deaf = async (url: string): Promise<void> => {
  const name = freshName('deaf')
  await using ann = await personOn(url, name, undefined, { ...(await asUser(name)), ...fromElsewhere() })
  const { room } = await ann.createChat('long', [])
  for (let sent = 0; sent < 60; sent += 1) await ann.say(room, 'x'.repeat(16_000))
  await using socket = await rawGuest(url, await asUser(name))
  socket.write(clientFrame('{"event":"create-user","id":"b","body":{}}'))
  socket.pause()
  const ask = clientFrame(JSON.stringify({ event: 'list-messages', id: 'l', body: { chat: { id: room }, query: { limit: 60 } } }))
  for (let asked = 0; asked < 200; asked += 1) socket.write(ask)
  await sleep(7_000)
}

const requests = async (url: string): Promise<void> => {
  await using socket = await openSocket(url, { ...(await asUser(freshName('flood'))), ...fromElsewhere() })
  await burst(socket, 5_000)
}

await using chat = await startEmbedded(guardedEnv)
const guarded: GuardedChat = { urls: [chat.url], internalUrls: [chat.internalUrl], pids: () => [], log: () => [] }

const floods: readonly (readonly [string, (url: string) => Promise<unknown>])[] = [
  ['nothing', () => sleep(leastMs)],
  ['5,000 requests on one socket', requests],
  ['2,500 requests of ten users of one address', () => floodByAddress(guarded, 10, 250)],
  ['200,000 empty fragments', attackOf('200,000 empty fragments')],
  ['200,000 fragments of a byte', attackOf('200,000 fragments of a byte')],
  ['a header with a length of 1 GiB', attackOf('a header with a length of 1 GiB')],
  ['pings, and no pong is read', floodOfPings],
  ['the worst JSON, a frame each', jsonOf],
  ['200 pages of 1 MiB asked for, and none is read', deaf],
]

process.stdout.write(
  '| flood | memory grows by | event loop late by, at most | a neighbour waits, p50 | p99 |\n| --- | --- | --- | --- | --- |\n',
)
for (const [what, run] of floods) {
  const before = await measure(chat.internalUrl)
  const neighbour = await neighbourOf(chat.url)
  const until = performance.now() + leastMs
  do await run(chat.url)
  while (performance.now() < until)
  const waits = await neighbour.end()
  const after = await measure(chat.internalUrl)
  const grown = Math.max(0, (after.residentBytes - before.residentBytes) / mebibyte)
  const [middle, late] = [percentile(waits, 0.5), percentile(waits, 0.99)]
  process.stdout.write(
    `| ${what} | ${grown.toFixed(0)} MiB | ${(after.lagSeconds * 1_000).toFixed(0)} ms | ${middle.toFixed(1)} ms | ${late.toFixed(1)} ms |\n`,
  )
}
