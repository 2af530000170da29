/** The position of a socket in one room. */
export interface WalkedPlace {
  last: number
  /** The service reported that the room is forbidden: it continues with a join or a resume only. */
  isForbidden: boolean
  /** The seq of a first frame that neither a resume nor a join explains. */
  startedAt: number | undefined
  /** The seqs of forged messages, and of skipped frames after them, that the service has not taken back. */
  readonly forged: Set<number>
}

/** The relation of a frame to the earlier frames of its room on the same socket. */
export type Step = 'next' | 'start' | 'joined' | 'moved' | 'repeated' | 'gap'

export const newPlace = (last: number): WalkedPlace => ({
  last,
  isForbidden: false,
  startedAt: undefined,
  forged: new Set(),
})

/** A frame of the room arrived. */
export const advance = (place: WalkedPlace, seq: number, step: Step, isForged: boolean): void => {
  // A client begins anew at the frame that adds it.
  if (step === 'joined') place.forged.clear()
  if (isForged) place.forged.add(seq)
  else place.forged.delete(seq)
  if (step === 'repeated') return
  place.last = seq
  place.isForbidden = false
}

/** The room continues after this seq. */
export const continueFrom = (place: WalkedPlace, seq: number): void => {
  place.last = seq
  place.isForbidden = false
}

/** The last seq before the first forged message. */
export const trueLastOf = ({ last, forged }: WalkedPlace): number => Math.min(last, ...[...forged].map((seq) => seq - 1))

/** The client leaves the room and discards its forged messages: they do not count for a later membership. */
export const leave = (place: WalkedPlace): void => {
  place.last = trueLastOf(place)
  place.forged.clear()
  place.isForbidden = true
}
