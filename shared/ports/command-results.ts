import type { Rejection } from '../domain/rejections.ts'
import type { CommandKey } from './event-store.ts'

/**
 * The recorded result of a command. `stored`: its event is stored. `conflict`: its id belongs to another command, so that
 * it will never have an event.
 */
export type CommandResult =
  | { readonly kind: 'stored' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }

/**
 * The results of commands, in their order; undefined: none is recorded. For programs that publish many commands: it does
 * not read the events. Rejects with `StoreError`.
 */
export type ReadCommandResults = (keys: readonly CommandKey[]) => Promise<readonly (CommandResult | undefined)[]>
