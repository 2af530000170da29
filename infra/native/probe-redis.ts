import { connect } from 'node:net'

/** Resolves when the server answers a PING over a plain socket; a driver would reconnect and log. */
export const probeRedis = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer to PING within 1 s')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed without an answer to PING')))
    socket.once('data', (answer) => {
      if (answer.toString().startsWith('+PONG')) resolve()
      else reject(new Error(`PING was answered with ${answer.toString().trim()}`))
      socket.destroy()
    })
  })
