import type { Entry } from './read-record.ts'

/** A step of a batch that ends: its records are `fetched`, its work has `begun`, its outcomes are `published`. */
export type BatchStage = 'fetched' | 'begun' | 'published'

/** Reports the age of every command of a batch at a stage, in seconds since its gateway received it, by the clocks of both. */
export const reportAges = (
  entries: readonly Pick<Entry, 'command'>[],
  stage: BatchStage,
  nowMs: number,
  onStage: (stage: BatchStage, ageSeconds: number) => void,
): void => {
  for (const { command } of entries) onStage(stage, Math.max(0, nowMs - Date.parse(command.at)) / 1_000)
}
