import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'

const entries = { 'chat-client': 'connect.ts', 'chat-client/core': 'connect-core.ts' }
for (const [name, file] of Object.entries(entries)) {
  const { bytes, gzippedBytes } = await bundle(fileURLToPath(new URL(`../../shared/client/${file}`, import.meta.url)))
  process.stdout.write(`${name}, bundled and minified: ${bytes} bytes, gzipped ${gzippedBytes} bytes\n`)
}
