import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'
import { protocolErrorOf } from '../driver/driver-error.ts'

/** The generation of the group in which a member works. */
interface Generation {
  /** The members at the beginning of the generation; undefined when they could not be read. */
  readonly members: Promise<ReadonlySet<string> | undefined>
  /** When this member noticed the next rebalance. */
  noticedAtMs: number | undefined
}

const generations = new WeakMap<ConsumerGroup, Generation>()
let isPatched = false

const membersOf = async (group: ConsumerGroup, state: string): Promise<ReadonlySet<string> | undefined> => {
  try {
    const { groups } = await group.coordinator.describeGroups({ groupIds: [group.groupId] })
    const [described] = groups
    return described?.state === state ? new Set(described.members.map(({ memberId }) => memberId)) : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a member should keep working instead of joining again. A broker
 * answers a JoinGroup only when every known member has sent one, or the session
 * of a dead member has expired: a member that joins early waits that long
 * without work. Until then the members keep their partitions, and the brokers
 * accept their heartbeats and offset commits. While all members of the
 * generation are listed, one of them may be dead; once one is missing, its
 * partitions need an owner.
 */
const shouldStay = async (group: ConsumerGroup, nowMs: number): Promise<boolean> => {
  const generation = generations.get(group)
  if (generation === undefined) return false
  generation.noticedAtMs ??= nowMs
  if (nowMs - generation.noticedAtMs > group.sessionTimeout) return false
  const before = await generation.members
  // A single member cannot wait for a dead one.
  if (before === undefined || before.size < 2) return false
  const listed = await membersOf(group, 'PreparingRebalance')
  return listed !== undefined && [...before].every((member) => listed.has(member))
}

/** Applies the patch to all consumers of this process: a member joins again only when the brokers can answer soon. Idempotent. */
export const delayRejoin = (): void => {
  if (isPatched) return
  isPatched = true
  const { heartbeat, joinAndSync } = ConsumerGroup.prototype

  ConsumerGroup.prototype.joinAndSync = async function joinAndNote(this: ConsumerGroup) {
    generations.delete(this)
    await joinAndSync.call(this)
    generations.set(this, { members: membersOf(this, 'Stable'), noticedAtMs: undefined })
  }

  ConsumerGroup.prototype.heartbeat = async function heartbeatAndStay(
    this: ConsumerGroup,
    options: { readonly interval: number },
  ) {
    try {
      await heartbeat.call(this, options)
    } catch (error) {
      const nowMs = Date.now()
      if (protocolErrorOf(error) !== 'REBALANCE_IN_PROGRESS' || !(await shouldStay(this, nowMs))) throw error
      // The same as after a success: the next heartbeat is due after the interval.
      this.lastRequest = nowMs
    }
  }
}
