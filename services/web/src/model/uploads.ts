import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { upload } from '../../../../shared/client/files.ts'
import { newId } from '../../../../shared/client/new-id.ts'
import type { Attachment } from '../../../../shared/domain/events.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import { explain } from './explain.ts'
import { bytesText } from './file-text.ts'

/** A file that the user has chosen for the next message. */
export interface Upload {
  readonly id: string
  readonly name: string
  readonly size: number
  /** From 0 to 1. */
  readonly part: number
  /** The uploaded file; undefined: not yet. */
  readonly file?: Attachment
  /** The reason of a failure, as a sentence for the user. */
  readonly why?: string | undefined
}

/** The files of one composer. They are uploaded as soon as they are chosen, and stay while another chat is open. */
export interface Uploads {
  readonly all: Signal<readonly Upload[]>
  add(files: Iterable<File>): void
  retry(id: string): void
  /** Removes a file, and ends its upload. */
  remove(id: string): void
  /** The uploaded files, which leave the composer. */
  take(): readonly Attachment[]
}

/** The uploads of the composer of a room, and of each of its threads. */
export type UploadsOf = (thread: string | undefined) => Uploads

const { attachments: mostFiles, fileBytes: mostBytes } = defaultLimits

/** Why a file is not uploaded; undefined: it is. */
const problemOf = ({ size }: File, count: number): string | undefined => {
  if (count >= mostFiles) return `A message has at most ${mostFiles} files.`
  if (size === 0) return 'The file is empty.'
  return size > mostBytes ? `The file is larger than ${bytesText(mostBytes)}.` : undefined
}

const createUploads = (room: string, client: Pick<ChatClient, 'createUpload'>): Uploads => {
  const all = signal<readonly Upload[]>([])
  const running = new Map<string, { readonly content: File; readonly stop: AbortController }>()

  const change = (id: string, next: Partial<Upload>): void => {
    all.value = all.value.map((each) => (each.id === id ? { ...each, ...next } : each))
  }

  const begin = async (id: string, content: File): Promise<void> => {
    const stop = new AbortController()
    running.set(id, { content, stop })
    try {
      const onProgress = (part: number): void => change(id, { part })
      change(id, { file: await upload(client, room, content, { signal: stop.signal, onProgress }), part: 1 })
    } catch (error) {
      if (!stop.signal.aborted) change(id, { why: explain(error) })
    }
  }

  const addOne = (content: File): void => {
    const id = newId()
    const why = problemOf(content, all.value.filter((each) => each.why === undefined).length)
    const { name, size } = content
    all.value = [...all.value, { id, name, size, part: 0, ...(why !== undefined && { why }) }]
    if (why === undefined) void begin(id, content)
  }

  const remove: Uploads['remove'] = (id) => {
    running.get(id)?.stop.abort()
    running.delete(id)
    all.value = all.value.filter((each) => each.id !== id)
  }

  return {
    all,
    add: (files) => {
      for (const file of files) addOne(file)
    },
    retry: (id) => {
      const content = running.get(id)?.content
      if (content === undefined) return
      change(id, { part: 0, why: undefined })
      void begin(id, content)
    },
    remove,
    take: () => {
      const done = all.value.flatMap(({ file }) => (file === undefined ? [] : [file]))
      for (const { id, file } of all.value) if (file !== undefined) remove(id)
      return done
    },
  }
}

export const createUploadsOf = (room: string, client: Pick<ChatClient, 'createUpload'>): UploadsOf => {
  const uploads = new Map<string | undefined, Uploads>()
  return (thread) => {
    const known = uploads.get(thread) ?? createUploads(room, client)
    uploads.set(thread, known)
    return known
  }
}
