import type { JSX } from 'preact'

interface SelectFieldProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly choose: (value: Value) => void
  readonly options: readonly (readonly [value: Value, text: string])[]
}

/** A labelled choice. */
export const SelectField = <Value extends string>({ label, value, choose, options }: SelectFieldProps<Value>): JSX.Element => (
  <label class="field">
    <span class="field-label">{label}</span>
    <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value as Value)}>
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  </label>
)
