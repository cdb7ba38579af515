import type { AuthContext, Routes } from '../context.ts'
import { challengeFactor } from './challenge.ts'
import { enrollFactor } from './enroll.ts'
import { mfaSettings } from './settings.ts'
import { unenrollFactor } from './unenroll.ts'
import { verifyFactor } from './verify.ts'

/** The second factor of who calls. */
export function mfaRoutes(context: AuthContext): Routes {
  const settings = mfaSettings(context.config)
  return {
    'POST /factors': enrollFactor(context, settings),
    'POST /factors/:id/challenge': challengeFactor(context, settings),
    'POST /factors/:id/verify': verifyFactor(context, settings),
    'DELETE /factors/:id': unenrollFactor(context),
  }
}
