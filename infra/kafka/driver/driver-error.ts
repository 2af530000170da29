/** What may be asked of an error of the driver; none of it is always there. */
export interface DriverError {
  readonly name?: unknown
  readonly message?: unknown
  /** The protocol's name of what a broker refuses. */
  readonly type?: unknown
  /** Whether the driver holds another attempt for useful. */
  readonly retriable?: unknown
}

const deepest = 10

/** The error itself, then what it was caused by, down to the first cause. */
export const causesOf = (error: unknown): readonly DriverError[] => {
  const chain: DriverError[] = []
  for (let at = error; at instanceof Error && chain.length < deepest; at = at.cause) chain.push(at)
  return chain
}

/** The protocol's name of what a broker said no to, if one did. */
export const protocolErrorOf = (error: unknown): string | undefined =>
  causesOf(error)
    .map(({ type }) => type)
    .find((type) => typeof type === 'string')

/** In a few words, without content: the deepest cause says the most. */
export const reasonOf = (error: unknown): string => {
  const last = causesOf(error).at(-1)
  return protocolErrorOf(error) ?? (typeof last?.message === 'string' ? last.message : 'unknown')
}

/** What Kafka answers a member whose partitions are, or are about to be, another's. */
const fences: ReadonlySet<string | undefined> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'FENCED_INSTANCE_ID',
])

/** Whether only joining the group again can help. */
export const isFence = (error: unknown): error is Error => fences.has(protocolErrorOf(error))
