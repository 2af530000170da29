import { bringUp } from './compose/compose-project.ts'
import { composeTool } from './compose/compose-tool.ts'
import { prepareContainers } from './container-images.ts'
import { rollingRestart } from './rolling-restart.ts'

/** Starts docker-compose.yml, restarts every writer and gateway under load, and prints the effects on users. */

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const ms = (value: number): string => `${value.toFixed(1)} ms`
const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([code, count]) => `${count} × ${code}`)
    .join(', ') || 'none'

const perSecond = Number(process.argv[2] ?? 100)
const engine = await prepareContainers(['balancer'])
const shown = await (async () => {
  const tool = await composeTool(print)
  print(`Starting docker-compose.yml with Compose ${tool.version} …`)
  await using project = await bringUp(tool)
  print(`Sending ${perSecond} messages a second by 20 users through the balancer into 10 rooms, while each is restarted …`)
  // Awaited here, because the end of the block disposes of the project.
  return await rollingRestart(project, { perSecond, seed: 1, print })
})()
await engine.release()

print(`  restarted            ${shown.restarted.length} containers in ${shown.seconds.toFixed(1)} s`)
print(`  sent, confirmed      ${shown.sent}, ${shown.confirmed} (with the creation of 10 rooms); sent again ${shown.sentAgain}`)
print(`  lost, duplicated     ${shown.lost}, ${shown.duplicated}`)
print(`  frames at sockets    ${shown.frames}`)
print(`  sockets opened       ${shown.connects}; closed by code: ${listed(shown.closed)}`)
print(`  errors               ${listed(shown.refused)}`)
print(`  send → stored        p50 ${ms(shown.stored.p50)}, p99 ${ms(shown.stored.p99)}, most ${ms(shown.stored.max)}`)
print(`  send → received      p50 ${ms(shown.received.p50)}, p99 ${ms(shown.received.p99)}, most ${ms(shown.received.max)}`)
for (const problem of shown.problems) print(`  ${problem}`)
process.exitCode = shown.problems.length === 0 ? 0 : 1
