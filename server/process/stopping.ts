let isAsked = false

/** From now on this process is not ready for more. */
export function beginStopping(): void {
  isAsked = true
}

/** True once the process has been told to stop. */
export const isStopping = () => isAsked
