import type { JSX } from 'preact'
import { explain } from '../model/explain.ts'
import { offeredToken, session, signOut } from '../model/session.ts'
import { Icon } from './icons.tsx'
import { OfferedToken } from './offered-token.tsx'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'

const Ended = ({ error }: { readonly error: unknown }): JSX.Element => (
  <main class="sign-in">
    <div class="card" role="alert">
      <span class="mark warn">
        <Icon name="alert" />
      </span>
      <h1>The chat has ended</h1>
      <p class="quiet">{explain(error)}</p>
      <button type="button" class="button primary wide" onClick={signOut}>
        Sign in again
      </button>
    </div>
  </main>
)

export const App = (): JSX.Element => {
  const model = session.value
  const offered = offeredToken.value
  if (model === undefined) return offered === undefined ? <SignIn /> : <OfferedToken token={offered} />
  const state = model.state.value
  return state.state === 'closed' ? <Ended error={state.error} /> : <Shell model={model} />
}
