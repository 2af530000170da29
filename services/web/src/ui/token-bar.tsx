import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Tokens, TokenWanted } from '../model/tokens.ts'

const says: Readonly<Record<TokenWanted, string>> = {
  'ends soon': 'Your token ends soon. Paste a new one to stay connected.',
  ended: 'Your token has ended. Paste a new one to go on; what you write meanwhile is kept.',
  refused: 'The service refuses your token. Paste another one to go on.',
}

/** Asks for another token where the last one will not do any more. */
export const TokenBar = ({ tokens }: { readonly tokens: Tokens }): JSX.Element | null => {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const wanted = tokens.wanted.value
  if (wanted === undefined) return null
  const give = (event: Event): void => {
    event.preventDefault()
    const flaw = tokens.give(text.trim())
    setProblem(flaw)
    if (flaw === undefined) setText('')
  }
  return (
    <form class="token-bar" aria-label="Token" onSubmit={give}>
      <span role="alert">{says[wanted]}</span>
      <input
        type="text"
        required
        value={text}
        aria-label="New token"
        placeholder="New token"
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" class="button small">
        Use it
      </button>
      {problem === undefined ? null : <span role="alert">{problem}</span>}
    </form>
  )
}
