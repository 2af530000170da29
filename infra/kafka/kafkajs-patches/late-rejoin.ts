import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'
import { protocolErrorOf } from '../driver/driver-error.ts'

/** What a member knows of its generation of the group. */
interface Generation {
  /** Those that it had when it began; undefined when that could not be read. */
  readonly members: Promise<ReadonlySet<string> | undefined>
  /** When the next rebalance was first noticed. */
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
 * Whether a member may go on working instead of joining again. A broker
 * answers nobody's JoinGroup before every known member has sent its own, a
 * dead one included, until its session has expired: whoever joins early waits
 * for that, and works on nothing meanwhile. In this state of the group the
 * members keep their partitions, and the brokers accept their heartbeats and
 * offset commits. So while all members of the generation are still listed, one
 * of them may be dead; once one is missing, its partitions wait for an owner.
 */
const mayStay = async (group: ConsumerGroup, nowMs: number): Promise<boolean> => {
  const generation = generations.get(group)
  if (generation === undefined) return false
  generation.noticedAtMs ??= nowMs
  if (nowMs - generation.noticedAtMs > group.sessionTimeout) return false
  const before = await generation.members
  // Alone, nobody else can be dead.
  if (before === undefined || before.size < 2) return false
  const listed = await membersOf(group, 'PreparingRebalance')
  return listed !== undefined && [...before].every((member) => listed.has(member))
}

/** Patches the driver, once for the process: a member joins again only when the brokers can answer soon. */
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
      if (protocolErrorOf(error) !== 'REBALANCE_IN_PROGRESS' || !(await mayStay(this, nowMs))) throw error
      // As after any answer: the next heartbeat is due after the interval.
      this.lastRequest = nowMs
    }
  }
}
