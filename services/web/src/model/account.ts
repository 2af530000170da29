import { device, thisWindow } from './device-storage.ts'

/** Who signs in. */
export interface Account {
  readonly externalUserId: string
  readonly name: string
  /** Where the service asks for one; it says who it is, too. */
  readonly token?: string
}

const key = 'chat.account'
const tokenKey = 'chat.token'

/** Whether the service asks for tokens: it says so in the page itself. */
export const needsToken = (): boolean => document.documentElement.dataset.auth === 'jwt'

/** A token is a key, so it goes with the window. */
export const rememberAccount = (account: Account | undefined): void => {
  device.remember(key, account && { externalUserId: account.externalUserId, name: account.name })
  thisWindow.remember(tokenKey, account?.token)
}

export const recallAccount = (): Account | undefined => {
  const known = device.recall(key) as Account | undefined
  const token = thisWindow.recall(tokenKey) as string | undefined
  if (needsToken()) return token === undefined ? undefined : { externalUserId: '', name: '', token }
  return known?.externalUserId ? known : undefined
}

/** The next token of the same person. */
export const rememberToken = (token: string): void => thisWindow.remember(tokenKey, token)
