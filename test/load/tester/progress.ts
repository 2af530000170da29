import type { Second } from '../report/load-report.ts'
import type { Phase } from './run-load-test.ts'
import { clockText, msText, whole } from './units.ts'

/** Shows progress: one changing line on a terminal, otherwise a new line from time to time. */
export interface Progress {
  show(phase: Phase, second: Second | undefined): void
  end(): void
}

const elsewhereEvery = 10

const lineOf = (phase: string, second: Second): string => {
  const time = clockText(second.at * 1_000).padStart(5)
  const parts = [
    `${whole(second.open)} open`,
    `${whole(second.sent)}/s sent`,
    `${whole(second.confirmed)}/s stored`,
    `${whole(second.frames)}/s received`,
    ...(second.receivedP99 > 0 ? [`p50 ${msText(second.receivedP50)}`, `p99 ${msText(second.receivedP99)}`] : []),
    ...(second.refused > 0 ? [`${whole(second.refused)}/s refused`] : []),
    `busy ${Math.round(second.busy * 100)} %`,
  ]
  return `${time}  ${phase}  ${parts.join('  ')}`
}

/** `sendingMs`: how long messages will be sent. */
export const createProgress = (stream: NodeJS.WriteStream, sendingMs: number): Progress => {
  const isTerminal = stream.isTTY === true
  let sendingFrom: number | undefined
  const phaseText = (phase: Phase, at: number): string => {
    if (phase !== 'sending') return phase
    sendingFrom ??= at
    return `${phase}, ${clockText((at - sendingFrom) * 1_000)} of ${clockText(sendingMs)}`
  }
  let last = ''
  let shown = 0
  const write = (text: string): void => {
    last = text
    stream.write(isTerminal ? `\r\u001b[2K${text.slice(0, Math.max(20, (stream.columns ?? 120) - 1))}` : `${text}\n`)
  }
  return {
    show: (phase, second) => {
      if (second === undefined) {
        if (!isTerminal) write(`${phase} …`)
        return
      }
      shown += 1
      const line = lineOf(phaseText(phase, second.at), second)
      if (isTerminal || shown % elsewhereEvery === 0) write(line)
    },
    end: () => {
      if (isTerminal && last !== '') stream.write('\r\u001b[2K')
    },
  }
}
