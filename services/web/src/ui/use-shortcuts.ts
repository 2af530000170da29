import { useEffect } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { goTo, route } from '../model/route.ts'

/** Keyboard shortcuts of the page, with their descriptions. */
export const shortcuts = [
  { keys: 'Alt + ↑', text: 'Previous chat' },
  { keys: 'Alt + ↓', text: 'Next chat' },
  { keys: 'Alt + N', text: 'New chat' },
  { keys: '@', text: 'Mention a person in the message' },
  { keys: 'Enter', text: 'Send the message' },
  { keys: 'Shift + Enter', text: 'New line in the message' },
  { keys: '↑', text: 'Edit your last message, if the composer is empty' },
  { keys: 'Escape', text: 'Close a dialog or a menu; cancel an edit or a reply' },
  { keys: 'Alt + H', text: 'Show this list' },
] as const

const step = (model: ChatModel, by: 1 | -1): void => {
  const rooms = model.listed.value
  const at = route.value
  const index = at.view === 'chat' ? rooms.findIndex(({ id }) => id === at.room) : -1
  const next = rooms[index < 0 ? 0 : index + by]
  if (next !== undefined) goTo({ view: 'chat', room: next.id })
}

interface ShortcutActions {
  readonly newChat: () => void
  readonly help: () => void
}

/** Handles the keys of `shortcuts` while the component is mounted and no dialog is open. */
export const useShortcuts = (model: ChatModel, { newChat, help }: ShortcutActions): void => {
  useEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      ArrowUp: () => step(model, -1),
      ArrowDown: () => step(model, 1),
      KeyN: newChat,
      KeyH: help,
    }
    const pressed = (event: KeyboardEvent): void => {
      const action = actions[event.code]
      if (action === undefined || !event.altKey || event.ctrlKey || event.metaKey) return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [model])
}
