import { connect } from 'node:net'

const metadata = { apiKey: 3, version: 5 }
const answerWithinMs = 1_500

/** A Metadata request without topics. Encoded by hand, because a driver would retry, log and keep timers. */
const request = (): Buffer => {
  const frame = Buffer.alloc(4 + 10 + 5)
  frame.writeInt32BE(frame.length - 4, 0)
  frame.writeInt16BE(metadata.apiKey, 4)
  frame.writeInt16BE(metadata.version, 6)
  frame.writeInt32BE(1, 8) // correlation id
  frame.writeInt16BE(-1, 12) // no client id
  frame.writeInt32BE(0, 14) // an empty list of topics
  frame.writeInt8(0, 18) // create none
  return frame
}

/** The number of brokers in service, which follows size, correlation id and throttle time. */
const brokersIn = (answer: Buffer): number | undefined => (answer.length < 16 ? undefined : answer.readInt32BE(12))

/** Resolves when the broker at this port returns metadata with a broker in service. */
export const probeKafka = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0)
    const socket = connect(port, '127.0.0.1', () => socket.write(request()))
    socket.setTimeout(answerWithinMs, () => socket.destroy(new Error('no metadata in time')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed without metadata')))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      const brokers = brokersIn(answer)
      if (brokers === undefined) return
      if (brokers > 0) resolve()
      else reject(new Error('no broker is in service yet'))
      socket.destroy()
    })
  })
