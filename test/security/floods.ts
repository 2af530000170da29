import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { ChatSocket, Frame } from '../support/client/chat-socket.ts'
import { openSocket } from '../support/client/chat-socket.ts'
import { freshName } from '../support/client/person.ts'
import type { RawSocket } from '../support/client/raw-socket.ts'
import { clientFrame, rawUpgrade, upgradeHead } from '../support/client/raw-socket.ts'
import { until } from '../support/poll.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asUser, fromElsewhere } from './guarded-chat.ts'

export interface Flooded {
  readonly accepted: number
  readonly refusals: readonly Frame[]
}

const backoff = { withinMs: 60_000, everyMs: 10 }
const ping = (id: string): string => JSON.stringify({ event: 'ping', id, body: {} })

/** Sends this many requests at once and waits until each is answered, or the socket is closed. */
export const burst = async (socket: ChatSocket, count: number, text: (id: string) => string = ping): Promise<Flooded> => {
  const { length } = socket.frames
  let isClosed = false
  void socket.closed.then(() => {
    isClosed = true
  })
  for (let sent = 0; sent < count; sent += 1) socket.sendText(text(`f${length + sent}`))
  await until(`${count} answers`, () => isClosed || socket.frames.length >= length + count, backoff)
  const answers = socket.frames.slice(length)
  const refusals = answers.filter(({ error }) => error !== undefined)
  return { accepted: answers.length - refusals.length, refusals }
}

/** Sends an upgrade request, and resets the connection after this many turns of the event loop. */
export const resetUpgrade = async (url: string, headers: Readonly<Record<string, string>>, turns: number): Promise<void> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(upgradeHead(url, headers))
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
  socket.resetAndDestroy()
}

/** One user sends requests to the gateways in turn until all of them refuse it. Returns the answers. */
export const floodByUser = async ({ urls }: GuardedChat): Promise<Flooded> => {
  const headers = await asUser(freshName('flood'))
  await using owned = new AsyncDisposableStack()
  const sockets = await Promise.all(
    [urls[0], urls.at(-1) ?? urls[0]].map((url) => openSocket(url, { ...headers, ...fromElsewhere() })),
  )
  for (const socket of sockets) owned.use(socket)
  let accepted = 0
  const refusals: Frame[] = []
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const round = await Promise.all(sockets.map((socket) => burst(socket, 5)))
    accepted += round.reduce((sum, each) => sum + each.accepted, 0)
    refusals.push(...round.flatMap((each) => each.refusals))
    if (round.every((each) => each.refusals.length > 0)) break
  }
  return { accepted, refusals }
}

/** Many users of one address send requests with forged forwarding headers. */
export const floodByAddress = async ({ urls }: GuardedChat, users: number, each: number): Promise<Flooded> => {
  const { 'X-Forwarded-For': address } = fromElsewhere()
  await using owned = new AsyncDisposableStack()
  const opened = await Promise.all(
    Array.from({ length: users }, async (_, index) =>
      openSocket(urls[index % urls.length] ?? urls[0], {
        ...(await asUser(freshName('crowd'))),
        'X-Forwarded-For': `203.0.113.${index}, ${address}`,
      }),
    ),
  )
  for (const socket of opened) owned.use(socket)
  const done = await Promise.all(opened.map((socket) => burst(socket, each)))
  return {
    accepted: done.reduce((sum, { accepted }) => sum + accepted, 0),
    refusals: done.flatMap(({ refusals }) => refusals),
  }
}

/** An upgraded socket to which the test writes raw bytes. */
export const rawGuest = async (url: string, more: Readonly<Record<string, string>> = {}): Promise<RawSocket> => {
  const socket = await rawUpgrade(url, { ...(await asUser(freshName('raw'))), ...fromElsewhere(), ...more })
  const status = await socket.status()
  if (status !== 101) throw new Error(`not upgraded: ${status}`)
  return socket
}

/** Sends pings and reads no pong until it is closed. Returns the number of sent bytes. */
export const floodOfPings = async (url: string): Promise<number> => {
  await using socket = await rawGuest(url)
  socket.pause()
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => clientFrame('x'.repeat(125), { opcode: 9 })))
  let sent = 0
  for (let rounds = 0; rounds < 200 && !socket.isClosed; rounds += 1) {
    socket.write(many)
    sent += many.length
    await new Promise(setImmediate)
  }
  return sent
}

/** Resident memory of the processes, in bytes. */
export const residentBytes = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + 1_024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]), 0)
