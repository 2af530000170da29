/** The addresses with which a process connects to the three services. */
export interface StackUrls {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly kafkaBrokers: readonly string[]
}
