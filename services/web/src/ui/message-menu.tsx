import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { offersDirectChats } from '../model/direct-chat.ts'
import { isolate } from '../model/isolate.ts'
import type { MessageView, OpenMenu } from '../model/message-view.ts'
import { Icon } from './icons.tsx'
import { MenuItem } from './menu-item.tsx'
import { showPerson } from './shown-person.ts'
import { placeMenu, useMenu } from './use-menu.ts'

const quickReactions = ['👍', '❤️', '😂', '🎉', '😮', '😢'] as const
const moreReactions = [
  ...['👎', '🙏', '👏', '🙌', '💪', '🤝', '👀', '✅', '❌', '💯', '🔥', '⭐'],
  ...['😀', '😊', '😍', '🤔', '😅', '😎', '🥳', '😴', '😡', '🤯', '🤷', '🤦'],
  ...['💡', '🚀', '🐛', '☕', '🍕', '🎂', '🌍', '⏰', '📌', '❓', '❗', '🫡'],
] as const

interface MenuProps {
  readonly view: MessageView
  readonly open: OpenMenu
}

const ReactionPicker = ({ view, open: { message }, close }: MenuProps & { readonly close: () => void }): JSX.Element => {
  const [showsMore, setShowsMore] = useState(false)
  const pick = (reaction: string): void => {
    close()
    view.react(message, reaction)
  }
  return (
    <fieldset class="picker-row" aria-label="Reactions">
      {[...quickReactions, ...(showsMore ? moreReactions : [])].map((reaction) => (
        <button
          key={reaction}
          type="button"
          class="pick"
          role="menuitemcheckbox"
          tabIndex={-1}
          aria-checked={message.my_reactions?.includes(reaction) === true}
          onClick={() => pick(reaction)}
        >
          {reaction}
        </button>
      ))}
      {showsMore ? null : (
        <button
          type="button"
          class="pick"
          role="menuitem"
          tabIndex={-1}
          aria-label="More reactions"
          title="More reactions"
          onClick={() => setShowsMore(true)}
        >
          <Icon name="plus" />
        </button>
      )}
    </fieldset>
  )
}

const Menu = ({ view, open }: MenuProps): JSX.Element => {
  const element = useRef<HTMLDivElement>(null)
  const { message, anchor } = open
  const close = (): void => {
    view.menu.value = undefined
    anchor.focus()
  }
  /** The action may move the focus, to the composer or to a dialog. */
  const closing = (act: () => void) => (): void => {
    close()
    act()
  }
  const place = (): void => placeMenu(element.current, anchor)
  const pressed = useMenu(element, { place, close })
  useLayoutEffect(place)
  const isOwn = view.isOwn(message)
  return (
    <div ref={element} class="menu" role="menu" aria-label="Message actions" tabIndex={-1} onKeyDown={pressed}>
      {view.can('set-reaction') ? <ReactionPicker view={view} open={open} close={close} /> : null}
      {view.acceptsReplies() && view.mayWrite() ? (
        <MenuItem
          icon="reply"
          text="Reply"
          act={closing(() => {
            view.composing.value = { kind: 'reply', message }
          })}
        />
      ) : null}
      {view.root === undefined && view.acceptsReplies() ? (
        <MenuItem
          icon="thread"
          text="Reply in a thread"
          act={closing(() => {
            view.thread.value = message.thread ?? message.id
          })}
        />
      ) : null}
      <MenuItem
        icon="copy"
        text="Copy"
        act={closing(() => void navigator.clipboard.writeText(message.msg).catch(() => undefined))}
      />
      {view.mayEdit(message) ? <MenuItem icon="edit" text="Edit" act={closing(() => view.edit(message))} /> : null}
      {view.can('set-pin') && view.mayPin.value ? (
        <MenuItem
          icon="pin"
          text={message.pinned ? 'Unpin' : 'Pin'}
          act={closing(() => view.pin(message, message.pinned !== true))}
        />
      ) : null}
      {!isOwn && offersDirectChats(view.model) ? (
        <MenuItem
          icon="people"
          text={`Profile of ${isolate(view.model.people.nameOf(message.user_id))}`}
          act={closing(() => showPerson(message.user_id))}
        />
      ) : null}
      {view.mayDelete(message) ? (
        <MenuItem
          icon="bin"
          text="Delete"
          isDanger
          act={closing(() => {
            view.deleting.value = message
          })}
        />
      ) : null}
    </div>
  )
}

/** The menu of a message: a sheet at the lower edge of a phone, else beside the button that opened it. */
export const MessageMenu = ({ view }: { readonly view: MessageView }): JSX.Element | null => {
  const open = view.menu.value
  if (open === undefined) return null
  // The message as it is now: the menu is of a message that may be changed meanwhile.
  const entry = view.entries.value.find(({ kind, seq }) => kind === 'message' && seq === open.message.seq)
  const message = entry?.kind === 'message' ? entry.message : open.message
  return message.deleted ? null : <Menu key={message.id} view={view} open={{ ...open, message }} />
}
