import type { ObservedMarker } from '../../support/checker/marker-problems.ts'
import type { CommandKind } from '../../support/load/command-kinds.ts'
import type { Counts } from '../../support/load/counts.ts'
import type { KindCounts } from '../../support/load/kind-measures.ts'
import type { LoadOptions } from '../../support/load/load-options.ts'
import type { EphemeralCounts, EphemeralKind } from '../ephemeral/ephemeral-counts.ts'
import type { ClockOffset } from '../machines/clock-offset.ts'
import type { ScenarioSample, ScenarioWorkerResult, Workload } from '../scenario/workload.ts'

/** External id and token of a user, for services that require authentication. */
export interface Identity {
  readonly externalId: string
  readonly token?: string
}

export type WorkerOptions = Omit<LoadOptions, 'nameOf' | 'tokenFor'> & {
  /** By user; undefined: generated names and no tokens. */
  readonly identities?: readonly Identity[]
  /** Folder for results that are too large for messages between processes. */
  readonly folder: string
}

/** The orders to a worker; each has a result. */
export type Order =
  | { readonly do: 'begin'; readonly options: WorkerOptions }
  | { readonly do: 'connect' }
  | { readonly do: 'sample' }
  | { readonly do: 'create-rooms'; readonly userIds: readonly (readonly [number, string])[] }
  | { readonly do: 'send'; readonly workload: Workload }
  | { readonly do: 'settle'; readonly withinMs: number }
  /** Reads the lists of the rooms that its users created; writes frames and history to files. */
  | { readonly do: 'finish'; readonly readsLists: boolean }

export interface Sample {
  readonly counts: Counts
  readonly open: number
  readonly busy: number
  /** Histograms of the time since the last sample, as text. */
  readonly connect: string
  readonly stored: string
  readonly received: string
  readonly scenario?: ScenarioSample
}

/** The measurements of one ephemeral kind; the histogram as text. */
export interface EphemeralResult {
  readonly counts: EphemeralCounts
  readonly latency: string
}

/** The measurements of one kind of commands; histograms as text. */
export interface KindResult {
  readonly counts: KindCounts
  readonly stored: string
  readonly received: string
}

export interface WorkerResult {
  readonly historyFile: string
  /** One frame a line: the messages of the lists, and the other events that sockets received. */
  readonly framesFile: string
  readonly counts: Counts
  readonly connect: string
  readonly stored: string
  readonly received: string
  readonly kinds: Readonly<Partial<Record<CommandKind, KindResult>>>
  readonly ephemeral: Readonly<Partial<Record<EphemeralKind, EphemeralResult>>>
  /** Stored read markers at the end, of some users. */
  readonly markers: readonly ObservedMarker[]
  /** Violations of J3. */
  readonly markerProblems: readonly string[]
  readonly scenario?: ScenarioWorkerResult
  /** Of a worker on another machine. */
  readonly clock?: ClockOffset
}
