import { computed, signal } from '@preact/signals'

/** The view of the page. It is part of the address, so that the back button works and an invitation is a link. */
export type Route =
  | { readonly view: 'chats' }
  | { readonly view: 'chat'; readonly room: string }
  | { readonly view: 'invitation'; readonly from: string }

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The view of an address; the list of chats if the address is malformed. */
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

/** The id of the open chat; undefined if none is open. */
export const openRoom = computed(() => (route.value.view === 'chat' ? route.value.room : undefined))

export const goTo = (next: Route): void => {
  location.hash = hashOf(next)
  route.value = next
}

/** The link to a new chat with this user. */
export const invitationTo = (user: string): string => new URL(hashOf({ view: 'invitation', from: user }), location.href).href
