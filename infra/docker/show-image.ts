import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../native/free-port.ts'
import { runCommand } from '../native/run-command.ts'
import { ensureEngine } from './engine.ts'
import { buildChatImage, describeImage } from './images.ts'

/** Prints the size of the image, its layers, and the time of a start. */

const starts = 3
const report = (line: string): void => void process.stdout.write(`${line}\n`)
const docker = (...args: string[]): Promise<string> => runCommand('docker', args)

const layers = async (image: string): Promise<string[]> => {
  const output = await docker('history', '--no-trunc', '--format', '{{.Size}}\t{{.CreatedBy}}', image)
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('0B'))
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )

/** The time from `docker run` to ready with an empty data folder, including the creation of the embedded database. */
const startMs = async (image: string): Promise<number> => {
  const port = await freePort()
  const place = ['--read-only', '--tmpfs', '/tmp', '--tmpfs', '/data:uid=65532', '--publish', `127.0.0.1:${port}:8081`]
  const begun = performance.now()
  const id = (await docker('run', '--detach', ...place, '--env', 'AUTH_ALLOW_OFF=true', image, 'embedded')).trim()
  try {
    while (!(await isReady(port))) {
      if (performance.now() - begun > 60_000) throw new Error(`not ready after a minute:\n${await docker('logs', id)}`)
      await sleep(20)
    }
    return performance.now() - begun
  } finally {
    await docker('rm', '--force', id)
  }
}

const engine = await ensureEngine(report)
const image = await buildChatImage(report)
report(await describeImage(image))
for (const layer of await layers(image)) report(`  ${layer.replace(/\t.*? in (\S+).*/, '\t$1')}`)
for (let n = 0; n < starts; n += 1)
  report(`  embedded, from docker run to ready: ${((await startMs(image)) / 1_000).toFixed(1)} s`)
await engine.release()
