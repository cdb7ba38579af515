// Draws in a thread of its own, which can be ended: what is drawn came from strangers, and decoders of documents and
// of HEVC hold their thread for as long as they like. It imports nothing of ours: the build would bring the server along.
import { parentPort } from 'node:worker_threads'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { fileTypeFromBuffer } from 'file-type'
import sharp, { type Sharp } from 'sharp'
import type { Transform } from './transform.ts'

export interface Task {
  source: Uint8Array
  transform: Transform
  /** Only images, as the Storage API; otherwise also the first page of a document. */
  onlyImages: boolean
  /** Most pixels of what is read, and of a side of a page that is drawn. */
  limits: { pixels: number; side: number }
}

export type Outcome = { bytes: Uint8Array; mime: string } | { fault: string }

// One image at a time, and nothing kept of it.
sharp.concurrency(1)
sharp.cache(false)

const IMAGES = /^image\/(jpeg|png|webp|gif|avif|tiff)$/
const HEIF = /^image\/hei[cf](-sequence)?$/
/** Where a page has no width of its own to go by. */
const PAGE_WIDTH = 1000

interface HeifImage {
  get_width(): number
  get_height(): number
  display(
    target: { data: Uint8ClampedArray; width: number; height: number },
    done: (drawn: { data: Uint8ClampedArray } | null) => void,
  ): void
  free(): void
}

async function fromHeif({ source, limits }: Task): Promise<Sharp> {
  const { default: libheif } = await import('libheif-js/wasm-bundle.js')
  const [image, ...others] = new libheif.HeifDecoder().decode(source) as HeifImage[]
  for (const other of others) other.free()
  if (!image) throw new Error('no image inside')
  try {
    const [width, height] = [image.get_width(), image.get_height()]
    if (width * height > limits.pixels) throw new Error(`${width} × ${height} pixels`)
    const data = new Uint8ClampedArray(width * height * 4)
    const drawn = await new Promise<{ data: Uint8ClampedArray } | null>((resolve) =>
      image.display({ data, width, height }, resolve),
    )
    if (!drawn) throw new Error('the image does not decode')
    // It is drawn upright already.
    return sharp(drawn.data, { raw: { width, height, channels: 4 } }).removeAlpha()
  } finally {
    image.free()
  }
}

async function fromPdf({ source, transform, limits }: Task): Promise<Sharp> {
  const { width, height, resize } = transform
  const library = await PDFiumLibrary.init()
  const document = await library.loadDocument(source)
  try {
    const page = document.getPage(0)
    const { originalWidth, originalHeight } = page.getOriginalSize()
    const scales = [(width ?? (height ? 0 : PAGE_WIDTH)) / originalWidth, (height ?? 0) / originalHeight]
    const wanted = resize === 'contain' ? Math.min(...scales.filter(Boolean)) : Math.max(...scales)
    // Drawn twice as large and made small like a photo: letters stay legible, and it measures what was asked for.
    const scale = Math.min(2 * wanted, limits.side / originalWidth, limits.side / originalHeight)
    if (!(scale > 0)) throw new Error('the page has no size')
    const drawn = await page.render({ scale, render: 'bitmap', renderFormFields: true })
    const pixels = { width: drawn.width, height: drawn.height, channels: 4 as const }
    return sharp(drawn.data, { raw: pixels }).removeAlpha()
  } finally {
    document.destroy()
    library.destroy()
  }
}

async function open(task: Task): Promise<Sharp> {
  const { source, onlyImages, limits } = task
  const type = await fileTypeFromBuffer(source)
  const mime = type?.mime ?? ''
  if (HEIF.test(mime)) return fromHeif(task)
  if (IMAGES.test(mime))
    return sharp(source, { limitInputPixels: limits.pixels, failOn: 'error', pages: 1 }).rotate()
  if (mime === 'application/pdf' && !onlyImages) return fromPdf(task)
  throw new Error(`${mime || 'unknown'} is not drawn`)
}

async function draw(task: Task): Promise<Outcome> {
  const { width, height, resize, quality, format } = task.transform
  const image = await open(task)
  const fit = resize === 'contain' ? 'inside' : resize
  const { data, info } = await image
    .resize({ width, height, fit, withoutEnlargement: true })
    // Transparent becomes paper where the format knows nothing of it.
    .flatten(format === 'jpeg' ? { background: '#fff' } : false)
    // AVIF at its usual effort takes a minute of a processor, which nothing interrupts.
    .toFormat(format, format === 'avif' ? { quality, effort: 0 } : { quality })
    .toBuffer({ resolveWithObject: true })
  return { bytes: new Uint8Array(data), mime: info.format === 'heif' ? 'image/avif' : `image/${info.format}` }
}

parentPort!.on('message', async (task: Task) => {
  const outcome: Outcome = await draw(task).catch((error: Error) => ({ fault: error.message }))
  parentPort!.postMessage(outcome, 'bytes' in outcome ? [outcome.bytes.buffer as ArrayBuffer] : [])
})
