import type { JSX } from 'preact'

/** A problem for the user; screen readers read it aloud. */
export const Problem = ({ text }: { readonly text: string | undefined }): JSX.Element => (
  <p class="problem" role="alert" hidden={text === undefined}>
    {text}
  </p>
)
