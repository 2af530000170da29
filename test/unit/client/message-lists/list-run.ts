import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { MessageFilter, MessageList } from '../../../../shared/client/room.ts'
import { bob, me, room, script } from '../scripted-service.ts'
import type { ListQuery } from './model-room.ts'
import { createModelRoom } from './model-room.ts'
import { createScriptedRoom, framesPerReplay } from './scripted-room.ts'

const number = fc.nat(1_000)
const act = fc.constantFrom('post', 'post', 'reply', 'reply', 'edit', 'remove', 'react', 'react', 'pin', 'erase')
const service = fc.constantFrom('deliver', 'deliver', 'deliver', 'read', 'read', 'answer', 'answer', 'answer')
const rare = fc.constantFrom('lose', 'drop', 'absent', 'reset')
const app = fc.constantFrom('load', 'load', 'thread', 'roots')

/** One step of a run; `n` and `m` select messages, users and counts. */
export const anyStep = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: act, n: number, m: number }) },
  { weight: 12, arbitrary: fc.record({ kind: service, n: number, m: number }) },
  { weight: 2, arbitrary: fc.record({ kind: rare, n: number, m: number }) },
  { weight: 4, arbitrary: fc.record({ kind: app, n: number, m: number }) },
)
export type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never

const reactions = ['👍', 'heart', '1']
const users = [me, bob]

interface OpenList {
  readonly list: MessageList
  readonly query: ListQuery
}

/** Lists of one client in one room, with the steps' interleaving of events, pages, losses and new connections. */
const startRun = async () => {
  const model = createModelRoom()
  for (let count = 0; count < 3; count += 1) model.post(bob)
  const { client, clock, sockets, last } = script({ maxResumed: framesPerReplay })
  const service = createScriptedRoom(model, last)
  await clock.run(0)
  service.bind(last())
  service.read()
  const handle = client.room(room)
  const lists = new Map<string, OpenList>([['', { list: handle, query: {} }]])

  const open = (name: string, filter: MessageFilter): OpenList => {
    const opened = lists.get(name) ?? { list: handle.list(filter), query: filter }
    lists.set(name, opened)
    return opened
  }
  const load = ({ list }: OpenList, count: number): void => void list.loadOlder(count).catch(() => undefined)

  const reconnect = async (): Promise<void> => {
    const count = sockets.length
    last().drop()
    while (sockets.length === count) await clock.run(500)
    service.bind(last())
  }

  const act = ({ kind, n, m }: Step): void => {
    const id = model.ids[n % model.ids.length] ?? ''
    const user = users[m % users.length] ?? me
    if (kind === 'post') model.post(user, m % 3 === 0 ? { reply_to: id } : {})
    if (kind === 'reply') model.post(user, { thread: model.ids[n % 3] ?? '' })
    if (kind === 'edit') model.edit(id, user)
    if (kind === 'remove') model.remove(id, user)
    if (kind === 'react') model.react(id, user, reactions[m % reactions.length] ?? '', n % 3 > 0)
    if (kind === 'erase') model.erase(m % 3 === 0 ? undefined : user, 1 + (n % model.head), 1 + (m % (model.head + 1)))
    if (kind === 'pin') model.pin(id, user, m % 2 === 0)
  }

  const step = async (next: Step): Promise<void> => {
    const { kind, n, m } = next
    act(next)
    if (kind === 'deliver') service.deliver(1 + (n % 3))
    if (kind === 'lose') service.lose(1 + (n % 2))
    if (kind === 'read') service.read()
    if (kind === 'answer') service.answer()
    if (kind === 'reset') service.reset()
    if (kind === 'drop') await reconnect()
    if (kind === 'absent') {
      for (let count = 0; count <= framesPerReplay; count += 1) act({ kind: count % 2 === 0 ? 'edit' : 'react', n: n + count, m })
      await reconnect()
    }
    if (kind === 'load') load([...lists.values()][m % lists.size] as OpenList, 1 + (n % 5))
    if (kind === 'thread') load(open('thread', { thread: model.ids[0] ?? '' }), 1 + (n % 5))
    if (kind === 'roots') load(open('roots', { replies: false }), 1 + (n % 5))
    await clock.run(0)
  }

  /** Sends everything that is left. */
  const rest = async (): Promise<void> => {
    for (let round = 0; round < 200; round += 1) {
      service.deliver(Number.POSITIVE_INFINITY)
      service.read()
      while (service.answer()) service.read()
      await clock.run(0)
      if (service.isCaughtUp) return
    }
    throw new Error('the run does not come to rest')
  }

  return { model, lists, step, rest, load, end: () => client.close() }
}

/** Runs the steps until everything is at rest. Returns each list that differs from what the service lists. */
export const runLists = async (steps: readonly Step[]): Promise<string[]> => {
  const { model, lists, step, rest, load, end } = await startRun()
  for (const next of steps) await step(next)
  await rest()
  for (const opened of lists.values()) load(opened, 3)
  await rest()
  end()
  return [...lists].flatMap(([name, { list, query }]) => {
    const shown = list.messages.map(({ room: _, as_of: __, ...message }) => message)
    const all = model.list({ ...query, limit: Number.POSITIVE_INFINITY }, me)
    const expected = list.hasOlder ? all.slice(-shown.length) : all
    if (list.hasOlder && shown.length < Math.min(3, all.length))
      return [`${name}: has only ${shown.length} of ${all.length} messages`]
    if (isDeepStrictEqual(shown, expected)) return []
    return [`${name}: ${JSON.stringify(shown)} is not ${JSON.stringify(expected)}`]
  })
}

/** A run whose steps follow from a seed, for the search for mutants. */
export const simulateLists = async (seed: number): Promise<{ readonly problems: readonly string[] }> => {
  const [steps = []] = fc.sample(fc.array(anyStep, { minLength: 60, maxLength: 120 }), { seed, numRuns: 1 })
  try {
    return { problems: await runLists(steps) }
  } catch (error) {
    return { problems: [String(error)] }
  }
}
