/** What an image should become; the names and the bounds are those of the Storage API. */
export interface Transform {
  /** Pixels, 1 to 2500; without one of them the other and the proportion decide. */
  width?: number
  height?: number
  /** `cover` fills and cuts, `contain` fits inside, `fill` stretches. */
  resize: 'cover' | 'contain' | 'fill'
  /** 20 to 100. */
  quality: number
  format: 'jpeg' | 'png' | 'webp' | 'avif'
}

export const MAX_SIDE = 2500
/** Bytes of what is read; the pixels of an image are counted before they are decoded. */
export const MAX_SOURCE_BYTES = 50 * 2 ** 20
export const MAX_SOURCE_PIXELS = 50_000_000

/** What came out. */
export interface Rendered {
  bytes: Uint8Array
  mime: string
}

/** The bytes are no image, or not one that can be shown: damaged, locked, or of more pixels than are decoded. */
export class NotAnImage extends Error {
  override name = 'NotAnImage'
}
