/** A decoded picture of a browser. */
interface Picture {
  readonly width: number
  readonly height: number
  close(): void
}

/** The largest width and height that the service accepts. */
const mostPixels = 65_535

/** The size of a picture in pixels; empty if this runtime cannot tell it, or the file is none. */
export const pictureSize = async (file: Blob): Promise<{ readonly width?: number; readonly height?: number }> => {
  const { createImageBitmap: decode } = globalThis as { createImageBitmap?: (file: Blob) => Promise<Picture> }
  if (!file.type.startsWith('image/') || decode === undefined) return {}
  try {
    const picture = await decode(file)
    const { width, height } = picture
    picture.close()
    return width > mostPixels || height > mostPixels ? {} : { width, height }
  } catch {
    // A picture that this browser cannot show is sent as any other file.
    return {}
  }
}
