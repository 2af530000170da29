import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import { messageText } from '../../support/load/message-text.ts'
import { startPace } from '../../support/load/pace.ts'
import { runIds } from '../../support/load/run-ids.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import type { Injected } from '../load/burst.ts'

/** Messages that the server itself creates, so that only the broadcast is measured. */
export interface InjectTask {
  readonly do: 'inject'
  readonly perSecond: number
  readonly count: number
  readonly rooms: number
  /** `tag` and `startMs` of the load, so that both create the same ids. */
  readonly tag: number
  readonly startMs: number
}

export interface InjectedMessage {
  readonly room: string
  readonly seq: number
  readonly commandId: string
  readonly body: string
  readonly frame: string
}

export type Injector = (task: InjectTask, publish: (message: InjectedMessage) => void) => Promise<Injected>

const msg = messageText(100)
const at = '2026-01-01T00:00:00.000Z'

/** `firstSeq`: the seq of the first message of each room. */
export const createInjector = (firstSeq: number): Injector => {
  const seqs = new Map<number, number>()
  const random = seededRandom(1)
  let commands = 0
  return async ({ perSecond, count, rooms, tag, startMs }, publish) => {
    const ids = runIds(tag, startMs)
    const sent = new Map<number, number>()
    const send = (intendedMs: number): void => {
      const number = 1 + random.below(rooms)
      const seq = seqs.get(number) ?? firstSeq
      seqs.set(number, seq + 1)
      sent.set(number, (sent.get(number) ?? 0) + 1)
      commands += 1
      const [room, commandId] = [ids.room(number), ids.command(commands, intendedMs)]
      const body = `{"id":"${commandId}","msg":"${msg}","type":"text","user_id":"${room}","created_at":"${at}","modified_at":"${at}"}`
      publish({ room, seq, commandId, body, frame: feedFrameText('new-message', room, seq, body) })
    }
    await startPace({ perSecond, count, send }).done
    return [...sent]
  }
}
