/** What a program of ours is given to reach the three services. */
export interface StackUrls {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly kafkaBrokers: readonly string[]
}
