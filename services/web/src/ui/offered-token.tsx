import type { JSX } from 'preact'
import { acceptOffered, declineOffered } from '../model/session.ts'
import { claimsOf } from '../model/token-claims.ts'
import { checkedToken } from '../model/tokens.ts'
import { Icon } from './icons.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

const nameIn = (token: string): string => {
  const { sub } = claimsOf(token)
  return typeof sub === 'string' && sub !== '' ? sub : 'an unknown user'
}

/** Asks for consent before a link signs the user in: the link may belong to the account of its author. */
export const OfferedToken = ({ token }: { readonly token: string }): JSX.Element => {
  const { isBusy, problem, run } = useTask()
  const accept = (event: Event): void => {
    event.preventDefault()
    run(async () => acceptOffered(await checkedToken(token)))
  }
  return (
    <main class="sign-in">
      <form class="card" aria-label="Sign in with this link" onSubmit={accept}>
        <span class="mark">
          <Icon name="chat" />
        </span>
        <h1>Sign in as {nameIn(token)}?</h1>
        <p class="quiet">
          The link that you followed holds a token of this user. Continue only if this is you: your messages are sent in this
          name.
        </p>
        <Problem text={problem} />
        <button type="submit" class="button primary wide" disabled={isBusy}>
          Continue as {nameIn(token)}
        </button>
        <button type="button" class="button wide" onClick={declineOffered}>
          Do not sign in
        </button>
      </form>
    </main>
  )
}
