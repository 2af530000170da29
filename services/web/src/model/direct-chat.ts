import type { ChatModel } from './chat-model.ts'

/** Whether the service has direct chats: a field of `create-chat`, of the same feature level as blocks. */
export const offersDirectChats = ({ features }: Pick<ChatModel, 'features'>): boolean => features.value.has('set-block')

/** Resolves with the id of the direct chat with this user. The service creates it unless it exists. */
export const openDirectChat = async ({ client }: ChatModel, user: string, signal: AbortSignal): Promise<string> =>
  (await client.directChat(user, { signal })).id
