import type { ComponentChild } from 'preact'
import { Component } from 'preact'
import type { MessageView } from '../model/message-view.ts'
import type { TimelineEntry } from '../model/timeline.ts'
import { EntryRow } from './entries.tsx'

interface BlockProps {
  readonly view: MessageView
  readonly entries: readonly TimelineEntry[]
  /** The entry above the block. */
  readonly before: TimelineEntry | undefined
  /** The seq of the entry below the line "New messages", if it is in this block. */
  readonly firstNew: number | undefined
}

interface BlockState {
  /** The block was laid out once, so the browser knows its height and can skip it while it is out of view. */
  readonly isMeasured: boolean
}

const isSame = (one: readonly TimelineEntry[], other: readonly TimelineEntry[]): boolean =>
  one.length === other.length && one.every((entry, index) => entry === other[index])

/**
 * Consecutive rows of a timeline. Rendered again only when its own entries
 * change, and not laid out while it is out of view, so that the cost of a
 * message does not depend on the number of rows.
 */
export class MessageBlock extends Component<BlockProps, BlockState> {
  override state: BlockState = { isMeasured: false }

  override shouldComponentUpdate(next: BlockProps, state: BlockState): boolean {
    const { entries, before, view, firstNew } = this.props
    return (
      next.view !== view ||
      next.before !== before ||
      next.firstNew !== firstNew ||
      state.isMeasured !== this.state.isMeasured ||
      !isSame(next.entries, entries)
    )
  }

  override componentDidMount(): void {
    requestAnimationFrame(() => this.setState({ isMeasured: true }))
  }

  override render({ view, entries, before, firstNew }: BlockProps): ComponentChild {
    return (
      <ol class="rows" data-measured={this.state.isMeasured}>
        {entries.map((entry, index) => (
          <EntryRow
            key={entry.seq}
            view={view}
            entry={entry}
            before={entries[index - 1] ?? before}
            isFirstNew={entry.seq === firstNew}
          />
        ))}
      </ol>
    )
  }
}
