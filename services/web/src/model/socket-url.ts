/** Relative to the page, because the page may be served below a path. */
export const socketUrl = (): string => new URL('ws', location.href.replace(/^http/, 'ws')).href
