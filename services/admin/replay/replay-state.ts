import { createHash } from 'node:crypto'
import * as z from 'zod'
import { openStateFile } from '../moving/state-file.ts'

/** How far a replay has come. */
export interface ReplayProgress {
  /** The last event that was read. */
  readonly place: { readonly stream: string; readonly seq: number; readonly isRecent: boolean }
  /** Events that the topic has. */
  readonly events: number
  /** Events that are too large for the topic. */
  readonly tooLarge: number
  readonly isComplete: boolean
}

/** The topic of a replay, as of its start. */
export interface ReplayTopic {
  readonly name: string
  /** Records that were ever written to it. */
  readonly records: number
  /** Records were deleted, because they are older than the retention. */
  readonly hasLost: boolean
}

/** The events that a replay has. */
export interface ReplayScope {
  /** Only the events of this chat. */
  readonly room: string | undefined
  /** Only events from the first one of each stream that was stored at or after this time. */
  readonly since: string | undefined
}

/** The progress of a replay, in a file. */
export interface ReplayState {
  /** How far an earlier run has come. */
  readonly earlier: ReplayProgress
  save(progress: ReplayProgress): void
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

const stateSchema = z.object({
  replay: z.string(),
  place: z.object({ stream: z.uuid(), seq: z.int().min(0), isRecent: z.boolean() }),
  events: z.int().min(0),
  tooLarge: z.int().min(0),
  isComplete: z.boolean(),
})

const startOf = ({ room }: ReplayScope): ReplayProgress => ({
  place: { stream: room ?? beforeAll, seq: 0, isRecent: false },
  events: 0,
  tooLarge: 0,
  isComplete: false,
})

const otherReplay = (topic: string, file: string): string =>
  `the topic ${topic} has records, and ${file} is not the progress of this replay: name another topic with --topic, ` +
  'or delete this one, and run the same command again'

const notWritable = (file: string, cause: unknown): Error =>
  new Error(`the progress cannot be saved to ${file}: name a file in another folder with --state`, { cause })

const lostRecords = (topic: string): string =>
  `the topic ${topic} lacks records of the earlier run: delete it, and run the same command again`

/**
 * Opens the progress in the file. An empty topic begins again. Throws for a topic that would get records of two replays, or
 * that has lost records of this one: a consumer of it would not get every event in order.
 */
export const openReplayState = (file: string, topic: ReplayTopic, scope: ReplayScope, epoch: string): ReplayState => {
  const { room = '', since = '' } = scope
  const replay = createHash('sha256').update([epoch, topic.name, room, since].join('\n')).digest('hex')
  const stateFile = openStateFile(file, stateSchema)
  const save = (progress: ReplayProgress): void => stateFile.save({ replay, ...progress })
  if (topic.records === 0) {
    const start = startOf(scope)
    // Before the first record, so that a run that is killed soon can be continued.
    try {
      save(start)
    } catch (error) {
      throw notWritable(file, error)
    }
    return { earlier: start, save }
  }
  const found = stateFile.read()
  if (found?.replay !== replay) throw new Error(otherReplay(topic.name, file))
  if (topic.hasLost || topic.records < found.events) throw new Error(lostRecords(topic.name))
  return { earlier: found, save }
}
