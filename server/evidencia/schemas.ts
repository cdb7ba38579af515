import * as v from 'valibot'
import { FechaHoraSchema } from '../http/answer-schemas.ts'
import { FALLAS } from './fallas.ts'

const entero = v.pipe(v.number(), v.integer(), v.minValue(0))
const huella = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.description('SHA-256, en hexadecimal.'))

/** GET /contratos/{id}/verificacion. */
export const VerificacionSchema = v.strictObject({
  contrato: v.pipe(v.string(), v.description('Código del contrato.')),
  integro: v.pipe(v.boolean(), v.description('Todo lo que se comprobó cuadra.')),
  evidencias: v.pipe(entero, v.description('Cuántas tiene su cadena.')),
  cabeza: v.pipe(huella, v.description('Huella de la última evidencia: con ella se compara una copia.')),
  raiz: v.pipe(
    v.nullable(
      v.strictObject({
        nota: v.pipe(v.string(), v.description('Punto de control firmado (C2SP).')),
        tamano: v.pipe(entero, v.description('Hojas del árbol.')),
        hasta: v.pipe(v.nullable(entero), v.description('Última evidencia del contrato bajo esa raíz.')),
        incluida: v.pipe(v.boolean(), v.description('La prueba de inclusión lleva de ella a la raíz.')),
        sello: v.pipe(
          v.nullable(
            v.strictObject({
              en: v.pipe(FechaHoraSchema, v.description('La hora que selló.')),
              tsa: v.pipe(v.string(), v.description('A quién se le pidió.')),
              valido: v.pipe(
                v.boolean(),
                v.description('Es de esta raíz y la firma es la de su certificado.'),
              ),
              respaldado: v.pipe(
                v.boolean(),
                v.description('Responde por esa TSA alguien en quien confía la instalación (TSA_CA).'),
              ),
            }),
          ),
          v.description('Sello de tiempo (RFC 3161) de la raíz; nulo si no tiene.'),
        ),
      }),
    ),
    v.description('La última raíz firmada; nulo si todavía no se firmó ninguna.'),
  ),
  fallas: v.pipe(
    v.array(
      v.strictObject({
        tabla: v.pipe(v.string(), v.description('Dónde.')),
        id: v.pipe(v.string(), v.description('Qué fila; de una evidencia, su número.')),
        falla: v.pipe(v.picklist(FALLAS), v.description('Qué no cuadra.')),
        campos: v.pipe(v.array(v.string()), v.description('En qué columnas; ninguna si es entera.')),
      }),
    ),
    v.description('Lo que no cuadra, cosa por cosa.'),
  ),
})

/** GET /.well-known/triboka-evidencia.json. */
export const ClavesSchema = v.strictObject({
  nombre: v.pipe(v.string(), v.description('El registro que nombran los puntos de control.')),
  claves: v.pipe(
    v.array(
      v.strictObject({
        verificador: v.pipe(v.string(), v.description('Clave pública: nombre+número+base64 (C2SP).')),
        desde: v.pipe(FechaHoraSchema, v.description('Desde cuándo firma.')),
        hasta: v.pipe(
          v.nullable(FechaHoraSchema),
          v.description('Hasta cuándo firmó; nulo si firma todavía.'),
        ),
      }),
    ),
    v.description('Las que firmaron raíces, de la más antigua a la más nueva.'),
  ),
  ultima: v.pipe(v.nullable(v.string()), v.description('La última raíz firmada.')),
})
