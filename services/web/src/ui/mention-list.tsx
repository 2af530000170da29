import type { JSX } from 'preact'
import { everyone } from '../model/mentions.ts'
import { Avatar } from './avatar.tsx'
import type { MentionCompletion } from './use-mentions.ts'

export const mentionListId = 'mention-list'
export const optionId = (index: number): string => `mention-${index}`

/** The members whose names complete a begun mention. The focus stays in the composer. */
export const MentionList = ({ completion }: { readonly completion: MentionCompletion }): JSX.Element | null =>
  completion.found.length === 0 ? null : (
    <div id={mentionListId} class="mention-list" role="listbox" aria-label="People to mention">
      {completion.found.map((target, index) => (
        <div
          key={target.id}
          id={optionId(index)}
          class="mention-option"
          role="option"
          tabIndex={-1}
          aria-selected={index === completion.marked}
          onPointerDown={(event) => {
            // The composer keeps the focus, and a phone its keyboard.
            event.preventDefault()
            completion.pick(target)
          }}
        >
          <Avatar name={target.name} seed={target.id} size="s" />
          <bdi>{target.name}</bdi>
          {target.id === everyone.id ? <span class="quiet">all members of this chat</span> : null}
        </div>
      ))}
    </div>
  )
