import { signal } from '@preact/signals'
import type { Account } from './account.ts'
import { recallAccount, rememberAccount } from './account.ts'
import type { ChatModel } from './chat-model.ts'
import { createChatModel } from './chat-model.ts'

const recalled = recallAccount()

/** The chat of whoever is signed in. */
export const session = signal<ChatModel | undefined>(recalled && createChatModel(recalled))

export const signIn = (account: Account): void => {
  rememberAccount(account)
  session.value = createChatModel(account)
}

export const signOut = (): void => {
  session.value?.close()
  rememberAccount(undefined)
  session.value = undefined
}
