import { writeCommand } from '../../../shared/records/command-record.ts'
import { appending, messagePosted, reading, usersAdded, usersRemoved, withAppender, written } from '../../contract/stored-chat.ts'
import type { Random } from '../simulation/random.ts'
import { seededRandom } from '../simulation/random.ts'
import { virtualClock } from '../simulation/virtual-clock.ts'
import type { RandomCommands } from './random-commands.ts'
import { randomCommands, simulatedId, simulatedUsers } from './random-commands.ts'
import type { WriterCounts, WriterWorld } from './writer-world.ts'
import { writerWorld } from './writer-world.ts'

export interface WriterSimulation {
  /** Empty: every promise held. */
  readonly problems: readonly string[]
  readonly counts: Readonly<WriterCounts>
  /** The ids of the stored events, in the order of their commits. */
  readonly events: readonly string[]
}

const stormMs = 3_000
const calmMs = 12_000

/** Another program: it reads the head and appends at it, as a writer does, but records no command. */
const writeBeside = ({ memory }: WriterWorld, random: Random, room: string): Promise<void> =>
  withAppender(memory.store, async (appender) => {
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

const disturb = (world: WriterWorld, random: Random, commands: RandomCommands): void => {
  const dice = random.next()
  if (dice < 0.02) {
    world.killWriter()
    world.startWriter()
  } else if (dice < 0.05) world.startWriter()
  else if (dice < 0.065) world.failOver()
  else if (dice < 0.14) void writeBeside(world, random, random.pick(commands.rooms)).catch(() => undefined)
  else if (dice < 0.15) world.memory.store.breakConnections()
}

/**
 * Writers alone, without gateways, while connections break, answers are lost,
 * appends come late, the database fails over and loses commits, writers are
 * killed or go on beside their successors, and another program writes. One seed
 * is one history.
 */
export const simulateWriter = async (seed: number): Promise<WriterSimulation> => {
  const random = seededRandom(seed)
  const clock = virtualClock(random)
  const world = await writerWorld(clock, random)
  const commands = randomCommands(random)
  world.startWriter()

  const live = async (): Promise<void> => {
    const endMs = clock.monotonicMs() + stormMs
    while (clock.monotonicMs() < endMs) {
      await clock.sleep(random.next() * 50)
      const sent = commands.next(clock.nowMs())
      world.log.append(sent.map((command) => ({ key: command.stream, value: writeCommand(command), headers: {} })))
      disturb(world, random, commands)
    }
  }
  void live()
  await clock.run(stormMs)
  world.calm()
  await clock.run(calmMs)
  world.checks.atRest()
  const { problems } = world.checks
  return {
    problems: world.log.isDone ? problems : [...problems, 'not every record is acknowledged'],
    counts: world.counts,
    events: world.memory.events().map(({ stream, seq, commandId }) => `${stream} ${seq} ${commandId}`),
  }
}
