import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { offersDirectChats } from '../model/direct-chat.ts'
import { showPerson } from './shown-person.ts'

/** The names of a user in a list; a button to the profile if the service offers actions there. */
export const PersonLink = ({ model, id }: { readonly model: ChatModel; readonly id: string }): JSX.Element => {
  const names = (
    <>
      <bdi>{model.people.nameOf(id)}</bdi>{' '}
      <bdi class="quiet">{id === model.me.value?.id ? 'you' : model.people.person(id)?.externalUserId}</bdi>
    </>
  )
  return offersDirectChats(model) ? (
    <button type="button" class="person-name person-link" title="Profile" onClick={() => showPerson(id)}>
      {names}
    </button>
  ) : (
    <span class="person-name">{names}</span>
  )
}
