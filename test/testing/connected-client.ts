import type { ChatClient, ConnectOptions } from '../../shared/client/chat-client.ts'
import { connect } from '../../shared/client/connect.ts'
import type { TokenIssuer } from './token-issuer.ts'

interface ConnectedClientOptions extends ConnectOptions {
  /** Signs the user's tokens; undefined if the service requires none. */
  readonly issuer: TokenIssuer | undefined
}

/** A client of this user. Resolves when it is bound. */
export const connectedClient = async (
  url: string,
  externalId: string,
  { issuer, ...options }: ConnectedClientOptions,
): Promise<ChatClient> => {
  const access = issuer ? { getToken: async () => issuer.tokenFor(externalId) } : {}
  const client = connect(url, { user: { externalUserId: externalId }, ...access, ...options })
  await client.ready()
  return client
}
