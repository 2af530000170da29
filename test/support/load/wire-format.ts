import type { FrameView } from './frame-view.ts'
import type { ParsedFrame } from './parse-frame.ts'
import type { RunIds } from './run-ids.ts'

/** The frames of one service, so that the same load measures the service and its rivals. */
export interface WireFormat {
  /** Sent on a new socket. The socket is open when the server has sent a frame with the same beginning. */
  readonly hello?: string
  /** The text of a request. `id` is the number of an operation, or `q` and a number. `body` is JSON text. */
  request(id: string, event: string, body: string, room?: string): string
  /** Reads frequent frames without parsing; undefined for a frame that has to be parsed. */
  reader(ids: RunIds): (text: Buffer) => FrameView | undefined
  parse(text: string): ParsedFrame
  /** Whether the frame at this offset is an event of another user; decided without reading the frame. */
  isPlain(bytes: Buffer, from: number): boolean
  /** Whether all members receive the events of a room in the order of `seq` and with the same bytes. */
  readonly isOrdered: boolean
  /** The number of frames that every other member of a new room receives. */
  readonly createdFrames: number
}
