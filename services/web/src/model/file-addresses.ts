import type { ReadonlySignal, Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { FileAddress } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { serviceClock } from './service-clock.ts'

/** The addresses of the files of a room, which end after some minutes. */
export interface FileAddresses {
  /** The address of a file for as long as it is shown; undefined: it is being read, or the file is gone. */
  of(message: string, file: string): ReadonlySignal<string | undefined>
  /** Reads the address again, because the last one may have ended. */
  renew(message: string): Promise<void>
  /** An address that can be used now. Rejects as the client's call does. */
  fresh(message: string, file: string): Promise<string>
}

const messagesPerRequest = 50
/** An address that ends sooner is not used any more. */
const spareMs = 30_000

export const createFileAddresses = (room: string, client: Pick<ChatClient, 'files'>): FileAddresses => {
  const shown = new Map<string, Signal<string | undefined>>()
  const known = new Map<string, FileAddress>()
  let wanted: ReadonlySet<string> = new Set()
  let reading: Promise<void> | undefined

  const signalOf = (file: string): Signal<string | undefined> => {
    const found = shown.get(file) ?? signal<string | undefined>(undefined)
    shown.set(file, found)
    return found
  }

  const read = async (): Promise<void> => {
    // The messages that are rendered together are read together.
    await undefined
    const messages = [...wanted]
    wanted = new Set()
    reading = undefined
    for (let from = 0; from < messages.length; from += messagesPerRequest) {
      for (const address of await client.files(room, messages.slice(from, from + messagesPerRequest))) {
        known.set(address.id, address)
        signalOf(address.id).value = address.url
      }
    }
  }

  const renew = (message: string): Promise<void> => {
    wanted = new Set([...wanted, message])
    reading ??= read()
    return reading
  }

  return {
    of: (message, file) => {
      // A failure shows the name of the file; a click on it tries again.
      if (!shown.has(file)) renew(message).catch(() => undefined)
      return signalOf(file)
    },
    renew,
    fresh: async (message, file) => {
      const isFresh = (): boolean => Date.parse(known.get(file)?.expires_at ?? '') - serviceClock.now() > spareMs
      if (!isFresh()) await renew(message)
      const address = known.get(file)
      if (address === undefined || !isFresh()) throw new Error('This file is no longer available.')
      return address.url
    },
  }
}
