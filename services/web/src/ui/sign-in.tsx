import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { needsToken } from '../model/account.ts'
import { checkLength } from '../model/check-length.ts'
import { route } from '../model/route.ts'
import { signIn } from '../model/session.ts'
import { checkedToken } from '../model/tokens.ts'
import { Icon } from './icons.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

interface FieldProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly set: (value: string) => void
  readonly autoComplete?: string
  readonly isFirst?: boolean
}

const Field = ({ label, hint, value, set, autoComplete = 'off', isFirst = false }: FieldProps): JSX.Element => (
  <label class="field">
    <span class="field-label">{label}</span>
    <input
      type="text"
      dir="auto"
      required
      value={value}
      autoComplete={autoComplete}
      autoCapitalize="none"
      spellcheck={false}
      ref={(input) => void (isFirst && value === '' && input?.focus())}
      onInput={({ currentTarget }) => set(currentTarget.value)}
    />
    <span class="field-hint">{hint}</span>
  </label>
)

const intro = (asksToken: boolean): string => {
  const ask = asksToken ? 'Enter your token' : 'Enter an id and a name'
  return route.value.view === 'invitation' ? `Somebody invited you to a chat. ${ask} to join.` : `${ask} to start chatting.`
}

/** The sign-in form. The user is remembered on this device. */
export const SignIn = (): JSX.Element => {
  const asksToken = needsToken()
  const [id, setId] = useState('')
  const [name, setName] = useState('')
  const [token, setToken] = useState('')
  const { isBusy, problem, run } = useTask()
  const enter = async (): Promise<void> => {
    const account = { externalUserId: id.trim(), name: name.trim() }
    checkLength('Your id', account.externalUserId)
    checkLength('Your name', account.name)
    signIn(asksToken ? { ...account, token: await checkedToken(token.trim()) } : account)
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    run(enter)
  }
  return (
    <main class="sign-in">
      <form class="card" onSubmit={submit}>
        <span class="mark">
          <Icon name="chat" />
        </span>
        <h1>Welcome to the chat</h1>
        <p class="quiet">{intro(asksToken)}</p>
        {asksToken ? (
          <Field
            label="Token"
            hint="From the application that you sign in to; kept for this window only."
            value={token}
            set={setToken}
            isFirst
          />
        ) : (
          <>
            <Field
              label="Your id"
              hint="Others find you by it, for example ann."
              value={id}
              set={setId}
              autoComplete="username"
              isFirst
            />
            <Field label="Your name" hint="Others see it." value={name} set={setName} autoComplete="name" />
          </>
        )}
        <Problem text={problem} />
        <button type="submit" class="button primary wide" disabled={isBusy}>
          Sign in
        </button>
        {asksToken ? null : <p class="field-hint">Remembered on this device. This service asks for no password.</p>}
      </form>
    </main>
  )
}
