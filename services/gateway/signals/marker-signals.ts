import type { MovedMarker } from '../../../shared/records/signals.ts'
import { signalChannels } from '../../../shared/records/signals.ts'
import type { OnDropped } from './drop-reason.ts'
import type { RoomSizes } from './room-sizes.ts'
import type { SignalPublisher } from './signal-publisher.ts'

/**
 * Reports a read marker that has moved, after it is stored: to the user's own
 * devices, and to those who watch the room, if the room is small. Never rejects;
 * the report may be lost.
 */
export type ReportMarker = (marker: MovedMarker) => Promise<void>

/** The publisher, and the size up to which members see each other's markers. */
export interface MarkerSignalsDeps {
  readonly publisher: SignalPublisher
  readonly roomSize: RoomSizes
  readonly receiptMembers: number
  readonly onDropped: OnDropped
}

export const createReportMarker =
  ({ publisher, roomSize, receiptMembers, onDropped }: MarkerSignalsDeps): ReportMarker =>
  async (marker) => {
    const { room, user } = marker
    publisher.publish(`read ${user} ${room}`, signalChannels.user(user), { read: marker })
    let members: number
    try {
      members = await roomSize(room)
    } catch {
      return onDropped('store', 1)
    }
    if (members > receiptMembers) return
    publisher.publish(`read ${room} ${user}`, signalChannels.room(room), { read: marker })
  }
