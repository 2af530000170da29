import { seededRandom } from '../simulation/random.ts'
import { parseDistribution } from './distribution.ts'

/** Who is in which room; the same in every process that plans it from the same options. */
export interface Population {
  /** By room, which count from 1: its members, of whom the first creates it. */
  readonly members: ReadonlyMap<number, readonly number[]>
  /** By user, who count from 0. */
  readonly roomsOf: (user: number) => readonly number[]
}

export interface PopulationOptions {
  readonly users: number
  readonly rooms: number
  /** How many members a room has: see `parseDistribution`. */
  readonly roomSize: string
  readonly seed: number
}

/** Every user is in at least one room if there are places enough: those who are in none come first. */
export const planPopulation = ({ users, rooms, roomSize, seed }: PopulationOptions): Population => {
  const random = seededRandom(seed)
  const sizeOf = parseDistribution(roomSize)
  const members = new Map<number, number[]>()
  const roomsOf = Array.from({ length: users }, (): number[] => [])
  let nextNewcomer = 0
  for (let room = 1; room <= rooms; room += 1) {
    const size = Math.min(users, sizeOf(random))
    const chosen = new Set<number>()
    while (chosen.size < size) {
      chosen.add(nextNewcomer < users ? nextNewcomer : random.below(users))
      nextNewcomer += 1
    }
    members.set(room, [...chosen])
    for (const user of chosen) roomsOf[user]?.push(room)
  }
  return { members, roomsOf: (user) => roomsOf[user] ?? [] }
}
