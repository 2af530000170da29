import type { Load } from '../load/load.ts'
import { readList } from './read-list.ts'
import type { Truth } from './truth.ts'
import { truthBuilder } from './truth-builder.ts'

const seqOf = (frame: string): number => Number(/"seq":(\d+)/.exec(frame)?.[1])

/**
 * The truth as clients can read it: messages from the lists, and other
 * events as sockets received them. For services whose store
 * cannot be read.
 */
export const truthFromLists = async (load: Load, userOf: ReadonlyMap<string, number>): Promise<Truth> => {
  const { ids, membershipFrames } = load.context
  const builder = truthBuilder(ids, userOf)
  const changes = Map.groupBy(membershipFrames, ([place]) => Number(place.split(' ')[0]))
  for (const [room, [user = 0]] of load.population.members) {
    const frames = [...(await readList(load, room, user)), ...(changes.get(room) ?? []).map(([, frame]) => frame)]
    for (const frame of frames.sort((a, b) => seqOf(a) - seqOf(b))) builder.addListed(frame)
  }
  return builder.build()
}
