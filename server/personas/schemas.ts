import * as v from 'valibot'
import { TIPOS_DE_AVISO } from '../avisos/schemas.ts'
import { ESTADOS } from '../contratos/schemas.ts'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { EntradaIdSchema, paginacion, SiNoSchema, texto } from '../http/schemas.ts'

const TIPOS_EMPRESA = ['exportadora', 'centro_acopio', 'proveedor'] as const
export const ROLES = [...TIPOS_EMPRESA, 'admin'] as const

export const uuid = v.pipe(v.string(), v.uuid())
export const nombre = texto(200)
const activo = v.boolean()
export const rol = v.picklist(ROLES, `Debe ser uno de: ${ROLES.join(', ')}.`)
const ruc = v.pipe(v.string(), v.trim(), v.regex(/^[0-9]{13}$/, 'Debe tener 13 dígitos.'))
const telefono = v.pipe(
  v.string(),
  v.transform((numero) => numero.replace(/[\s()-]/g, '')),
  v.regex(/^\+[1-9]\d{6,14}$/, 'Debe llevar el código de país: +593991234567.'),
  v.description('Con código de país: +593991234567.'),
)
const siglas = v.pipe(
  v.string(),
  v.regex(/^(?=.*[A-Z])[A-Z\d]{2,8}$/, 'De 2 a 8 mayúsculas sin tilde o dígitos, con alguna letra.'),
)
const NADA = 'No hay nada que cambiar.'

/** POST /empresas. */
export const NuevaEmpresaSchema = v.strictObject({
  ruc,
  nombre,
  tipo: v.picklist(TIPOS_EMPRESA, `Debe ser uno de: ${TIPOS_EMPRESA.join(', ')}.`),
  siglas: v.optional(siglas),
})

/** PUT /empresas/{empresa}: only what changes. */
export const EdicionEmpresaSchema = v.pipe(
  v.strictObject({
    ruc: v.optional(ruc),
    nombre: v.optional(nombre),
    activo: v.optional(activo),
    siglas: v.optional(siglas),
  }),
  v.check((cambios) => Object.keys(cambios).length > 0, NADA),
)

/** A company, as an administrator sees it. */
export const EmpresaSchema = v.strictObject({
  id: IdSchema,
  nombre: v.string(),
  tipo: v.picklist(TIPOS_EMPRESA),
  activo,
  creado_en: FechaHoraSchema,
  actualizado_en: FechaHoraSchema,
  siglas: v.nullable(v.string()),
  ruc: v.string(),
  avisos: v.pipe(v.array(v.string()), v.description('Lo que conviene verificar, sin que se rechace.')),
})

const canales = { en_app: v.boolean(), push: v.boolean() }

/** PUT /perfil: only what changes. */
export const EdicionPerfilSchema = v.pipe(
  v.strictObject({
    nombre: v.optional(nombre),
    telefono: v.nullish(telefono),
    idioma: v.optional(v.picklist(['es', 'en'], 'Debe ser es o en.')),
    preferencias: v.optional(
      v.pipe(
        v.strictObject(v.entriesFromList(TIPOS_DE_AVISO, v.optional(v.partial(v.strictObject(canales))))),
        v.description('De qué se avisa y por dónde: {"mensaje": {"push": false}}.'),
      ),
    ),
  }),
  v.check((cambios) => Object.keys(cambios).length > 0, NADA),
)

/** Who the caller is. */
export const PerfilSchema = v.strictObject({
  id: uuid,
  email: v.nullable(v.string()),
  nombre: v.string(),
  telefono: v.nullable(v.string()),
  idioma: v.picklist(['es', 'en']),
  rol: v.picklist(ROLES),
  creado_en: FechaHoraSchema,
  empresa: v.nullable(
    v.strictObject({ id: IdSchema, ruc: v.string(), nombre: v.string(), tipo: v.picklist(TIPOS_EMPRESA) }),
  ),
  permisos: v.strictObject({
    crear_contratos: v.boolean(),
    editar_contratos: v.boolean(),
    registrar_lotes: v.boolean(),
    asociar_proveedores: v.boolean(),
    subir_documentos: v.picklist(['siempre', 'contratos activos']),
    eliminar_contratos: v.boolean(),
    administrar_empresas: v.boolean(),
    invitar: v.picklist(['cualquier empresa', 'su empresa']),
  }),
  preferencias: v.strictObject(v.entriesFromList(TIPOS_DE_AVISO, v.strictObject(canales))),
  contratos: v.strictObject({
    totales: v.array(
      v.strictObject({
        anio: v.pipe(v.number(), v.integer()),
        estado: v.picklist(ESTADOS),
        contratos: IdSchema,
        volumen_tm: NumeroSchema,
      }),
    ),
    ultimos: v.array(
      v.strictObject({
        codigo: v.string(),
        papel: v.picklist(['exportadora', 'contraparte', 'proveedor']),
        estado: v.picklist(ESTADOS),
        volumen_tm: NumeroSchema,
        fecha: v.pipe(v.string(), v.isoDate()),
      }),
    ),
  }),
})

/** GET /usuarios: filters and page. */
export const FiltroUsuariosSchema = v.strictObject({
  empresa: v.optional(EntradaIdSchema),
  activo: v.optional(SiNoSchema),
  texto: v.optional(v.pipe(texto(100), v.description('Parte del nombre.'))),
  ...paginacion,
})

/** PUT /usuarios/{usuario}: only what changes. */
export const EdicionUsuarioSchema = v.pipe(
  v.strictObject({ rol: v.optional(rol), activo: v.optional(activo) }),
  v.check((cambios) => Object.keys(cambios).length > 0, NADA),
)

/** A person of a company. */
export const UsuarioSchema = v.strictObject({
  id: uuid,
  email: v.nullable(v.string()),
  nombre: v.string(),
  telefono: v.nullable(v.string()),
  rol: v.picklist(ROLES),
  activo,
  empresa_id: v.nullable(IdSchema),
  empresa: v.nullable(v.string()),
  invitado_por: v.nullable(uuid),
  creado_en: FechaHoraSchema,
})

export const PaginaUsuariosSchema = v.strictObject({
  usuarios: v.array(UsuarioSchema),
  siguiente: v.nullable(v.string()),
})
