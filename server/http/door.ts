import type { Redis } from 'ioredis'
import { countRefused } from '../process/metrics.ts'
import { slot } from '../process/slot.ts'
import { type ClientAddress, createClientAddress } from './client-address.ts'
import { type Cors, createCors } from './cors.ts'
import { type Limits, openLimits } from './limits.ts'
import { createMetricsGuard, type MayReadMetrics } from './metrics-guard.ts'
import type { HttpSettings } from './settings.ts'

/** What every request passes. */
export interface Door {
  clientAddress: ClientAddress
  cors: Cors
  limits: Limits
  mayReadMetrics: MayReadMetrics
}

export const door = slot<Door>('The door of HTTP')

export function openDoor(settings: HttpSettings, redis: Redis | undefined): Door {
  const clientAddress = createClientAddress(settings.trustedProxies)
  return {
    clientAddress,
    cors: createCors(settings.corsOrigins),
    limits: openLimits(settings.limits, redis, countRefused),
    mayReadMetrics: createMetricsGuard(settings.metrics, clientAddress),
  }
}
