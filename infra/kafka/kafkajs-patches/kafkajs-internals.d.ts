/** The internals of kafkajs that the patches use. The version is pinned, and `kafkajs-internals.test.ts` fails when they change. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    constructor(options: object)
    pending: unknown[]
    throttledUntil: number
    throttleCheckTimeoutId: NodeJS.Timeout | null
    checkPendingRequests(): void
    scheduleCheckPendingRequests(): void
    push(request: object): void
  }
  export = RequestQueue
}
declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    static sizeOfVarInt(value: number): number
    static sizeOfVarLong(value: unknown): number
    readonly buffer: Buffer
    writeInt8(value: number): this
    writeVarInt(value: number): this
    writeUVarInt(value: number): Encoder
    writeVarLong(value: unknown): Encoder
  }
  export = Encoder
}
declare module 'kafkajs/src/producer/partitioners/default/murmur2.js' {
  const murmur2: (key: string | Buffer) => number
  export = murmur2
}
declare module 'kafkajs/src/broker/index.js' {
  interface Protocol {
    readonly request: object
    readonly response: { readonly decode: (raw: Buffer) => unknown; readonly parse: (answer: unknown) => Promise<unknown> }
  }
  class Broker {
    constructor(options: object)
    lookupRequest(key: number, versions: object): (details: object) => Protocol
    metadata(topics?: readonly string[]): Promise<unknown>
  }
  export = Broker
}
declare module 'kafkajs/src/protocol/requests/index.js' {
  export const lookup: (versions: object) => (key: number, versions: object) => (details: object) => object
}
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  interface Coordinator {
    describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
      readonly groups: readonly { readonly state: string; readonly members: readonly { readonly memberId: string }[] }[]
    }>
  }
  interface Batch {
    readonly partition: number
    isEmpty(): boolean
    isEmptyDueToFiltering(): boolean
  }
  class ConsumerGroup {
    constructor(options: object)
    readonly groupId: string
    readonly sessionTimeout: number
    coordinator: Coordinator
    lastRequest: number
    heartbeat(options: { readonly interval: number }): Promise<void>
    joinAndSync(): Promise<void>
    fetch(nodeId: number): Promise<readonly Batch[]>
  }
  export = ConsumerGroup
}
