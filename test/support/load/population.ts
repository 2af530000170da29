import { seededRandom } from '../simulation/random.ts'
import { parseDistribution } from './distribution.ts'

/** The members of each room; the same in every process with the same options. */
export interface Population {
  /** The members by room number (from 1); the first member creates the room. */
  readonly members: ReadonlyMap<number, readonly number[]>
  /** By user number (from 0). */
  readonly roomsOf: (user: number) => readonly number[]
}

export interface PopulationOptions {
  readonly users: number
  readonly rooms: number
  /** The number of members of a room: see `parseDistribution`. */
  readonly roomSize: string
  readonly seed: number
}

/** Users without a room are placed first, so that every user is in a room if there are enough places. */
export const planPopulation = ({ users, rooms, roomSize, seed }: PopulationOptions): Population => {
  const random = seededRandom(seed)
  const sizeOf = parseDistribution(roomSize)
  const members = new Map<number, number[]>()
  const roomsOf = Array.from({ length: users }, (): number[] => [])
  let nextUnplaced = 0
  for (let room = 1; room <= rooms; room += 1) {
    const size = Math.min(users, sizeOf(random))
    const chosen = new Set<number>()
    while (chosen.size < size) {
      chosen.add(nextUnplaced < users ? nextUnplaced : random.below(users))
      nextUnplaced += 1
    }
    members.set(room, [...chosen])
    for (const user of chosen) roomsOf[user]?.push(room)
  }
  return { members, roomsOf: (user) => roomsOf[user] ?? [] }
}
