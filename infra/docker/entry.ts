import { pathToFileURL } from 'node:url'

/** What the image can be; the first argument of `docker run` after its name. */
const services = ['embedded', 'gateway', 'writer', 'admin']

const [node = '', , service = '', ...args] = process.argv

if (services.includes(service)) {
  const main = `/app/services/${service}/main.ts`
  process.argv = [node, main, ...args]
  await import(pathToFileURL(main).href)
} else {
  process.stderr.write(`The first argument says what to run: ${services.join(', ')}. Not: "${service}".\n`)
  process.exitCode = 2
}
