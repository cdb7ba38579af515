/** What a broadcast carries: JSON as text, parsed by nobody on its way, or bytes. */
export type Payload = { json: string } | { binary: Buffer }

/** A broadcast on its way to the channels of a topic. */
export interface Message {
  /** Without `realtime:`. */
  topic: string
  /** Public and private channels of one topic never mix. */
  isPrivate: boolean
  event: string
  payload: Payload
  /** Row of realtime.messages that it comes from. */
  id?: string
  /** From before the join: see replay. */
  replayed?: true
}
