import type { ReadMarker } from '../../../../shared/domain/read-marker.ts'

/** The contents of a resume. */
export interface Asked {
  readonly rooms: Readonly<Record<string, number>>
  readonly max: number
  readonly epoch?: string
}

/** A request that was sent, for the checker. */
export interface Sent {
  readonly callerId: string
  readonly event: string
  readonly atMs: number
  readonly room?: string
  readonly commandId?: string
  /** The user on whose behalf it was sent, if that is not the user of the socket. */
  readonly actor?: string
  /** Distinguishes commands that have the same id. */
  readonly content?: string
  readonly resume?: Asked
  /** The marker of a `mark-read`. */
  readonly marker?: ReadMarker
  /** A list that omits some messages of its range. */
  readonly isFiltered?: boolean
}
