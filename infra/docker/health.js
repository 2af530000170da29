// Exits with 0 if the service in this container is ready. JavaScript, because it is started every few seconds.
import { readFileSync } from 'node:fs'
import { get } from 'node:http'

const [, , service] = readFileSync('/proc/1/cmdline', 'utf8').split('\0')

// A job has no port and is healthy while it runs.
if (service !== 'admin') {
  get({ host: '127.0.0.1', port: process.env.INTERNAL_PORT || 8081, path: '/readyz', timeout: 2_000 }, (answer) => {
    process.exit(answer.statusCode === 200 ? 0 : 1)
  })
    .on('timeout', () => process.exit(1))
    .on('error', () => process.exit(1))
}
