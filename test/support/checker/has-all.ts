import type { Load } from '../load/load.ts'
import type { Truth } from './truth.ts'

/** Whether every socket of this process has the last stored event of its rooms. */
export const hasAll = ({ population, devices }: Load, { rooms }: Truth): boolean =>
  [...population.members].every(([room, members]) =>
    members.every((user) => devices.get(user)?.lastSeen(room) === rooms.get(room)?.head),
  )
