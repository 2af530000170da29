/** The open dialog of the page. */
export type OpenDialog = 'new chat' | 'search' | 'invite' | 'shortcuts' | undefined
