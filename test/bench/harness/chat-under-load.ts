import { freshTag } from '../../support/load/run-ids.ts'
import type { Chat } from '../../support/stack/start-chat.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import type { FeedReport } from '../load/feed-log.ts'
import type { LoadOptions, LoadProcess } from '../load/start-load.ts'
import { startLoad } from '../load/start-load.ts'
import type { BenchStack } from './bench-stack.ts'
import { compareWithStore } from './compare-with-store.ts'
import type { Parts } from './cpu.ts'

/** The distributed service with a load that is connected to it. */
export interface ChatUnderLoad extends AsyncDisposable {
  readonly chat: Chat
  readonly load: LoadProcess
  /** The processes whose CPU time is measured, besides the load. */
  readonly parts: Parts
  /** Each inconsistency among the frames that members received, and between them and the store. */
  problems(): Promise<readonly string[]>
}

export interface ChatUnderLoadOptions extends Pick<LoadOptions, 'users' | 'rooms' | 'roomSize' | 'otherChecks'> {
  readonly gateways?: number
  readonly writers?: number
  readonly env?: Readonly<Record<string, string>>
}

export const messageChars = 100
const byteCheckers = 20

/** `BENCH_PROFILE` names a folder for the CPU profiles of all processes of the service. */
const profiling = (): Readonly<Record<string, string>> => {
  const { BENCH_PROFILE: folder } = process.env
  return folder ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` } : {}
}

export const pidsOf = (replicas: readonly { readonly pid?: number | undefined }[]): number[] =>
  replicas.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))

export const startChatUnderLoad = async (stack: BenchStack, options: ChatUnderLoadOptions): Promise<ChatUnderLoad> => {
  const { gateways = 2, writers = 2, env = {}, users, rooms, roomSize, otherChecks } = options
  await using owned = new AsyncDisposableStack()
  const chat = owned.use(await startChat(stack, { gateways, writers, env: { LOG_LEVEL: 'warn', ...profiling(), ...env } }))
  // Node writes a profile only at an orderly exit.
  if (process.env.BENCH_PROFILE)
    owned.defer(async () => void (await Promise.all([...chat.gateways, ...chat.writers].map((one) => one.stop()))))
  const load = owned.use(startLoad())
  await load.open('chat', {
    urls: chat.gateways.map(({ url }) => url),
    users,
    rooms,
    roomSize,
    messageChars,
    byteCheckers,
    ...(otherChecks === undefined ? {} : { otherChecks }),
    tag: freshTag(),
    seed: 1,
  })
  const kept = owned.move()
  return {
    chat,
    load,
    parts: { gateways: pidsOf(chat.gateways), writers: pidsOf(chat.writers), ...stack.parts },
    problems: async () => {
      const report: FeedReport = await load.report()
      return [...report.problems, ...(await compareWithStore(chat.databaseUrl, report))]
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
