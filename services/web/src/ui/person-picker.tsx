import type { JSX } from 'preact'
import type { Person } from '../../../../shared/client/call-types.ts'
import { needsToken } from '../model/account.ts'
import { Avatar } from './avatar.tsx'

interface PersonPickerProps {
  readonly people: readonly Person[]
  readonly picked: ReadonlySet<string>
  readonly pick: (picked: ReadonlySet<string>) => void
  /** External ids, as typed. */
  readonly typed: string
  readonly type: (text: string) => void
}

const nameOf = ({ name, externalUserId }: Person): string => name || externalUserId

/** Picks known people by checkboxes, and others by their ids if the service allows the look-up. */
export const PersonPicker = ({ people, picked, pick, typed, type }: PersonPickerProps): JSX.Element => {
  const toggle = (id: string): void =>
    pick(picked.has(id) ? new Set([...picked].filter((other) => other !== id)) : new Set([...picked, id]))
  return (
    <>
      {needsToken() ? null : (
        <label class="field">
          <span class="field-label">Their ids</span>
          <input
            type="text"
            dir="auto"
            value={typed}
            placeholder="bob, carol"
            autoComplete="off"
            autoCapitalize="none"
            spellcheck={false}
            onInput={({ currentTarget }) => type(currentTarget.value)}
          />
          <span class="field-hint">The ids they sign in with, separated by commas.</span>
        </label>
      )}
      {people.length === 0 && needsToken() ? (
        <p class="quiet">
          You do not share a chat with anybody yet. Send somebody your invitation link: opening it starts a chat with you.
        </p>
      ) : null}
      {people.length === 0 ? null : (
        <fieldset class="picker">
          <legend class="field-label">People you know</legend>
          {people.map((person) => (
            <label key={person.id} class="person">
              <input type="checkbox" checked={picked.has(person.id)} onChange={() => toggle(person.id)} />
              <Avatar name={nameOf(person)} image={person.image} seed={person.id} size="s" />
              <span class="person-name">
                <bdi>{nameOf(person)}</bdi> <bdi class="quiet">{person.externalUserId}</bdi>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  )
}
