import type { BenchStack } from './bench-stack.ts'

/** The context of a benchmark. */
export interface BenchContext {
  /** For CI: a small load that checks only correctness. */
  readonly isShort: boolean
  /** Real services, started at the first use. */
  stack(): Promise<BenchStack>
  /** Prints a line of progress. */
  say(line: string): void
}

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly result: string
  readonly aim?: string
  /** Undefined: the row has no aim. */
  readonly isMet?: boolean
}

export interface BenchReport {
  readonly rows: readonly Row[]
  /** Lost, duplicated or reordered messages and other problems; if not empty, the benchmark has failed. */
  readonly problems: readonly string[]
  /** All measurements. */
  readonly data: unknown
  /** Pictures, by file name. */
  readonly pictures?: Readonly<Record<string, string>>
}

export interface Bench {
  readonly id: string
  readonly title: string
  run(context: BenchContext): Promise<BenchReport>
}
