import type { PublishedEvent } from '../../../shared/records/publications.ts'
import { roomEventNamed } from '../../../shared/room-events/find-room-event.ts'

/** A published event with its frame. */
export type PassableEvent = PublishedEvent & { readonly frame: string }

/**
 * Known events that do not change the membership are passed on as they were
 * published. Membership events are read from the store. Events of later versions
 * are read too: the sweep compares an event by its stored type, which this
 * version does not know.
 */
export const isPassable = (event: PublishedEvent): event is PassableEvent =>
  event.frame !== undefined && roomEventNamed(event.event)?.membership === 'none'

/** The published events of one room that wait for a gap to be repaired, by seq. */
export class EarlyEvents {
  private readonly maxEarly: number
  private readonly events = new Map<number, PublishedEvent>()

  constructor(maxEarly: number) {
    this.maxEarly = maxEarly
  }

  get isEmpty(): boolean {
    return this.events.size === 0
  }

  get(seq: number): PublishedEvent | undefined {
    return this.events.get(seq)
  }

  /**
   * Of two publications of one seq, one may be forged: both frames are dropped, and the event is read from the store.
   * An event above the bound is not kept, and is read from the store too.
   */
  add(event: PublishedEvent): void {
    const { frame: _frame, ...announced } = event
    if (this.events.has(event.seq)) this.events.set(event.seq, announced)
    else if (this.events.size < this.maxEarly) this.events.set(event.seq, event)
  }

  delete(seq: number): void {
    this.events.delete(seq)
  }

  /** Removes and returns the events up to this seq. */
  takeUpTo(seq: number): readonly PublishedEvent[] {
    const passed = [...this.events.values()].filter((event) => event.seq <= seq)
    for (const event of passed) this.events.delete(event.seq)
    return passed
  }
}
