import { writeCommand } from '../../../../shared/records/command-record.ts'
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
import type { RandomCommands } from './random-commands.ts'
import { randomCommands, simulatedUsers } from './random-commands.ts'
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

/**
 * Runs writers without gateways while connections break, answers are lost,
 * appends are late, the database fails over and loses commits, writers are
 * killed or continue beside their successors, and another program appends. A
 * seed replays a run.
 */
export const simulateWriter = async (seed: number): Promise<WriterSimulation> => {
  const checks = writerChecks({
    nowMs: () => world.clock.monotonicMs(),
    records: () => world.log.records,
    events: () => world.store.memory.events(),
    outcome: (key) => world.store.memory.outcome(key),
  })
  const world = await simulatedWorld(seed, { gateways: 0, writerFaults: 0.02, observer: checks })
  const { clock, store, log } = world
  await store.prepare((eventStore) => append(eventStore, ...simulatedUsers.map((id, n) => userCreated(id, `ext-${n}`))))
  const commands = randomCommands(world.random)

  const send = async (): Promise<void> => {
    const endMs = clock.monotonicMs() + stormMs
    while (clock.monotonicMs() < endMs) {
      await clock.sleep(world.random.next() * 50)
      const sent = commands.next(clock.nowMs())
      log.append(sent.map((command) => ({ key: command.stream, value: writeCommand(command), headers: {} })))
      injectFault(world, commands)
    }
  }
  void send()
  await clock.run(stormMs)
  world.calm()
  await clock.run(calmMs)
  checks.atRest()
  return {
    problems: log.isDone ? checks.problems : [...checks.problems, 'not every record is acknowledged'],
    counts: world.writers.counts,
    events: store.memory.events().map(({ stream, seq, commandId }) => `${stream} ${seq} ${commandId}`),
  }
}
