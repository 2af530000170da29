import type { RunIds } from '../../support/load/run-ids.ts'

/** What a frame tells that belongs to the load. The next one overwrites it. */
export interface Heard {
  /**
   * `feed`: a room's frame, which confirms `operation` if there is one. `confirmation`: only that.
   * `refusal`: the service had no room for `operation`, which has certainly no effect.
   */
  readonly kind: 'feed' | 'confirmation' | 'refusal'
  /** Whether the frame is a message; others only take their places in the order. */
  readonly isMessage: boolean
  readonly operation: number
  readonly room: number
  /** 0: this service has no order. */
  readonly seq: number
  readonly intendedMs: number
  /** Where the part begins that is the same for all sockets. */
  readonly commonFrom: number
}

/** A socket on which one thing is asked after the other. */
export interface Line {
  send(text: string): void
  /** Resolves with the first frame that is none of the load's and satisfies `isAnswer`. */
  answer(isAnswer: (text: string) => boolean): Promise<string>
}

/** How a service is spoken to, so that one load serves ours and those that it is compared with. */
export interface Dialect {
  /** What follows host and port. */
  readonly path: string
  /** Binds the socket to a user; resolves with the service's name of it. */
  greet(line: Line, externalId: string): Promise<string>
  /** Frames that every other member of a new room gets. */
  readonly createdFrames: number
  createRoom(line: Line, room: string, users: readonly string[]): Promise<void>
  message(operation: number, room: string, id: string, msg: string): string
  /** Whether the text frame that begins there is another's message; told without reading it. */
  isPlain(bytes: Buffer, from: number): boolean
  /** Undefined: none of the load's. */
  reader(ids: RunIds): (text: Buffer) => Heard | undefined
}
