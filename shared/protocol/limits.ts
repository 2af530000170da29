/** The limits of requests, which a service can configure. */
export interface ProtocolLimits {
  /** A WebSocket frame, in bytes. */
  readonly frameBytes: number
  /** `msg`, in UTF-16 code units. */
  readonly msgChars: number
  /** A chat's name, in UTF-16 code units. */
  readonly nameChars: number
  /** Users named by one command. */
  readonly usersPerCommand: number
  /** Members of one chat. */
  readonly membersPerChat: number
  /** Chats that one user is a member of. */
  readonly chatsPerUser: number
  /** Entries of one page of a list. */
  readonly pageEntries: number
  /** Rooms named by one resume. */
  readonly resumeRooms: number
  /** `data` of a message, in bytes of its JSON text. */
  readonly dataBytes: number
  /** Users that one message mentions. */
  readonly mentions: number
  /** Files of one message. */
  readonly attachments: number
  /** One file, in bytes. */
  readonly fileBytes: number
  /** Different reactions to one message. */
  readonly reactionKeys: number
  /** Edits of one message. A deletion rewrites all of them in one transaction. */
  readonly editsPerMessage: number
  /** Pinned messages of one chat. */
  readonly pins: number
  /** Users whom one user blocks. */
  readonly blocks: number
  /** Rooms that one socket watches. */
  readonly watchRooms: number
  /** Users that one socket watches. */
  readonly watchUsers: number
  /** `data` of a signal, in bytes of its JSON text. */
  readonly signalBytes: number
  /** Members of a chat up to which `typing` is sent. */
  readonly signalMembers: number
  /** Members of a chat up to which they see each other's read markers. */
  readonly receiptMembers: number
}

/** The longest `msg` fits with every character escaped as `\uXXXX`, as many JSON libraries write it by default. */
export const defaultFrameBytes = 96 * 1024
export const defaultUsersPerCommand = 1_000

export const defaultLimits: ProtocolLimits = /* @__PURE__ */ Object.freeze({
  frameBytes: defaultFrameBytes,
  msgChars: 16_000,
  nameChars: 200,
  usersPerCommand: defaultUsersPerCommand,
  membersPerChat: 10_000,
  chatsPerUser: 5_000,
  pageEntries: 200,
  resumeRooms: 500,
  dataBytes: 4_096,
  mentions: 64,
  attachments: 10,
  fileBytes: 100 * 1024 * 1024,
  reactionKeys: 50,
  editsPerMessage: 1_000,
  pins: 100,
  blocks: 1_000,
  watchRooms: 50,
  watchUsers: 200,
  signalBytes: 1_024,
  signalMembers: 200,
  receiptMembers: 100,
})
