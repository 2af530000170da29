import type { CommandEntry } from './read-record.ts'

/** The stages of a batch: its records are `fetched`, the writer has `begun` to handle them, their outcomes are `published`. */
export type BatchStage = 'fetched' | 'begun' | 'published'

/** Reports the age of each command at a stage, in seconds since its gateway received it, by the clocks of both processes. */
export const reportAges = (
  entries: readonly Pick<CommandEntry, 'command'>[],
  stage: BatchStage,
  nowMs: number,
  onStage: (stage: BatchStage, ageSeconds: number) => void,
): void => {
  for (const { command } of entries) onStage(stage, Math.max(0, nowMs - Date.parse(command.at)) / 1_000)
}
