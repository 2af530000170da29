/** Which of the page's dialogs is open. */
export type OpenDialog = 'new chat' | 'invite' | 'shortcuts' | undefined
