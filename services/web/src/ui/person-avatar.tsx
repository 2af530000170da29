import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { Avatar } from './avatar.tsx'

interface PersonAvatarProps {
  readonly model: ChatModel
  /** The id of the user. */
  readonly id: string
  readonly size?: 's' | 'm' | 'l'
}

/** The round mark of a user. */
export const PersonAvatar = ({ model, id, size = 's' }: PersonAvatarProps): JSX.Element => (
  <Avatar name={model.people.nameOf(id)} image={model.people.person(id)?.image} seed={id} size={size} />
)
