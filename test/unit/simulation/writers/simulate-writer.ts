import { readCommand, writeCommand } from '../../../../shared/records/command-record.ts'
import { recordHeaders } from '../../../../shared/records/record-headers.ts'
import { roomEventOfCommand } from '../../../../shared/room-events/find-room-event.ts'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import {
  append,
  appending,
  messagePosted,
  reading,
  userCreated,
  usersAdded,
  usersRemoved,
  withAppender,
  written,
} from '../../../contract/stored-chat.ts'
import { simulatedId } from '../world/simulated-ids.ts'
import type { SimulatedWorld } from '../world/simulated-world.ts'
import { simulatedWorld } from '../world/simulated-world.ts'
import type { WriterCounts } from '../world/simulated-writers.ts'
import { replyAddress } from './check-answers.ts'
import { redactedEvents } from './check-redaction.ts'
import { keyOf } from './command-keys.ts'
import { repeatsOf } from './message-commands.ts'
import type { RandomCommands } from './random-commands.ts'
import { randomCommands, simulatedUsers } from './random-commands.ts'
import type { WriterChecks } from './writer-checks.ts'
import { writerChecks } from './writer-checks.ts'

export interface WriterSimulation {
  /** Empty if every promise held. */
  readonly problems: readonly string[]
  readonly counts: Readonly<WriterCounts>
  /** The ids of the stored events, in the order of their commits. */
  readonly events: readonly string[]
}

const stormMs = 3_000
const calmMs = 12_000
/** Long enough to handle commands that are sent when nothing is under way. */
const restMs = 2_000

/** Another program reads the head of a room and appends after it, as a writer does, but records no command. */
const appendBeside = ({ store, random }: SimulatedWorld, room: string): Promise<void> =>
  withAppender(store.memory.store, async (appender) => {
    const user = random.pick(simulatedUsers)
    const { chats } = await appender.read(reading({ rooms: [room], members: [{ room, user }] }))
    const chat = chats.get(room)
    if (chat === undefined) return
    const seq = chat.seq + 1
    const how = { at: chat.lastAt, id: simulatedId(4, random.below(2 ** 40)) }
    const event = random.chance(0.4)
      ? messagePosted(room, seq, user, how)
      : (chat.members.has(user) ? usersRemoved : usersAdded)(room, seq, [user], how)
    await appender.append(appending({ events: [written(event)] }))
  })

const injectFault = (world: SimulatedWorld, commands: RandomCommands): void => {
  const { writers, random, store } = world
  const dice = random.next()
  if (dice < 0.02) {
    writers.kill()
    void writers.start()
  } else if (dice < 0.05) void writers.start()
  else if (dice < 0.065) writers.failOver()
  else if (dice < 0.14) void appendBeside(world, random.pick(commands.rooms)).catch(() => undefined)
  else if (dice < 0.15) store.memory.store.breakConnections()
}

const send = ({ log }: SimulatedWorld, commands: readonly ChatCommand[], isAnswered: boolean): void =>
  log.append(
    commands.map((command) => {
      const { stream: key, id, digest } = command
      const { reply, direct, command: ofCommand, digest: ofDigest } = recordHeaders
      const headers = { [ofCommand]: id, [ofDigest]: digest, [reply]: replyAddress, [direct]: '1' }
      return { key, value: writeCommand(command), headers: isAnswered ? headers : {} }
    }),
  )

/** Sends every command again whose message is deleted, unchanged and with other content. */
const repeatDeleted = (world: SimulatedWorld, checks: WriterChecks): void => {
  const { log, store, clock } = world
  const redacted = redactedEvents(store.memory.events())
  const sent = log.records.map(({ value }) => readCommand(value) as ChatCommand)
  for (const { type, stream, commandId, data } of redacted) {
    const { user_id: author } = JSON.parse(data) as { readonly user_id: string }
    // A command of another type may have had the id before, and was rejected.
    const own = sent.find(
      ({ type: sentType, stream: room, id, user }) =>
        roomEventOfCommand(sentType).event === type && room === stream && id === commandId && user === author,
    )
    if (own === undefined) continue
    const repeats = repeatsOf(own, new Date(clock.nowMs()).toISOString())
    for (const repeat of repeats) checks.expectAnswer(keyOf(repeat), data)
    send(world, repeats, true)
  }
}

/** What a run adds. */
export interface WriterSimulationOptions {
  /** Messages are edited, deleted and pinned, and have reactions and replies. */
  readonly isLiving?: boolean
}

/**
 * Runs writers without gateways while connections break, answers are lost,
 * appends are late, the database fails over and loses commits, writers are
 * killed or continue beside their successors, and another program appends. A
 * seed replays a run.
 */
export const simulateWriter = async (
  seed: number,
  { isLiving = false }: WriterSimulationOptions = {},
): Promise<WriterSimulation> => {
  const checks = writerChecks({
    nowMs: () => world.clock.monotonicMs(),
    records: () => world.log.records,
    events: () => world.store.memory.events(),
    outcome: (key) => world.store.memory.outcome(key),
  })
  const world = await simulatedWorld(seed, { gateways: 0, writerFaults: 0.02, observer: checks })
  const { clock, store, log } = world
  await store.prepare((eventStore) => append(eventStore, ...simulatedUsers.map((id, n) => userCreated(id, `ext-${n}`))))
  const commands = randomCommands(world.random, isLiving)

  const sendAll = async (): Promise<void> => {
    const endMs = clock.monotonicMs() + stormMs
    while (clock.monotonicMs() < endMs) {
      await clock.sleep(world.random.next() * 50)
      send(world, commands.next(clock.nowMs()), isLiving)
      injectFault(world, commands)
    }
  }
  void sendAll()
  await clock.run(stormMs)
  world.calm()
  await clock.run(calmMs)
  if (isLiving) {
    repeatDeleted(world, checks)
    await clock.run(restMs)
  }
  checks.atRest()
  return {
    problems: log.isDone ? checks.problems : [...checks.problems, 'not every record is acknowledged'],
    counts: world.writers.counts,
    events: store.memory.events().map(({ stream, seq, commandId }) => `${stream} ${seq} ${commandId}`),
  }
}
