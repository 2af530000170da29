/** The topics of `admin replay`: the beginning of their names, which is also the default, and how long they keep a record by default. */
export const replayTopic = { name: 'chat.events.replay', keepDays: 7 } as const
