/** Takes over the disposal of resources. */
export interface Owner {
  use<T extends AsyncDisposable>(resource: T): T
  disposeAsync(): Promise<void>
}

/**
 * Disposes of its resources in reverse order. Replaces `AsyncDisposableStack`,
 * which Node 22 does not have, in what `chat-testing` packs.
 *
 * Promises:  every resource is disposed of, also after one has failed; then the
 *            first failure is thrown.
 */
export class DisposalStack implements Owner, AsyncDisposable {
  #resources: AsyncDisposable[] = []

  use<T extends AsyncDisposable>(resource: T): T {
    this.#resources.push(resource)
    return resource
  }

  /** Moves all resources to a new stack, so that the disposal of this one does nothing. */
  move(): DisposalStack {
    const moved = new DisposalStack()
    moved.#resources = this.#resources
    this.#resources = []
    return moved
  }

  async disposeAsync(): Promise<void> {
    const failures: unknown[] = []
    for (const resource of this.#resources.splice(0).reverse()) {
      await resource[Symbol.asyncDispose]().then(undefined, (error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync()
  }
}
