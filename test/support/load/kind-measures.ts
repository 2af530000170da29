import type { CommandKind } from './command-kinds.ts'
import { kindOf } from './command-kinds.ts'
import type { OperationEvent } from './entry.ts'
import type { Latencies } from './latencies.ts'
import { createLatencies } from './latencies.ts'

export interface KindCounts {
  sent: number
  confirmed: number
  /** Refused, or with an unknown outcome. */
  refused: number
}

/** The measurements of one kind of commands. */
export interface KindMeasure {
  readonly counts: KindCounts
  readonly stored: Latencies
  readonly received: Latencies
}

/** Measures each kind of commands apart, because the latencies of one kind would hide those of a rare one. */
export interface KindMeasures {
  /** Undefined for an event that is of no kind. */
  of(event: OperationEvent): KindMeasure | undefined
  /** The kinds that were measured so far. */
  all(): ReadonlyMap<CommandKind, KindMeasure>
}

/** `messages`: the latencies of new messages. */
export const createKindMeasures = (messages: Pick<KindMeasure, 'stored' | 'received'>): KindMeasures => {
  const measures = new Map<CommandKind, KindMeasure>()
  const latenciesOf = (kind: CommandKind): Pick<KindMeasure, 'stored' | 'received'> =>
    kind === 'messages' ? messages : { stored: createLatencies(), received: createLatencies() }
  return {
    of: (event) => {
      const kind = kindOf(event)
      if (kind === undefined) return undefined
      const known = measures.get(kind)
      if (known !== undefined) return known
      const measure = { counts: { sent: 0, confirmed: 0, refused: 0 }, ...latenciesOf(kind) }
      measures.set(kind, measure)
      return measure
    },
    all: () => measures,
  }
}
