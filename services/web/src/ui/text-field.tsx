import type { JSX } from 'preact'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly type: (text: string) => void
  readonly hint: string
}

/** A labelled line of text. */
export const TextField = ({ label, value, type, hint }: TextFieldProps): JSX.Element => (
  <label class="field">
    <span class="field-label">{label}</span>
    <input type="text" dir="auto" value={value} autoComplete="off" onInput={({ currentTarget }) => type(currentTarget.value)} />
    <span class="field-hint">{hint}</span>
  </label>
)
