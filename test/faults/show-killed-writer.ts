/**
 * `npm run show:killed-writer`: kills one of two writers while messages are sent
 * to every room, and prints how long confirmations stopped; then does the same
 * and restarts the writer a second later.
 */
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'
import type { Gaps } from './writer-gaps.ts'
import { measureWriterGaps } from './writer-gaps.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const partitions = 12
const inWords = ({ rooms, longestMs, medianMs }: Gaps): string =>
  `longest ${longestMs} ms, median of ${rooms} rooms ${medianMs} ms`

await using stack = await startStack()
for (const restartAfterMs of [undefined, 1_000]) {
  await using chat = await startChat(stack, { gateways: 2, writers: 2, env: { PARTITIONS: String(partitions) } })
  const gaps = await measureWriterGaps(chat, { partitions, rooms: 48, everyMs: 50, restartAfterMs, watchMs: 20_000 })
  print(restartAfterMs === undefined ? 'a writer is killed' : `a writer is killed and restarted ${restartAfterMs} ms later`)
  print(`  its own rooms            ${inWords(gaps.killed)}`)
  print(`  rooms of the other one   ${inWords(gaps.living)}`)
}
