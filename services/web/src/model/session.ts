import { signal } from '@preact/signals'
import type { Account } from './account.ts'
import { needsToken, recallAccount, rememberAccount } from './account.ts'
import type { ChatModel } from './chat-model.ts'
import { createChatModel } from './chat-model.ts'
import { takeHandedToken } from './handed-token.ts'

/** The chat of whoever is signed in. */
export const session = signal<ChatModel | undefined>(undefined)

export const signIn = (account: Account): void => {
  rememberAccount(account)
  session.value = createChatModel(account)
}

export const signOut = (): void => {
  session.value?.signOut()
  rememberAccount(undefined)
  session.value = undefined
}

/** Whoever is signed in goes on with it, if it is theirs; nobody becomes somebody else by following a link. */
const take = (token: string): void => {
  if (session.value === undefined) signIn({ externalUserId: '', name: '', token })
  else session.value.tokens?.give(token)
}

const takeHanded = (): void => {
  const handed = takeHandedToken()
  if (handed !== undefined && needsToken()) take(handed)
}

/** As the page is opened: goes on as whoever was signed in, or as whom the address says. */
export const openSession = (): void => {
  const recalled = recallAccount()
  if (recalled !== undefined) session.value = createChatModel(recalled)
  takeHanded()
  addEventListener('hashchange', takeHanded)
}
