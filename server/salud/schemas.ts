import * as v from 'valibot'
import { FechaHoraSchema } from '../http/answer-schemas.ts'

const DependenciaSchema = v.strictObject({
  estado: v.picklist(['disponible', 'no disponible']),
  ms: v.pipe(v.number(), v.minValue(0)),
})

/** GET /salud. */
export const SaludSchema = v.strictObject({
  estado: v.picklist(['listo', 'no listo']),
  push: v.pipe(v.picklist(['encendido', 'apagado']), v.description('Apagado sin credenciales de Firebase.')),
  redis: v.pipe(
    v.picklist(['disponible', 'no disponible', 'apagado']),
    v.description('Apagado sin REDIS_URL; sin él, los límites son de cada proceso.'),
  ),
  respaldo: v.pipe(
    v.nullable(
      v.strictObject({
        estado: v.picklist(['al día', 'atrasado', 'fallido', 'apagado']),
        ultimo: v.pipe(v.nullable(FechaHoraSchema), v.description('El último que terminó bien.')),
        probado: v.pipe(
          v.nullable(FechaHoraSchema),
          v.description('La última restauración de prueba buena.'),
        ),
      }),
    ),
    v.description('null si Postgres no responde.'),
  ),
  disco: v.pipe(
    v.nullable(
      v.strictObject({
        estado: v.pipe(
          v.picklist(['suficiente', 'casi lleno']),
          v.description('Casi lleno: la pila lee y no escribe.'),
        ),
        libre_mb: v.pipe(v.number(), v.description('Libre en el disco más lleno, en MiB.')),
        libre_pct: v.pipe(v.number(), v.description('Lo mismo, en % de ese disco.')),
      }),
    ),
    v.description(
      'El más lleno de los discos de los datos, los archivos y los respaldos; null si no se pueden mirar.',
    ),
  ),
  dependencias: v.strictObject({
    postgres: DependenciaSchema,
    auth: DependenciaSchema,
    storage: DependenciaSchema,
    realtime: v.pipe(
      DependenciaSchema,
      v.description('Disponible si lo que difunde la base de datos llega por un canal.'),
    ),
  }),
})

/** GET /salud/listo. */
export const ListoSchema = v.strictObject({ estado: v.picklist(['listo', 'no listo']) })

/** GET /salud/vivo. */
export const VivoSchema = v.strictObject({ estado: v.literal('vivo') })
