import jsqr from 'jsqr'

// Its types tell of a module; what Node gives is the function.
const decode = jsqr as unknown as typeof jsqr.default

/** What a phone reads in an image, of red, green, blue and alpha; undefined where there is no QR. */
export const readQr = (pixels: Buffer, width: number, height: number): string | undefined =>
  decode(new Uint8ClampedArray(pixels), width, height)?.data
