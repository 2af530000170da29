import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { User } from '../domain/events.ts'
import type { ChatClient, ConnectOptions } from './chat-client.ts'
import type { ConnectionState, JoinedChat } from './chat-events.ts'
import { connect } from './connect.ts'
import type { MessageFilter, MessageList, Room } from './room.ts'

/** A user's connection, as a component sees it. */
export interface UseChatResult {
  /** Undefined on a server, and before the component is mounted. */
  readonly client: ChatClient | undefined
  readonly user: User | undefined
  readonly state: ConnectionState
  /** The chats of the user, in the order of their first `chat` events. */
  readonly chats: readonly JoinedChat[]
}

/** Which messages `useMessages` shows, and how many it loads at once. */
export interface UseMessagesOptions {
  /** The number of messages that are loaded at once; 50 by default. */
  readonly initial?: number
  /** The id of the root message of a thread: only its replies, and `send` replies in it. */
  readonly thread?: string | undefined
  /** `false`: without the replies of threads. */
  readonly replies?: boolean
}

/** One room or thread, as a component sees it. The functions stay the same objects as long as the list is the same. */
export interface Messages extends Pick<Room, 'messages' | 'members' | 'hasOlder' | 'isOver'> {
  /** Undefined until there is a client. */
  readonly room: Room | undefined
  /** The last error of loading history. */
  readonly error: unknown
  readonly loadOlder: (count?: number) => Promise<void>
  readonly send: Room['send']
}

const connecting: ConnectionState = { state: 'connecting' }
const disconnected: UseChatResult = { client: undefined, user: undefined, state: connecting, chats: [] }

/** Calls `update` with the whole view whenever a part of it changes. */
const watch = (client: ChatClient, update: (chat: UseChatResult) => void): void => {
  const chats = new Map<string, JoinedChat>()
  const show = (): void => update({ client, user: client.user, state: client.state, chats: [...chats.values()] })
  client.on('state', show)
  client.on('chat', (chat) => {
    chats.set(chat.id, chat)
    show()
  })
  client.on('left', ({ room }) => {
    chats.delete(room)
    show()
  })
  show()
}

/**
 * Connects a user while the component is mounted. Another address, user or
 * fixed token creates a new client; the other options are read when a client is
 * created. On a server it renders as not connected.
 */
export const useChat = (address: string, options: ConnectOptions = {}): UseChatResult => {
  const [chat, setChat] = useState<UseChatResult>(disconnected)
  const latest = useRef(options)
  latest.current = options
  const { user, token } = options
  // Compared by value: a new `options` object with the same user and token must not create another client.
  useEffect(() => {
    const client = connect(address, latest.current)
    let isMounted = true
    watch(client, (next) => {
      if (isMounted) setChat(next)
    })
    return () => {
      isMounted = false
      client.close()
      setChat(disconnected)
    }
  }, [address, user?.externalUserId, token])
  return chat
}

const nothing: readonly never[] = []
const notConnected = (): Promise<never> => Promise.reject(new Error('useMessages: the client is not connected yet'))

/** Renders the component again after each change of the room: then `messages` is another list. */
const useChanges = (room: Room | undefined, list: MessageList | undefined): void => {
  const subscribe = useCallback(
    (onChange: () => void) => (room === undefined ? () => undefined : room.on('change', onChange)),
    [room],
  )
  const snapshot = (): readonly unknown[] => list?.messages ?? nothing
  useSyncExternalStore(subscribe, snapshot, () => nothing)
}

const filterOf = ({ thread, replies }: UseMessagesOptions): MessageFilter | undefined => {
  if (thread !== undefined) return { thread }
  return replies === false ? { replies } : undefined
}

/** The messages of a room or of a thread, of which the newest `initial` (50) are loaded at once. */
export const useMessages = (client: ChatClient | undefined, id: string, options: UseMessagesOptions = {}): Messages => {
  const { initial = 50, thread } = options
  const filter = filterOf(options)
  const room = client?.room(id)
  const list = filter === undefined ? room : room?.list(filter)
  const [error, setError] = useState<unknown>(undefined)
  useChanges(room, list)
  const loadOlder = useCallback(
    async (count = initial) => {
      try {
        await list?.loadOlder(count)
        setError(undefined)
      } catch (failure) {
        setError(failure)
      }
    },
    [list, initial],
  )
  const sendReply: Room['send'] = useCallback(
    (draft, call) =>
      room?.send({ ...(typeof draft === 'string' ? { msg: draft } : draft), thread: thread ?? '' }, call) ?? notConnected(),
    [room, thread],
  )
  useEffect(() => {
    if (list !== undefined && list.messages.length === 0) void loadOlder()
  }, [list, loadOlder])
  return {
    room,
    messages: list?.messages ?? nothing,
    members: room?.members ?? nothing,
    hasOlder: list?.hasOlder ?? false,
    isOver: room?.isOver ?? false,
    error,
    loadOlder,
    send: thread === undefined ? (room?.send ?? notConnected) : sendReply,
  }
}
