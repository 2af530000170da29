import type { LoadOptions } from '../../support/load/load.ts'
import type { Counts } from '../../support/load/load-context.ts'

/** Who a user is, where the service wants to know it for certain. */
export interface Identity {
  readonly externalId: string
  readonly token?: string
}

export type WorkerOptions = Omit<LoadOptions, 'nameOf' | 'tokenFor'> & {
  /** By user; without it, names are made up and there are no tokens. */
  readonly identities?: readonly Identity[]
  /** Where what is too large for messages is left. */
  readonly folder: string
}

/** What a worker is told to do; it answers each with `done`. */
export type Order =
  | { readonly do: 'begin'; readonly options: WorkerOptions }
  | { readonly do: 'connect' }
  | { readonly do: 'sample' }
  | { readonly do: 'create-rooms'; readonly userIds: readonly (readonly [number, string])[] }
  | { readonly do: 'send'; readonly perSecond: number; readonly count: number }
  | { readonly do: 'settle'; readonly withinMs: number }
  /** Reads the lists of the rooms that its users created; leaves frames and history in files. */
  | { readonly do: 'finish'; readonly readsLists: boolean }

/** Orders are numbered, because a later one may be done first. */
export interface NumberedOrder {
  readonly number: number
  readonly order: Order
}

export interface Sample {
  readonly counts: Counts
  readonly open: number
  readonly busy: number
  /** Histograms of the time since the last sample, as text. */
  readonly stored: string
  readonly received: string
}

export type Word =
  | { readonly said: 'done'; readonly number: number; readonly result?: unknown }
  | { readonly said: 'failed'; readonly number: number; readonly why: string }

export interface WorkerResult {
  readonly historyFile: string
  /** A frame a line: of the messages that lists show, and of the events between them that sockets saw. */
  readonly framesFile: string
  readonly counts: Counts
  readonly connect: string
  readonly stored: string
  readonly received: string
}
