import { slot } from '../slot.ts'
import type { Renderer } from './renderer.ts'

/** Draws for the functions. */
export const thumbnails = slot<Renderer>('What draws thumbnails')
