import type { BenchStack } from './bench-stack.ts'

/** What a benchmark is run with. */
export interface BenchContext {
  /** For CI: little of everything, judged by correctness alone. */
  readonly isShort: boolean
  /** Real services, started when first asked for. */
  stack(): Promise<BenchStack>
  /** A line of progress. */
  say(line: string): void
}

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly result: string
  readonly aim?: string
  /** Undefined: nothing to be met. */
  readonly isMet?: boolean
}

export interface BenchReport {
  readonly rows: readonly Row[]
  /** What was lost, doubled, reordered or otherwise wrong; empty, or the benchmark has failed. */
  readonly problems: readonly string[]
  /** Everything that was measured. */
  readonly data: unknown
  /** Pictures, by file name. */
  readonly pictures?: Readonly<Record<string, string>>
}

export interface Bench {
  readonly id: string
  readonly title: string
  run(context: BenchContext): Promise<BenchReport>
}
