import { openPools, pools } from './db/pools.ts'
import { docsSettings } from './docs/settings.ts'
import { documentosSettings } from './documentos/settings.ts'
import type { Environment } from './environment.ts'
import { abrirFirmante, firmante } from './evidencia/firmante.ts'
import { evidencia } from './evidencia/settings.ts'
import { expedienteSettings } from './expediente/settings.ts'
import { grafoSettings } from './grafo/settings.ts'
import { door, openDoor } from './http/door.ts'
import { fuenteDelDia } from './precios/settings.ts'
import { openPost, post } from './process/mail/post.ts'
import { openRedis, redis } from './process/redis.ts'
import { processSettings } from './process/settings.ts'
import { createRenderer } from './process/thumbnails/renderer.ts'
import { thumbnails } from './process/thumbnails/thumbnails.ts'
import { watched } from './salud/settings.ts'
import { openSupabase, supabase } from './session/supabase.ts'

/** Opens what every part of the functions uses; called once, by the plugin that starts the process. */
export function openServices(environment: Environment): void {
  processSettings.open(environment)
  pools.open(openPools(environment))
  redis.open(environment.redisUrl === undefined ? undefined : openRedis(environment.redisUrl))
  door.open(openDoor(environment, redis()))
  supabase.open(openSupabase(environment))
  post.open(openPost(environment))
  thumbnails.open(createRenderer())
  fuenteDelDia.open(environment.precio)
  watched.open({ ...environment, push: environment.firebase !== undefined })
  docsSettings.open(environment)
  expedienteSettings.open(environment)
  grafoSettings.open(environment)
  documentosSettings.open(environment)
  evidencia.open(environment.evidencia)
  firmante.open(abrirFirmante(environment.evidencia))
}

/** Closes it, once the last answer has left. */
export async function closeServices(): Promise<void> {
  const { database, readers } = pools()
  redis()?.disconnect()
  await Promise.all([database.close(), readers.close(), thumbnails().close()])
}
