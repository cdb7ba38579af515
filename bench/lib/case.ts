import type { Subject } from './subject.ts'

/** How much is measured; `--quick` measures less of everything. */
export interface Scale {
  /** Pairs of turns. */
  rounds: number
  /** Length of a turn where throughput is measured. */
  turnMs: number
  /** Requests of a turn where latency is measured. */
  turnRequests: number
  uploads: number
  uploadBytes: number
  memoryRequests: number
  memoryUploads: number
  /** Requests after which the memory of the gateway is measured. */
  gatewayRequests: number
  /** Turns of each side in which latency at a steady rate is measured. */
  latencyTurns: number
  /** Idle sockets. */
  sockets: number
  /** Messages whose way to a client is measured. */
  inserts: number
  /** Notices that are sent to phones. */
  pushes: number
}

/** One figure of the table. */
export interface Figure {
  /** What is compared with what. */
  what: string
  a: string
  b: string
  /** The number that the target is about. */
  value: number
  unit: '' | ' MB' | ' ms'
  /** Absent where the figure is there to be known. */
  target?: { atLeast: number } | { atMost: number }
}

export interface Subjects {
  /** 100,000 contracts; grown to a million for the last case. */
  large: Subject
  /** 1,000 contracts. */
  small: Subject
}

/** One benchmark: one figure or more. */
export type Case = (subjects: Subjects, scale: Scale) => Promise<Figure[]>

export const isMet = ({ value, target }: Figure) =>
  !target ? true : 'atLeast' in target ? value >= target.atLeast : value <= target.atMost

export const perSecond = (value: number) => `${Math.round(value)}/s`
export const inMs = (value: number) => `${value.toFixed(2)} ms`
