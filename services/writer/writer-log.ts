import type { Log } from '../../shared/runtime/observability/log.ts'

/** The logger methods that the writer uses: variable fields first, then a constant text. */
export type WriterLog = Pick<Log, 'info' | 'warn' | 'error'>
