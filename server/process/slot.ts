/** A place for what the process opens once, as it starts, and everybody uses from then on. */
export interface Slot<T> {
  /** What stands there. */
  (): T
  open(value: T): void
}

/**
 * Makes a place that is empty until something is opened in it: whoever uses it need not know who opens it.
 * @param name as an error tells it.
 */
export function slot<T>(name: string): Slot<T> {
  let held: { value: T } | undefined
  const get = () => {
    if (!held) throw new Error(`${name} has not been opened.`)
    return held.value
  }
  return Object.assign(get, {
    open(value: T) {
      held = { value }
    },
  })
}
