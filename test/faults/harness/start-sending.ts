import type { Mix } from '../../load/mix/mix.ts'
import { mixedSending } from '../../load/mix/mixed-sending.ts'
import type { CommandKind } from '../../support/load/command-kinds.ts'
import type { KindMeasure } from '../../support/load/kind-measures.ts'
import type { Load } from '../../support/load/load.ts'
import type { Random } from '../../support/simulation/random.ts'
import { readWhileSending } from './read-lists.ts'

/** With a mix, members also read lists, so that the checker compares them with the events. Returns a function that ends it. */
export const startSending = (load: Load, mix: Mix | undefined, perSecond: number, random: Random): (() => void) => {
  const pace = load.sendByPlan({ perSecond, count: Number.MAX_SAFE_INTEGER }, mix && mixedSending(mix))
  const endReading = mix === undefined ? () => {} : readWhileSending(load, random)
  return () => {
    pace.stop()
    endReading()
  }
}

/** The confirmed commands of each kind, as a remark. */
export const kindsText = (kinds: ReadonlyMap<CommandKind, KindMeasure>): string =>
  `confirmed: ${[...kinds].map(([kind, { counts }]) => `${counts.confirmed} ${kind}`).join(', ')}`
