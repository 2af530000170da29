import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { PersonAvatar } from './person-avatar.tsx'

/** The picture and the names of a user, at the top of a dialog. */
export const PersonHead = ({ model, id }: { readonly model: ChatModel; readonly id: string }): JSX.Element => (
  <div class="person-head">
    <PersonAvatar model={model} id={id} size="l" />
    <p>
      <bdi>{model.people.nameOf(id)}</bdi>
      <bdi class="quiet">{model.people.person(id)?.externalUserId}</bdi>
    </p>
  </div>
)
