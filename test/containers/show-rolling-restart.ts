import { bringUp } from './compose/compose-project.ts'
import { composeTool } from './compose/compose-tool.ts'
import { prepareContainers } from './container-images.ts'
import { rollingRestart } from './rolling-restart.ts'

/** Brings docker-compose.yml up, restarts every writer and gateway under load, and prints what people noticed of it. */

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const ms = (value: number): string => `${value.toFixed(1)} ms`
const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([code, count]) => `${count} × ${code}`)
    .join(', ') || 'none'

const perSecond = Number(process.argv[2] ?? 100)
const engine = await prepareContainers(['balancer'])
const shown = await (async () => {
  const tool = await composeTool(say)
  say(`Bringing docker-compose.yml up with Compose ${tool.version} …`)
  await using project = await bringUp(tool)
  say(`Sending ${perSecond} messages a second by 20 users through the balancer into 10 rooms, while each is restarted …`)
  // Awaited here: the project goes with the block.
  return await rollingRestart(project, { perSecond, seed: 1, say })
})()
await engine.release()

say(`  restarted            ${shown.restarted.length} containers in ${shown.seconds.toFixed(1)} s`)
say(`  sent, confirmed      ${shown.sent}, ${shown.confirmed} (with the creation of 10 rooms); sent again ${shown.sentAgain}`)
say(`  lost, duplicated     ${shown.lost}, ${shown.duplicated}`)
say(`  frames at sockets    ${shown.frames}`)
say(`  sockets opened       ${shown.connects}; closed by code: ${listed(shown.closed)}`)
say(`  errors               ${listed(shown.refused)}`)
say(`  send → stored        p50 ${ms(shown.stored.p50)}, p99 ${ms(shown.stored.p99)}, most ${ms(shown.stored.max)}`)
say(`  send → received      p50 ${ms(shown.received.p50)}, p99 ${ms(shown.received.p99)}, most ${ms(shown.received.max)}`)
for (const problem of shown.problems) say(`  ${problem}`)
process.exitCode = shown.problems.length === 0 ? 0 : 1
