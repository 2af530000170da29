import type { Append, CommandKey } from '../../../../shared/ports/event-store.ts'
import type { Command } from '../../../../shared/room-events/room-events.ts'

export const keyText = ({ room, id, digest }: CommandKey): string => `${room} ${id} ${digest}`

/** The key of a room's command. */
export const keyOf = ({ stream: room, id, digest }: Command): CommandKey => ({ room, id, digest })

/** The commands whose outcomes an append stores. */
export const keysOfAppend = ({ events, rejections }: Append): readonly CommandKey[] => [
  ...events.map(({ event: { stream: room, commandId: id, digest } }) => ({ room, id, digest })),
  ...rejections.map(({ room, commandId: id, digest }) => ({ room, id, digest })),
]
