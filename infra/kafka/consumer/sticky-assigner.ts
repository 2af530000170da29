import type { Assignment, PartitionAssigner } from 'kafkajs'
import { AssignerProtocol } from 'kafkajs'

/** A member of the group, as the leader sees it. */
export interface StickyMember {
  readonly memberId: string
  /** Its partitions in the previous generation. */
  readonly owned: readonly number[]
}

/**
 * Distributes partitions evenly, and keeps each with its present owner where
 * the distribution stays even: rooms keep their writer when other writers join
 * or leave.
 */
export const shareSticky = (members: readonly StickyMember[], partitions: number): ReadonlyMap<string, readonly number[]> => {
  const sorted = members.toSorted((a, b) => b.owned.length - a.owned.length || a.memberId.localeCompare(b.memberId))
  const least = Math.floor(partitions / members.length)
  const withOneMore = partitions % members.length
  const free = new Set(Array.from({ length: partitions }, (_, partition) => partition))
  const shares = sorted.map(({ memberId, owned }, place) => {
    const quota = least + (place < withOneMore ? 1 : 0)
    const kept = [...new Set(owned)].filter((partition) => free.has(partition)).slice(0, quota)
    for (const partition of kept) free.delete(partition)
    return { memberId, quota, kept }
  })
  const rest = [...free]
  return new Map(shares.map(({ memberId, quota, kept }) => [memberId, [...kept, ...rest.splice(0, quota - kept.length)]]))
}

/** The previous partitions of a member, from its metadata; none where the metadata is of another program. */
const ownedIn = (metadata: Buffer): readonly number[] => {
  try {
    const owned: unknown = JSON.parse(String(AssignerProtocol.MemberMetadata.decode(metadata)?.userData))
    return Array.isArray(owned) ? owned.filter((each) => Number.isInteger(each)) : []
  } catch {
    return []
  }
}

const name = 'chat-sticky'
const version = 0

/** The assigner for the only topic of a group. `owned` returns the present partitions of this member. */
export const stickyAssigner =
  (topic: string, owned: () => readonly number[]): PartitionAssigner =>
  ({ cluster }) => ({
    name,
    version,
    assign: async ({ members }) => {
      const sticky = members.map(({ memberId, memberMetadata }) => ({ memberId, owned: ownedIn(memberMetadata) }))
      const partitions = cluster.findTopicPartitionMetadata(topic)
      return [...shareSticky(sticky, partitions.length)].map(([memberId, share]) => {
        const assignment: Assignment = { [topic]: [...share] }
        const userData = Buffer.alloc(0)
        return { memberId, memberAssignment: AssignerProtocol.MemberAssignment.encode({ version, assignment, userData }) }
      })
    },
    protocol: ({ topics }) => {
      const userData = Buffer.from(JSON.stringify(owned()))
      return { name, metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData }) }
    },
  })
