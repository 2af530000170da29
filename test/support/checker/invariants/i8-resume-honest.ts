import type { Entry } from '../../load/entry.ts'
import type { WalkedSocket } from '../feed-walk.ts'
import type { Invariant } from '../judge.ts'
import { createFindings } from '../judge.ts'
import { headAt, membershipDuring, timedSpansOf } from '../stored-times.ts'
import type { RoomTruth } from '../truth.ts'
import { trueLastOf } from '../walked-place.ts'

interface Asked {
  readonly from: number
  /** 0: not known. */
  readonly max: number
  readonly hasEpoch: boolean
  readonly at: number
}

/** The finding about an answer whose reason is not true; undefined: it is true. */
const wrongReason = ({ code, seq }: Readonly<Entry>, { from, max, hasEpoch }: Asked): string | undefined => {
  if (code === 'ahead' && from <= seq) return `reported as ahead, with ${from} of ${seq}`
  if (code === 'other') return 'not recovered, without a reason'
  if (max === 0) return undefined
  if (code === 'too_many' && seq - from <= max) return `${seq - from} events are reported as more than ${max}`
  return code === 'epoch' && !hasEpoch ? 'reported as of another epoch, although the request named none' : undefined
}

/** The finding about an answer that contradicts the frames of the socket; undefined: it agrees with them. */
const wrongPosition = (
  { room, seq, code, operation }: Readonly<Entry>,
  socket: WalkedSocket,
  { from }: Asked,
  isForged: boolean,
): string | undefined => {
  const place = socket.places.get(room)
  const isBegun = socket.resumes.of(operation, room)?.isBegun === true
  if (code === 'none' && !isForged && !(place?.last === seq && isBegun) && from !== seq)
    return `reported as recovered to ${seq}, with ${place?.last} as the last frame`
  const isMoved = code === 'ahead' || code === 'too_many' || code === 'epoch'
  if (isMoved && place !== undefined && trueLastOf(place) > seq)
    return `continues after ${seq}, although ${place.last} has arrived`
  return undefined
}

/** The finding about an answer that contradicts the commits between request and answer; undefined: it agrees with them. */
const wrongMoment = (
  { room, seq, code, at, user }: Readonly<Entry>,
  truth: RoomTruth | undefined,
  socket: WalkedSocket,
  asked: Asked,
): string | undefined => {
  const { ever, always } = membershipDuring(truth, user, asked.at, at)
  if (code !== 'forbidden') {
    if (!ever) return 'resumed by a user who is not a member'
    return seq < headAt(truth, asked.at - 1) || seq > headAt(truth, at) ? `${seq} was not its head` : undefined
  }
  if (always) return 'reported as forbidden to a member'
  const place = socket.places.get(room)
  const seen = place === undefined ? 0 : trueLastOf(place)
  const joined = timedSpansOf(truth, user).findLast(({ from }) => from <= seen)
  // The membership is newer than the answer.
  if (joined !== undefined && joined.fromAt > asked.at && joined.untilAt > at)
    return 'reported as forbidden after a frame that added the user'
  return undefined
}

/** I8: the answer to a resume is true and complete: reported events were delivered, and a skip has a true reason. */
export const resumeHonest: Invariant = ({ truth, sockets, terms: { isOneClock = false, isForged = false } }) => {
  const findings = createFindings()
  const asked = new Map<string, Asked>()
  const keyOf = ({ socket, room, operation }: Readonly<Entry>): string => `${socket} ${room} ${operation}`

  const judgeAnswer = (entry: Readonly<Entry>): void => {
    const { socket, room, seq } = entry
    const where = `socket ${socket}, room ${room}`
    const from = asked.get(keyOf(entry))
    const walked = sockets.get(socket)
    const stored = truth.rooms.get(room)
    if (seq > (stored?.head ?? 0))
      findings.add(`${where}: the answer names the head ${seq}, the room ends at ${stored?.head ?? 0}`)
    if (from === undefined || walked === undefined) return findings.add(`${where}: the answer to a resume that was not requested`)
    const wrong = [
      wrongReason(entry, from),
      wrongPosition(entry, walked, from, isForged),
      isOneClock ? wrongMoment(entry, stored, walked, from) : undefined,
    ]
    for (const what of wrong) if (what !== undefined) findings.add(`${where}: ${what}`)
  }

  return {
    foresee: (entry) => {
      const { kind, event, socket, operation, seq: from, command: max, code, at } = entry
      if (kind === 'resuming') asked.set(keyOf(entry), { from, max, hasEpoch: code === 'epoch', at })
      if (kind === 'resumed') judgeAnswer(entry)
      if (kind === 'ok' && event === 'resume')
        for (const room of sockets.get(socket)?.resumes.unanswered(operation) ?? [])
          findings.add(`socket ${socket}, room ${room}: omitted from the answer to a resume`)
    },
    verdict: () => findings,
  }
}
