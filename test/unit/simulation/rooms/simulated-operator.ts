import { operator } from '../../../../shared/domain/commands.ts'
import { writeCommand } from '../../../../shared/records/command-record.ts'
import { recordHeaders } from '../../../../shared/records/record-headers.ts'
import type { Erase } from '../../../../shared/room-events/erase.ts'
import { numberOf } from '../world/simulated-ids.ts'
import type { Commons } from './simulated-client.ts'
import type { SimulatedPerson } from './simulated-person.ts'

/** Erases messages of users and old messages, by commands on the log, as `admin` does. Some are published twice. */
export const simulatedOperator = (
  { world, userIds, rooms, history, isMarking }: Commons,
  isReady: () => boolean,
): SimulatedPerson => {
  const { clock, random, store, log, newId } = world

  const eraseIn = (room: string): void => {
    const head = store.memory.events().filter(({ stream }) => stream === room).length
    if (head < 2) return
    // The markers of an erased member are gone, which J3 forbids otherwise.
    const user = !isMarking && random.chance(0.5) ? { user: random.pick([...userIds.values()]) } : {}
    const before = 1 + random.below(head + 3)
    const body = { ...user, from: 1 + random.below(before), before: before + 1 }
    const [id, at] = [newId(), new Date(clock.nowMs()).toISOString()]
    const digest = `erase${numberOf(id)}`
    const command: Erase = { v: 1, type: 'Erase', stream: room, id, digest, user: operator, at, body }
    const headers = { [recordHeaders.command]: id, [recordHeaders.digest]: digest }
    const record = { key: room, value: writeCommand(command), headers }
    const named = { room: numberOf(room), command: numberOf(id), operation: numberOf(newId()) }
    history.append({ kind: 'invoked', at: clock.monotonicMs(), event: 'erase', ...named })
    log.append(random.chance(0.2) ? [record, record] : [record])
  }

  return {
    live: async (isOver) => {
      while (!isOver()) {
        await clock.sleep(random.next() * 400)
        if (isReady() && rooms.length > 0 && userIds.size > 0) eraseIn(random.pick(rooms))
      }
    },
  }
}
