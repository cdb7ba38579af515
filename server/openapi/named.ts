import type { GenericSchema } from 'valibot'
import {
  ContratoResumenSchema,
  ContratoSchema,
  EdicionContratoSchema,
  NuevoContratoSchema,
  PaginaContratosSchema,
} from '../schemas/contratos.ts'
import { DocumentoSchema, FormularioDocumentoSchema, PaginaDocumentosSchema } from '../schemas/documentos.ts'
import { FijacionSchema, NuevaFijacionSchema } from '../schemas/fijaciones.ts'
import { AvanceSchema, KpisSchema } from '../schemas/kpis.ts'
import { EdicionLoteSchema, LoteSchema, NuevoLoteSchema } from '../schemas/lotes.ts'
import { NuevoParametroSchema, ParametroSchema } from '../schemas/parametros.ts'
import { EmpresaSchema, PerfilSchema, UsuarioSchema } from '../schemas/personas.ts'
import { InformeSchema, NuevoPrecioSchema, PrecioSchema } from '../schemas/precios.ts'
import { ProblemaSchema, SaludSchema } from '../schemas/respuestas.ts'

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
  Salud: SaludSchema,
  Problema: ProblemaSchema,
}
