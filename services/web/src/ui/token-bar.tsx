import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Tokens, TokenWanted } from '../model/tokens.ts'

const texts: Readonly<Record<TokenWanted, string>> = {
  'ends soon': 'Your token ends soon. Paste a new one to stay connected.',
  ended: 'Your token has ended. Paste a new one to continue; messages that you write meanwhile are kept.',
  refused: 'The service refuses your token. Paste another one to continue.',
}

/** Asks for another token if the last one ends, has ended, or is refused. */
export const TokenBar = ({ tokens }: { readonly tokens: Tokens }): JSX.Element | null => {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const wanted = tokens.wanted.value
  if (wanted === undefined) return null
  const replace = (event: Event): void => {
    event.preventDefault()
    const refusal = tokens.replace(text.trim())
    setProblem(refusal)
    if (refusal === undefined) setText('')
  }
  return (
    <form class="token-bar" aria-label="Token" onSubmit={replace}>
      <span role="alert">{texts[wanted]}</span>
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
