import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'

const entry = fileURLToPath(new URL('../../shared/client/connect.ts', import.meta.url))
const { bytes, gzippedBytes } = await bundle(entry)
process.stdout.write(`chat-client, bundled and minified: ${bytes} bytes, gzipped ${gzippedBytes} bytes\n`)
