/** `npm run show:client`: what applications on the client saw while faults hit the service, and the verdict of the checker. */
import type { invariants } from '../support/checker/check.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { chatUnderFaults, faults, runUnderFaults } from './apps-under-faults.ts'
import { gatewaysOf } from './own-chat.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const sentences: Readonly<Record<keyof typeof invariants, string>> = {
  I1: 'nothing confirmed is lost',
  I2: 'nothing unsent appears',
  I3: 'nothing is doubled',
  I4: 'one order per room',
  I5: 'no gaps',
  I6: 'a sender’s own order is kept',
  I7: 'everybody has everything soon after',
  I8: 'resume never pretends',
  I9: 'nobody sees what is not theirs',
  I10: 'confirmations soon after, in bounds',
}

await using stack = await startStack()
await using chat = await startChat(stack, chatUnderFaults)
const run = await runUnderFaults({ stack, chat, gateway: gatewaysOf(chat) })
const returns = run.returns.reduce((sum, times) => sum + times, 0)

say(`  faults                 ${Object.keys(faults).join('; ')}`)
say(`  applications           ${run.applications}, on 2 gateways, in ${run.rooms} rooms`)
say(`  connections            ${returns} were lost, and made again`)
say(`  messages stored        ${run.messages}; calls refused or of unknown fate: ${run.unfulfilled}`)
say(`  events told            ${run.told}`)
for (const [name, { count, examples }] of Object.entries(run.verdicts)) {
  const verdict = count === 0 ? 'holds' : `BROKEN ${count} times: ${examples[0]}`
  say(`  ${name.padEnd(4)}${sentences[name as keyof typeof invariants].padEnd(38)}${verdict}`)
}
const isWhole = run.unfulfilled === 0 && Object.values(run.verdicts).every(({ count }) => count === 0)
process.exitCode = isWhole ? 0 : 1
