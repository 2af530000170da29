import { firstLevel } from '../../../../shared/protocol/feature-level.ts'
import { roomEventOfType } from '../../../../shared/room-events/find-room-event.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'

/** The members of a message that level 2 has added. */
const laterMembers: readonly string[] = ['data', 'mentions', 'thread', 'reply_to', 'silent']

const isOfLaterLevel = ({ type, data }: CommittedEvent['event']): boolean =>
  (roomEventOfType(type)?.level ?? firstLevel) > firstLevel ||
  (type === 'MessagePosted' && laterMembers.some((member) => member in (JSON.parse(data) as object)))

/** J7: no event and no field of a later level is stored before the level is raised, because processes of the previous version may run. */
export const levelProblems = (committed: readonly CommittedEvent[], raisedMs: number): readonly string[] =>
  committed
    .filter(({ event, atMs }) => atMs < raisedMs && isOfLaterLevel(event))
    .map(({ event: { stream, seq, type } }) => `J7: ${stream} ${seq}: ${type} was accepted before the level was raised`)
