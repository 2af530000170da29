/** The members that identify the frame of a room event. */
export interface RoomEventNames {
  readonly event: string
  readonly room: string
  readonly seq: number
}

const bodyMark = '"body":'
const timeMark = '"created_at":"'
const timeLength = '2026-01-01T00:00:00.000Z'.length

/** The frame of a room event. It begins with `{"event"`, and its body is its last member. `data`: the body, as JSON text. */
export const feedFrameText = (event: string, room: string, seq: number, data: string): string =>
  `{"event":"${event}","room":"${room}","seq":${seq},${bodyMark}${data}}`

/** The frame for the session whose request caused the event: with the request's `id` as its first member. */
export const withRequestId = (frame: string, id: string | undefined): string =>
  id === undefined ? frame : `{"id":${JSON.stringify(id)},${frame.slice(1)}`

/** The record of an event on the event stream: the frame with the version of the event as its first member. */
export const withVersion = (frame: string, version: number): string => `{"v":${version},${frame.slice(1)}`

/** The body of a room event's frame, as JSON text. */
export const bodyOfFrame = (frame: string): string => frame.slice(frame.indexOf(bodyMark) + bodyMark.length, -1)

/**
 * Whether a text begins and ends as the frame with these names does. It is not
 * parsed. A body is an object, so a complete frame ends in two braces.
 */
export const isFrameOf = ({ event, room, seq }: RoomEventNames, text: string): boolean =>
  text.startsWith(feedFrameText(event, room, seq, '').slice(0, -1)) && text.endsWith('}}')

/**
 * When the event happened, in milliseconds since the epoch; NaN if the frame has no time. Quotes in message text are
 * escaped, so that the text cannot contain the name of the member. The event's own time comes before that of a message in
 * its body, and before `data`.
 */
export const createdAtMsOf = (frame: string): number => {
  const start = frame.indexOf(timeMark) + timeMark.length
  return Date.parse(frame.slice(start, start + timeLength))
}
