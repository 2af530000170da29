import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { WebSocket } from 'ws'

const answersWithinMs = 5_000

const probe = (url: string, token: string | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const socket = new WebSocket(url, { handshakeTimeout: answersWithinMs, headers })
    socket.once('open', () => {
      resolve()
      socket.close()
    })
    socket.on('error', (error) => reject(new Error(`--url: no socket at ${url}: ${error.message}`)))
  })

/** Rejects with an error that names the first gateway that accepts no socket. */
export const probeTargets = async (urls: readonly string[], token?: string): Promise<void> => {
  for (const url of urls) await probe(url, token)
}

/** Throws an error that names the option if the file is not writable, before the run starts. */
export const checkWritable = (option: string, file: string | undefined): void => {
  if (file === undefined) return
  const isNew = !existsSync(file)
  try {
    closeSync(openSync(file, 'a'))
    if (isNew) rmSync(file)
  } catch (error) {
    throw new Error(`${option}: cannot write ${file}: ${(error as Error).message}`)
  }
}
