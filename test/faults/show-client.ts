/** `npm run show:client`: what applications on the client saw while faults hit the service, and the verdict of the checker. */
import type { invariants } from '../support/checker/check.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startStack } from '../support/stack/start-stack.ts'
import { chatUnderFaults, faults, runUnderFaults } from './apps-under-faults.ts'
import { gatewaysOf } from './own-chat.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const sentences: Readonly<Record<keyof typeof invariants, string>> = {
  I1: 'no confirmed message is lost',
  I2: 'no unsent message appears',
  I3: 'nothing is duplicated',
  I4: 'one order per room',
  I5: 'no gaps',
  I6: 'the order of a sender is kept',
  I7: 'all members have all events soon after',
  I8: 'a resume reports lost events',
  I9: 'no user sees events of other rooms',
  I10: 'confirmations arrive soon after',
  J1: 'lists agree with the events',
  J1b: 'deleted texts are gone',
  J2: 'counts agree with a recount',
  J5: 'only permitted events',
}

await using stack = await startStack()
await using chat = await startChat(stack, chatUnderFaults)
const run = await runUnderFaults({ stack, chat, gateway: gatewaysOf(chat) })
const returns = run.returns.reduce((sum, times) => sum + times, 0)

print(`  faults                 ${Object.keys(faults).join('; ')}`)
print(`  applications           ${run.applications}, on 2 gateways, in ${run.rooms} rooms`)
print(`  connections            ${returns} reconnects`)
print(`  messages stored        ${run.messages}; calls refused or with an unknown outcome: ${run.unfulfilled}`)
print(`  events received        ${run.received}`)
for (const [name, { count, examples }] of Object.entries(run.verdicts)) {
  const verdict = count === 0 ? 'holds' : `VIOLATED ${count} times: ${examples[0]}`
  print(`  ${name.padEnd(4)}${sentences[name as keyof typeof invariants].padEnd(38)}${verdict}`)
}
const isWhole = run.unfulfilled === 0 && Object.values(run.verdicts).every(({ count }) => count === 0)
process.exitCode = isWhole ? 0 : 1
