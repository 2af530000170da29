/** The open dialog of the page. */
export type OpenDialog = 'new chat' | 'invite' | 'shortcuts' | undefined
