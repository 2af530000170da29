import * as z from 'zod'
import { replayTopic } from '../../../shared/records/replay-topic.ts'
import type { SharedConfig } from '../../../shared/runtime/config/config.ts'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import { hasFindings } from '../admin.ts'
import { createPace } from '../moving/pace.ts'
import { progressLine } from '../moving/progress-line.ts'
import { rateOf } from '../moving/rate.ts'
import { roomOf } from '../moving/run-export.ts'
import type { StoppableProcess } from '../stoppable.ts'
import { runStoppable } from '../stoppable.ts'
import type { ReplayDeps } from './replay-events.ts'
import { replayEvents } from './replay-events.ts'
import type { ReplayProgress, ReplayScope, ReplayTopic } from './replay-state.ts'
import { openReplayState } from './replay-state.ts'

/** The arguments of the subcommand, with their help texts. */
export const replayFlags = {
  '--topic=': 'the topic; its name must begin with chat.events.replay, which is the default',
  '--room=': 'only the events of the chat with this id',
  '--since=': 'of each chat and user, only the events from the first one that was stored at this time (ISO 8601) or later',
  '--keep-days=': 'days for which a new topic keeps a record; 7 by default',
  '--rate=': 'the most events in a second; without it, as many as the brokers take; fewer beside live traffic',
  '--state=': 'the file with the progress; by default, the name of the topic and .state.json, in the present folder',
  '--dry-run': 'prints the number of events; needs no Kafka, and reads all events',
} as const

/** The service whose events are replayed. */
export interface ReplayAdapters extends Pick<ReplayDeps, 'readPage' | 'publish' | 'traffic'> {
  readonly epoch: () => Promise<string>
  readonly topic: ReplayTopic
}

/** Opens the service; its parts close with the process. The topic is created if it is missing. */
export type OpenReplay = (
  service: StoppableProcess,
  topic: { readonly name: string; readonly keepDays: number },
) => Promise<ReplayAdapters>

const topicName = /^[A-Za-z0-9._-]{1,180}$/
const time = z.union([z.iso.datetime({ offset: true }), z.iso.date()])

const topicOf = (values: ReadonlyMap<string, string>): string => {
  const name = values.get('--topic') ?? replayTopic.name
  if (!name.startsWith(replayTopic.name) || !topicName.test(name))
    throw new Error(
      `--topic must be a name that begins with ${replayTopic.name}: consumers of chat.events would get events twice`,
    )
  return name
}

const keepDaysOf = (values: ReadonlyMap<string, string>): number => {
  const days = Number(values.get('--keep-days') ?? replayTopic.keepDays)
  if (!Number.isInteger(days) || days < 1 || days > 3_650) throw new Error('--keep-days must be a whole number from 1 to 3650')
  return days
}

/** The events that the arguments ask for; throws if they are not valid. */
export const replayScopeOf = (values: ReadonlyMap<string, string>): ReplayScope => {
  const since = values.get('--since')
  if (since !== undefined && !time.safeParse(since).success)
    throw new Error('--since must be a time in ISO 8601 with its zone, as 2026-11-30T07:00:00Z, or a date')
  return { room: roomOf(values), since: since === undefined ? undefined : new Date(since).toISOString() }
}

const print = (text: string): void => void process.stderr.write(`${text}\n`)

/** Prints the number of events that a replay would have. */
export const printReplaySize = ({ events, streams }: { readonly events: number; readonly streams: number }): void =>
  print(`${events} events of ${streams} chats and users would be replayed`)

const summaryOf = ({ events, tooLarge, isComplete }: ReplayProgress, { name }: ReplayTopic): string => {
  const done = `${events} events replayed to ${name}`
  if (!isComplete) return `${done}; stopped: run the same command again to continue`
  const rest = tooLarge === 0 ? '' : `; ${tooLarge} left out, because they are too large for the topic`
  return `${done}${rest}. Read it to its end, and then chat.events from its first record`
}

/** Runs `admin replay`. The first stop signal ends it after the records that are on their way. */
export const runReplay = async (
  config: Pick<SharedConfig, 'times' | 'logLevel'>,
  open: OpenReplay,
  values: ReadonlyMap<string, string>,
): Promise<typeof hasFindings | undefined> => {
  const [name, scope, perSecond, keepDays] = [topicOf(values), replayScopeOf(values), rateOf(values), keepDaysOf(values)]
  const file = values.get('--state') ?? `${name}.state.json`
  const report = progressLine(print, systemClock, 'events')
  const work = async ({ epoch, topic, ...service }: ReplayAdapters, signal: AbortSignal): Promise<ReplayProgress> => {
    const state = openReplayState(file, topic, scope, await epoch())
    const progress = await replayEvents({
      ...service,
      scope,
      state,
      pace: createPace(),
      perSecond,
      clock: systemClock,
      signal,
      report: ({ events, tooLarge }) => report(events, tooLarge),
    })
    const isUnknown = scope.room !== undefined && progress.isComplete && progress.place.seq === 0
    if (isUnknown) throw new Error(`there is no chat with the id ${scope.room}`)
    print(summaryOf(progress, topic))
    return progress
  }
  const progress = await runStoppable(config, { name: 'replay', open: (service) => open(service, { name, keepDays }), work })
  if (!progress.isComplete) throw new Error('the replay is not complete')
  return progress.tooLarge > 0 ? hasFindings : undefined
}
