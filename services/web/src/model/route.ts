import { signal } from '@preact/signals'

/** What the page shows. It is in the address, so that "back" works and an invitation is a link. */
export type Route =
  | { readonly view: 'chats' }
  | { readonly view: 'chat'; readonly room: string }
  | { readonly view: 'invitation'; readonly from: string }

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An address that says nothing sensible shows the chats. */
export const readRoute = (hash: string): Route => {
  const [path = ''] = hash.split('&')
  const [, view, id = ''] = path.split('/')
  if (!uuid.test(id)) return { view: 'chats' }
  if (view === 'chat') return { view: 'chat', room: id }
  return view === 'with' ? { view: 'invitation', from: id } : { view: 'chats' }
}

const hashOf = (route: Route): string => {
  if (route.view === 'chat') return `#/chat/${route.room}`
  return route.view === 'invitation' ? `#/with/${route.from}` : '#/'
}

export const route = signal<Route>(readRoute(location.hash))
addEventListener('hashchange', () => {
  route.value = readRoute(location.hash)
})

export const goTo = (next: Route): void => {
  location.hash = hashOf(next)
  route.value = next
}

/** Whoever opens it starts a chat with this user. */
export const invitationTo = (user: string): string => new URL(hashOf({ view: 'invitation', from: user }), location.href).href
