import { pathToFileURL } from 'node:url'

/** The services of the image; the first argument of `docker run` after the image selects one. */
const services = ['embedded', 'gateway', 'writer', 'relay', 'admin']

const [node = '', , service = '', ...args] = process.argv

if (services.includes(service)) {
  const main = `/app/services/${service}/main.ts`
  process.argv = [node, main, ...args]
  await import(pathToFileURL(main).href)
} else {
  process.stderr.write(`The first argument must be one of: ${services.join(', ')}. It is "${service}".\n`)
  process.exitCode = 2
}
