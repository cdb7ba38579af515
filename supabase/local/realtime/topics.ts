import { encodeBroadcast, encodeText, type Version } from './frames.ts'
import { createPresence, type Presence } from './presence-state.ts'
import type { Message } from './types.ts'
import { frame } from './wire.ts'

/** A joined channel, as the fan-out sees it. */
export interface Member {
  version: Version
  /** What it may hear. */
  hears: { broadcast: boolean; presence: boolean }
  /** Takes a frame. @param message the broadcast in it, where it is one. */
  receive(bytes: Buffer, message?: Message): void
}

export interface Topic {
  members: Set<Member>
  presence: Presence
}

/** Everybody who listens, by topic. */
export interface Topics {
  join(name: string, isPrivate: boolean, member: Member): Topic
  leave(name: string, isPrivate: boolean, member: Member): void
  /** Hands a broadcast to every member of its topic who may hear it, but to one. */
  publish(message: Message, except?: Member): void
  /** How many were handed out so far. */
  published(): number
}

/** Makes each form of a message once, however many take it. */
function framesOf(encode: (version: Version) => Buffer | string | null) {
  const made = new Map<Version, Buffer | null>()
  return (version: Version): Buffer | null => {
    let bytes = made.get(version)
    if (bytes === undefined) {
      const encoded = encode(version)
      bytes = encoded === null ? null : frame(encoded)
      made.set(version, bytes)
    }
    return bytes
  }
}

/** The fan-out of one server. */
export function createTopics(): Topics {
  const topics = new Map<string, Topic>()
  let published = 0
  const keyOf = (name: string, isPrivate: boolean) => `${isPrivate ? 'private' : 'public'}:${name}`

  function open(name: string): Topic {
    const members = new Set<Member>()
    const presence = createPresence((json) => {
      const frameFor = framesOf((version) =>
        encodeText(version, { topic: `realtime:${name}`, event: 'presence_diff' }, json),
      )
      for (const member of members) {
        if (member.hears.presence) member.receive(frameFor(member.version)!)
      }
    })
    return { members, presence }
  }

  return {
    join(name, isPrivate, member) {
      const key = keyOf(name, isPrivate)
      const topic = topics.get(key) ?? open(name)
      topics.set(key, topic)
      topic.members.add(member)
      return topic
    },
    leave(name, isPrivate, member) {
      const key = keyOf(name, isPrivate)
      const topic = topics.get(key)
      if (!topic?.members.delete(member)) return
      topic.presence.untrack(member)
      if (topic.members.size === 0) topics.delete(key)
    },
    publish(message, except) {
      const topic = topics.get(keyOf(message.topic, message.isPrivate))
      if (!topic) return
      published++
      const frameFor = framesOf((version) => encodeBroadcast(version, `realtime:${message.topic}`, message))
      for (const member of topic.members) {
        if (member === except || !member.hears.broadcast) continue
        const bytes = frameFor(member.version)
        if (bytes) member.receive(bytes, message)
      }
    },
    published: () => published,
  }
}
