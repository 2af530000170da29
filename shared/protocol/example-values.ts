/** Values that the examples of several frames share. */

export const ann = '01a20e3b-6107-7742-ac5b-fcb05f0baa1b'
export const bob = '01a20e3b-610f-7135-adc1-cdc31302db60'
export const cyd = '01a20e3b-6134-7a04-9f6c-3f1f6f7c2d11'
export const room = '01a20e3b-6111-7eb9-a052-16a1449e88a0'

export const chat = {
  id: room,
  name: 'Lunch',
  users: [ann, bob],
  created_at: '2026-11-24T15:45:02.225Z',
  modified_at: '2026-11-24T15:45:02.225Z',
}
export const message = {
  id: '01a20e3b-6118-71bb-b4a7-7994445f6df1',
  msg: 'Hungry?',
  type: 'text',
  user_id: ann,
  created_at: '2026-11-24T15:45:02.232Z',
  modified_at: '2026-11-24T15:45:02.232Z',
}
export const file = {
  id: '01a20e3b-6190-7c2e-a5d1-3b7f0e9c4d28',
  name: 'menu.png',
  mime: 'image/png',
  size: 48_213,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  width: 1_280,
  height: 720,
  sig: 'q1nXw0mB7l2dK9sT4vYhR6pZcE3uJ8aFgL5oNiVxWrQ',
}
