import type { GenericSchema } from 'valibot'
import {
  ContratoResumenSchema,
  ContratoSchema,
  EdicionContratoSchema,
  NuevoContratoSchema,
  PaginaContratosSchema,
} from '../contratos/schemas.ts'
import { DocumentoSchema, FormularioDocumentoSchema, PaginaDocumentosSchema } from '../documentos/schemas.ts'
import { FijacionSchema, NuevaFijacionSchema } from '../fijaciones/schemas.ts'
import { ProblemaSchema } from '../http/answer-schemas.ts'
import { AvanceSchema, KpisSchema } from '../kpis/schemas.ts'
import { EdicionLoteSchema, LoteSchema, NuevoLoteSchema } from '../lotes/schemas.ts'
import { NuevoParametroSchema, ParametroSchema } from '../parametros/schemas.ts'
import { EmpresaSchema, PerfilSchema, UsuarioSchema } from '../personas/schemas.ts'
import { InformeSchema, NuevoPrecioSchema, PrecioSchema } from '../precios/schemas.ts'
import { RelacionSchema } from '../relaciones/schemas.ts'
import { SaludSchema } from '../salud/schemas.ts'

/** The schemas that the document gives a name; the others stand where they are used. */
export const NAMED: Record<string, GenericSchema> = {
  Contrato: ContratoSchema,
  ContratoResumen: ContratoResumenSchema,
  PaginaContratos: PaginaContratosSchema,
  NuevoContrato: NuevoContratoSchema,
  EdicionContrato: EdicionContratoSchema,
  Documento: DocumentoSchema,
  PaginaDocumentos: PaginaDocumentosSchema,
  FormularioDocumento: FormularioDocumentoSchema,
  Lote: LoteSchema,
  NuevoLote: NuevoLoteSchema,
  EdicionLote: EdicionLoteSchema,
  Fijacion: FijacionSchema,
  NuevaFijacion: NuevaFijacionSchema,
  Kpis: KpisSchema,
  Avance: AvanceSchema,
  Empresa: EmpresaSchema,
  Perfil: PerfilSchema,
  Usuario: UsuarioSchema,
  Parametro: ParametroSchema,
  NuevoParametro: NuevoParametroSchema,
  Precio: PrecioSchema,
  NuevoPrecio: NuevoPrecioSchema,
  InformePrecios: InformeSchema,
  Relacion: RelacionSchema,
  Salud: SaludSchema,
  Problema: ProblemaSchema,
}
