import { memoryFanOut } from '../../../infra/in-process/memory-fan-out.ts'
import type { OpenFanOut } from '../../contract/fan-out/open-fan-out.ts'
import { recordingLog } from '../../support/recording-log.ts'

export const openMemoryFanOut = async (): Promise<OpenFanOut> => {
  const log = recordingLog()
  const fanOut = memoryFanOut({ log })
  return { near: fanOut, far: fanOut, lines: log.lines, withinMs: 5_000, [Symbol.asyncDispose]: fanOut.close }
}
