// `helm test` runs this in the image of the service: exits with 0 if a gateway answers at the URL of the argument.
// The host name is a loopback name, because gateways without authentication accept no other.
require('node:http')
  .get(process.argv[1], { headers: { host: 'localhost' }, timeout: 10_000 }, ({ statusCode }) => {
    process.stdout.write(`A gateway answers with status ${statusCode}.\n`)
    process.exit(statusCode === 200 ? 0 : 1)
  })
  .on('timeout', () => process.exit(1))
  .on('error', ({ message }) => {
    process.stderr.write(`No gateway answers: ${message}\n`)
    process.exit(1)
  })
