import { freshTag } from '../../support/load/run-ids.ts'
import { makeScratchFolder, removeScratchFolder } from '../../support/stack/scratch-folder.ts'
import type { EmbeddedChat } from '../../support/stack/start-embedded.ts'
import { startEmbedded } from '../../support/stack/start-embedded.ts'
import type { Bench, BenchReport } from '../harness/bench.ts'
import { cpuText, measureBurst } from '../harness/measure.ts'
import { residentKb } from '../harness/memory.ts'
import { startLoad } from '../load/start-load.ts'
import { ms } from './pipeline-search.ts'

const pidOf = (chat: EmbeddedChat): number => (chat as { pid?: number }).pid ?? 0

const startTimed = async (dataDir: string): Promise<{ readonly chat: EmbeddedChat; readonly seconds: number }> => {
  const startedMs = performance.now()
  const chat = await startEmbedded({ DATA_DIR: dataDir, LOG_LEVEL: 'warn' })
  return { chat, seconds: (performance.now() - startedMs) / 1_000 }
}

/** B11: the whole system as one process and its database. */
export const embeddedBench: Bench = {
  id: 'B11',
  title: 'embedded mode',
  run: async ({ isShort }): Promise<BenchReport> => {
    const folder = makeScratchFolder('bench-embedded')
    try {
      const cold = await startTimed(folder)
      await cold.chat.stop()
      const warm = await startTimed(folder)
      await using chat = warm.chat
      await using load = startLoad()
      const size = isShort ? { users: 20, rooms: 4, roomSize: 5 } : { users: 100, rooms: 20, roomSize: 5 }
      await load.open('chat', { ...size, urls: [chat.url], messageChars: 100, byteCheckers: 20, tag: freshTag(), seed: 1 })
      const burst = isShort
        ? { perSecond: 50, warmUpSeconds: 0.2, seconds: 1 }
        : { perSecond: 0, inFlight: 200, warmUpSeconds: 5, seconds: 10 }
      const measured = await measureBurst(load, { service: [pidOf(chat)] }, { ...burst, mostWaitMs: 30_000 })
      const { problems } = await load.report()
      return {
        rows: [
          {
            what: 'B11 embedded, from start to ready',
            result: `cold ${cold.seconds.toFixed(2)} s, warm ${warm.seconds.toFixed(2)} s`,
            ...(isShort ? {} : { aim: 'warm < 1 s', isMet: warm.seconds < 1 }),
          },
          {
            what: 'B11 embedded, confirmed sends',
            result: `${measured.rate.toFixed(0)}/s with 200 in flight, p50 ${ms(measured.stored.p50)} ms; each costs ${cpuText(measured.cpu, measured.confirmedMeanwhile)}; ${(residentKb(pidOf(chat)) / 1_024).toFixed(0)} MB in use, the database’s process aside`,
          },
        ],
        problems: [...problems, ...(measured.isWhole ? [] : ['not all messages were delivered'])],
        data: { cold: cold.seconds, warm: warm.seconds, measured },
      }
    } finally {
      removeScratchFolder(folder)
    }
  },
}
