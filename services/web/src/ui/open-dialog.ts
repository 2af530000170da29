/** Which dialog stands before the page. */
export type OpenDialog = 'new chat' | 'invite' | undefined
