import { parseArgs } from 'node:util'
import { messageOf } from '../../../shared/runtime/observability/error-text.ts'
import { ensureEngine } from '../engine.ts'
import { pinnedImages } from '../pinned-images.ts'
import { debianRoot } from './debian-root.ts'
import { buildStandIn, canStandInFor, labelOf } from './stand-in.ts'

const help = `Builds stand-ins for the images that docker-compose.yml pins, where no image registry can be
reached: from a Debian root (debootstrap), Debian packages and Kafka's jars from Maven Central.

  npm run -s offline-images              all of them
  npm run -s offline-images -- IMAGE…    only these

Images that were pulled are left alone. DEBIAN_MIRROR names another mirror.
`

const report = (line: string): void => {
  process.stderr.write(`offline-images: ${line}\n`)
}

const pinned = (): string[] => {
  const { services, buildArguments } = pinnedImages()
  return [...new Set([...Object.values(services), ...Object.values(buildArguments)])]
}

const build = async (images: readonly string[]): Promise<void> => {
  await ensureEngine(report)
  const rootId = await debianRoot(report)
  for (const image of images) {
    if (!canStandInFor(image)) report(`no stand-in for ${image}`)
    else if ((await labelOf(image)) === '') report(`${image} was pulled and is kept`)
    else await buildStandIn(image, rootId, report)
  }
}

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } }, allowPositionals: true })
  if (values.help) process.stdout.write(help)
  else await build(positionals.length > 0 ? positionals : pinned())
}

main().catch((error: unknown) => {
  report(messageOf(error))
  process.exitCode = 1
})
