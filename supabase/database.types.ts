export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  public: {
    Tables: {
      ajustes: {
        Row: {
          empresa_id: number
          estado: string
          id: number
          kg_contado: number
          lote_id: string
          motivo: string
          operacion_id: string | null
          propuesto_en: string
          propuesto_por: string | null
          resuelto_en: string | null
          resuelto_por: string | null
          saldo_kg: number
        }
        ComputedFields: never
        Insert: {
          empresa_id: number
          estado?: string
          id?: never
          kg_contado: number
          lote_id: string
          motivo: string
          operacion_id?: string | null
          propuesto_en?: string
          propuesto_por?: string | null
          resuelto_en?: string | null
          resuelto_por?: string | null
          saldo_kg: number
        }
        Update: {
          empresa_id?: number
          estado?: string
          id?: never
          kg_contado?: number
          lote_id?: string
          motivo?: string
          operacion_id?: string | null
          propuesto_en?: string
          propuesto_por?: string | null
          resuelto_en?: string | null
          resuelto_por?: string | null
          saldo_kg?: number
        }
        Relationships: [
          {
            foreignKeyName: 'ajustes_lote_fkey'
            columns: ['empresa_id', 'lote_id']
            isOneToOne: false
            referencedRelation: 'lotes'
            referencedColumns: ['empresa_id', 'id']
          },
          {
            foreignKeyName: 'ajustes_operacion_fkey'
            columns: ['empresa_id', 'operacion_id']
            isOneToOne: false
            referencedRelation: 'operaciones'
            referencedColumns: ['empresa_id', 'id']
          },
        ]
      }
      avances: {
        Row: {
          contrato_id: number
          exportado_qq: number
          lotes: number
          recibido_qq: number
          tm_fijadas: number
        }
        ComputedFields: never
        Insert: {
          contrato_id: number
          exportado_qq?: number
          lotes?: number
          recibido_qq?: number
          tm_fijadas?: number
        }
        Update: {
          contrato_id?: number
          exportado_qq?: number
          lotes?: number
          recibido_qq?: number
          tm_fijadas?: number
        }
        Relationships: [
          {
            foreignKeyName: 'avances_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: true
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'avances_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: true
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
        ]
      }
      calculos: {
        Row: {
          creado_en: string
          empresa_id: number | null
          entrada: NonNullable<Json>
          fecha: string
          id: number
          parametros: NonNullable<Json>
          resultado: NonNullable<Json>
          tipo: string
          usuario_id: string
        }
        ComputedFields: never
        Insert: {
          creado_en?: string
          empresa_id?: number | null
          entrada: NonNullable<Json>
          fecha?: string
          id?: never
          parametros?: NonNullable<Json>
          resultado: NonNullable<Json>
          tipo: string
          usuario_id?: string
        }
        Update: {
          creado_en?: string
          empresa_id?: number | null
          entrada?: NonNullable<Json>
          fecha?: string
          id?: never
          parametros?: NonNullable<Json>
          resultado?: NonNullable<Json>
          tipo?: string
          usuario_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'calculos_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'calculos_usuario_id_fkey'
            columns: ['usuario_id']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      centros: {
        Row: {
          activo: boolean
          codigo: string
          creado_en: string
          empresa_id: number
          id: number
          nombre: string
          tipo: string
        }
        ComputedFields: never
        Insert: {
          activo?: boolean
          codigo: string
          creado_en?: string
          empresa_id?: number
          id?: never
          nombre: string
          tipo: string
        }
        Update: {
          activo?: boolean
          codigo?: string
          creado_en?: string
          empresa_id?: number
          id?: never
          nombre?: string
          tipo?: string
        }
        Relationships: [
          {
            foreignKeyName: 'centros_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      consumos: {
        Row: {
          empresa_id: number
          kg: number
          lote_id: string
          operacion_id: string
        }
        ComputedFields: never
        Insert: {
          empresa_id: number
          kg: number
          lote_id: string
          operacion_id: string
        }
        Update: {
          empresa_id?: number
          kg?: number
          lote_id?: string
          operacion_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'consumos_lote_fkey'
            columns: ['lote_id', 'empresa_id']
            isOneToOne: false
            referencedRelation: 'lotes'
            referencedColumns: ['id', 'empresa_id']
          },
          {
            foreignKeyName: 'consumos_operacion_fkey'
            columns: ['operacion_id', 'empresa_id']
            isOneToOne: false
            referencedRelation: 'operaciones'
            referencedColumns: ['id', 'empresa_id']
          },
        ]
      }
      contratos: {
        Row: {
          actualizado_en: string
          archivo_pdf: string | null
          calidad: string | null
          cerrado_en: string | null
          cierre: string
          codigo: string
          contraparte_acepto_en: string | null
          contraparte_id: number
          creado_en: string
          creado_por: string | null
          dias_confirmacion: number
          eliminado_en: string | null
          estado: string
          exportadora_acepto_en: string | null
          exportadora_id: number
          fecha_entrega: string | null
          fecha_firma: string | null
          id: number
          modalidad_precio: string
          observaciones: string | null
          propuesto_a: number[] | null
          rechazado_como: string | null
          rechazado_en: string | null
          rechazo_motivo: string | null
          tolerancia_pct: number
          volumen_tm: number
          diferencial_tm: number | null
          precio_fijado_tm: number | null
        }
        ComputedFields: 'diferencial_tm' | 'precio_fijado_tm'
        Insert: {
          actualizado_en?: string
          archivo_pdf?: string | null
          calidad?: string | null
          cerrado_en?: string | null
          cierre?: string
          codigo?: string
          contraparte_acepto_en?: string | null
          contraparte_id?: number
          creado_en?: string
          creado_por?: string | null
          dias_confirmacion?: number
          eliminado_en?: string | null
          estado?: string
          exportadora_acepto_en?: string | null
          exportadora_id?: number
          fecha_entrega?: string | null
          fecha_firma?: string | null
          id?: never
          modalidad_precio?: string
          observaciones?: string | null
          propuesto_a?: number[] | null
          rechazado_como?: string | null
          rechazado_en?: string | null
          rechazo_motivo?: string | null
          tolerancia_pct?: number
          volumen_tm: number
        }
        Update: {
          actualizado_en?: string
          archivo_pdf?: string | null
          calidad?: string | null
          cerrado_en?: string | null
          cierre?: string
          codigo?: string
          contraparte_acepto_en?: string | null
          contraparte_id?: number
          creado_en?: string
          creado_por?: string | null
          dias_confirmacion?: number
          eliminado_en?: string | null
          estado?: string
          exportadora_acepto_en?: string | null
          exportadora_id?: number
          fecha_entrega?: string | null
          fecha_firma?: string | null
          id?: never
          modalidad_precio?: string
          observaciones?: string | null
          propuesto_a?: number[] | null
          rechazado_como?: string | null
          rechazado_en?: string | null
          rechazo_motivo?: string | null
          tolerancia_pct?: number
          volumen_tm?: number
        }
        Relationships: [
          {
            foreignKeyName: 'contratos_contraparte_id_fkey'
            columns: ['contraparte_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_creado_por_fkey'
            columns: ['creado_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_exportadora_id_fkey'
            columns: ['exportadora_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      contratos_participantes: {
        Row: {
          contrato_id: number
          creado_en: string
          empresa_id: number
          oculto: boolean
          papel: string
          pendiente: boolean
        }
        ComputedFields: never
        Insert: {
          contrato_id: number
          creado_en?: string
          empresa_id: number
          oculto?: boolean
          papel?: string
          pendiente?: boolean
        }
        Update: {
          contrato_id?: number
          creado_en?: string
          empresa_id?: number
          oculto?: boolean
          papel?: string
          pendiente?: boolean
        }
        Relationships: [
          {
            foreignKeyName: 'contratos_participantes_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_participantes_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_participantes_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      contratos_precios: {
        Row: {
          actualizado_en: string
          contrato_id: number
          diferencial_tm: number | null
          precio_fijado_tm: number | null
        }
        ComputedFields: never
        Insert: {
          actualizado_en?: string
          contrato_id: number
          diferencial_tm?: number | null
          precio_fijado_tm?: number | null
        }
        Update: {
          actualizado_en?: string
          contrato_id?: number
          diferencial_tm?: number | null
          precio_fijado_tm?: number | null
        }
        Relationships: [
          {
            foreignKeyName: 'contratos_precios_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: true
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_precios_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: true
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
        ]
      }
      contratos_reaperturas: {
        Row: {
          autor: string
          cerrado_en: string
          contrato_id: number
          creado_en: string
          empresa: string | null
          exportado_tm: number
          id: number
          motivo: string
          usuario_id: string | null
          volumen_tm: number
        }
        ComputedFields: never
        Insert: {
          autor?: string
          cerrado_en?: string
          contrato_id: number
          creado_en?: string
          empresa?: string | null
          exportado_tm?: number
          id?: never
          motivo: string
          usuario_id?: string | null
          volumen_tm?: number
        }
        Update: {
          autor?: string
          cerrado_en?: string
          contrato_id?: number
          creado_en?: string
          empresa?: string | null
          exportado_tm?: number
          id?: never
          motivo?: string
          usuario_id?: string | null
          volumen_tm?: number
        }
        Relationships: [
          {
            foreignKeyName: 'contratos_reaperturas_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_reaperturas_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_reaperturas_usuario_id_fkey'
            columns: ['usuario_id']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      contratos_versiones: {
        Row: {
          aceptada_empresa: number | null
          aceptada_en: string | null
          aceptada_por: string | null
          contrato_id: number
          enmienda_id: number | null
          n: number
          origen: string
          propuesta_empresa: number | null
          propuesta_en: string
          propuesta_por: string | null
          terminos: NonNullable<Json>
        }
        ComputedFields: never
        Insert: {
          aceptada_empresa?: number | null
          aceptada_en?: string | null
          aceptada_por?: string | null
          contrato_id: number
          enmienda_id?: number | null
          n: number
          origen: string
          propuesta_empresa?: number | null
          propuesta_en: string
          propuesta_por?: string | null
          terminos: NonNullable<Json>
        }
        Update: {
          aceptada_empresa?: number | null
          aceptada_en?: string | null
          aceptada_por?: string | null
          contrato_id?: number
          enmienda_id?: number | null
          n?: number
          origen?: string
          propuesta_empresa?: number | null
          propuesta_en?: string
          propuesta_por?: string | null
          terminos?: NonNullable<Json>
        }
        Relationships: [
          {
            foreignKeyName: 'contratos_versiones_aceptada_por_fkey'
            columns: ['aceptada_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_versiones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_versiones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_versiones_enmienda_fkey'
            columns: ['enmienda_id', 'contrato_id']
            isOneToOne: false
            referencedRelation: 'enmiendas'
            referencedColumns: ['id', 'contrato_id']
          },
          {
            foreignKeyName: 'contratos_versiones_propuesta_por_fkey'
            columns: ['propuesta_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      dispositivos: {
        Row: {
          creado_en: string
          id: number
          plataforma: string
          token: string
          usuario_id: string
          visto_en: string
        }
        ComputedFields: never
        Insert: {
          creado_en?: string
          id?: never
          plataforma: string
          token: string
          usuario_id: string
          visto_en?: string
        }
        Update: {
          creado_en?: string
          id?: never
          plataforma?: string
          token?: string
          usuario_id?: string
          visto_en?: string
        }
        Relationships: [
          {
            foreignKeyName: 'dispositivos_usuario_id_fkey'
            columns: ['usuario_id']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      documentos_contrato: {
        Row: {
          bytes: number
          contrato_id: number
          duplicado_de: number | null
          empresa_id: number | null
          etiqueta: string | null
          fecha_subida: string
          huella_de: string | null
          id: number
          lote_id: number | null
          mime: string
          nombre_archivo: string
          revisado_en: string | null
          sha256: string | null
          subido_por: string | null
          tipo: string
          url_archivo: string
          verificacion: string
        }
        ComputedFields: never
        Insert: {
          bytes?: number
          contrato_id: number
          duplicado_de?: number | null
          empresa_id?: number | null
          etiqueta?: string | null
          fecha_subida?: string
          huella_de?: string | null
          id?: never
          lote_id?: number | null
          mime?: string
          nombre_archivo?: string
          revisado_en?: string | null
          sha256?: string | null
          subido_por?: string | null
          tipo: string
          url_archivo: string
          verificacion?: string
        }
        Update: {
          bytes?: number
          contrato_id?: number
          duplicado_de?: number | null
          empresa_id?: number | null
          etiqueta?: string | null
          fecha_subida?: string
          huella_de?: string | null
          id?: never
          lote_id?: number | null
          mime?: string
          nombre_archivo?: string
          revisado_en?: string | null
          sha256?: string | null
          subido_por?: string | null
          tipo?: string
          url_archivo?: string
          verificacion?: string
        }
        Relationships: [
          {
            foreignKeyName: 'documentos_contrato_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'documentos_contrato_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'documentos_contrato_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'documentos_contrato_lote_fkey'
            columns: ['lote_id', 'contrato_id']
            isOneToOne: false
            referencedRelation: 'lotes_asociados'
            referencedColumns: ['id', 'contrato_id']
          },
          {
            foreignKeyName: 'documentos_contrato_subido_por_fkey'
            columns: ['subido_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      empresas: {
        Row: {
          activo: boolean
          actualizado_en: string
          creado_en: string
          id: number
          nombre: string
          ruc: string
          siglas: string | null
          tipo: string
        }
        ComputedFields: never
        Insert: {
          activo?: boolean
          actualizado_en?: string
          creado_en?: string
          id?: never
          nombre: string
          ruc: string
          siglas?: string | null
          tipo: string
        }
        Update: {
          activo?: boolean
          actualizado_en?: string
          creado_en?: string
          id?: never
          nombre?: string
          ruc?: string
          siglas?: string | null
          tipo?: string
        }
        Relationships: []
      }
      enmiendas: {
        Row: {
          cambios: NonNullable<Json>
          contrato_id: number
          de_version: number
          estado: string
          id: number
          motivo: string | null
          n: number
          nota: string | null
          propuesta_empresa: number
          propuesta_en: string
          propuesta_por: string
          respondida_empresa: number | null
          respondida_en: string | null
          respondida_por: string | null
          vence_en: string
        }
        ComputedFields: never
        Insert: {
          cambios: NonNullable<Json>
          contrato_id: number
          de_version: number
          estado?: string
          id?: never
          motivo?: string | null
          n: number
          nota?: string | null
          propuesta_empresa: number
          propuesta_en?: string
          propuesta_por: string
          respondida_empresa?: number | null
          respondida_en?: string | null
          respondida_por?: string | null
          vence_en?: string
        }
        Update: {
          cambios?: NonNullable<Json>
          contrato_id?: number
          de_version?: number
          estado?: string
          id?: never
          motivo?: string | null
          n?: number
          nota?: string | null
          propuesta_empresa?: number
          propuesta_en?: string
          propuesta_por?: string
          respondida_empresa?: number | null
          respondida_en?: string | null
          respondida_por?: string | null
          vence_en?: string
        }
        Relationships: [
          {
            foreignKeyName: 'enmiendas_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'enmiendas_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'enmiendas_de_version_fkey'
            columns: ['contrato_id', 'de_version']
            isOneToOne: false
            referencedRelation: 'contratos_versiones'
            referencedColumns: ['contrato_id', 'n']
          },
          {
            foreignKeyName: 'enmiendas_propuesta_empresa_fkey'
            columns: ['propuesta_empresa']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'enmiendas_propuesta_por_fkey'
            columns: ['propuesta_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'enmiendas_respondida_empresa_fkey'
            columns: ['respondida_empresa']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'enmiendas_respondida_por_fkey'
            columns: ['respondida_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      fijaciones: {
        Row: {
          anulada_en: string | null
          anulada_por: string | null
          confirmada_en: string | null
          confirmada_por: string | null
          contrato_id: number
          creado_en: string
          creado_por: string | null
          diferencial: number
          empresa_id: number | null
          fecha: string
          id: number
          motivo: string | null
          ny: number
          precio_tm: number
          tm: number
          vence_en: string | null
        }
        ComputedFields: never
        Insert: {
          anulada_en?: string | null
          anulada_por?: string | null
          confirmada_en?: string | null
          confirmada_por?: string | null
          contrato_id: number
          creado_en?: string
          creado_por?: string | null
          diferencial: number
          empresa_id?: number | null
          fecha?: string
          id?: never
          motivo?: string | null
          ny: number
          precio_tm?: never
          tm: number
          vence_en?: string | null
        }
        Update: {
          anulada_en?: string | null
          anulada_por?: string | null
          confirmada_en?: string | null
          confirmada_por?: string | null
          contrato_id?: number
          creado_en?: string
          creado_por?: string | null
          diferencial?: number
          empresa_id?: number | null
          fecha?: string
          id?: never
          motivo?: string | null
          ny?: number
          precio_tm?: never
          tm?: number
          vence_en?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'fijaciones_anulada_por_fkey'
            columns: ['anulada_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'fijaciones_confirmada_por_fkey'
            columns: ['confirmada_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'fijaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'fijaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'fijaciones_creado_por_fkey'
            columns: ['creado_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'fijaciones_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      invitaciones: {
        Row: {
          aceptada_en: string | null
          aceptada_por: string | null
          anulada_en: string | null
          creado_en: string
          email: string
          empresa_id: number | null
          id: number
          invitado_por: string | null
          rol: string
          testigo_sha256: string
          vence_en: string
        }
        ComputedFields: never
        Insert: {
          aceptada_en?: string | null
          aceptada_por?: string | null
          anulada_en?: string | null
          creado_en?: string
          email: string
          empresa_id?: number | null
          id?: never
          invitado_por?: string | null
          rol: string
          testigo_sha256: string
          vence_en?: string
        }
        Update: {
          aceptada_en?: string | null
          aceptada_por?: string | null
          anulada_en?: string | null
          creado_en?: string
          email?: string
          empresa_id?: number | null
          id?: never
          invitado_por?: string | null
          rol?: string
          testigo_sha256?: string
          vence_en?: string
        }
        Relationships: [
          {
            foreignKeyName: 'invitaciones_aceptada_por_fkey'
            columns: ['aceptada_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'invitaciones_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'invitaciones_invitado_por_fkey'
            columns: ['invitado_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      kpis_cambios: {
        Row: {
          calidad: string
          cantidad: number
          empresa_id: number
          fecha: string
          humedad_qq: number
          id: number
          inicial_qq: number
          medida: string
          n: number
          otra_id: number
          papel: string
          usd: number
        }
        ComputedFields: never
        Insert: {
          calidad: string
          cantidad: number
          empresa_id: number
          fecha: string
          humedad_qq: number
          id?: never
          inicial_qq: number
          medida: string
          n: number
          otra_id: number
          papel: string
          usd: number
        }
        Update: {
          calidad?: string
          cantidad?: number
          empresa_id?: number
          fecha?: string
          humedad_qq?: number
          id?: never
          inicial_qq?: number
          medida?: string
          n?: number
          otra_id?: number
          papel?: string
          usd?: number
        }
        Relationships: []
      }
      kpis_celdas: {
        Row: {
          cantidad: number
          clave: string
          empresa_id: number
          fecha: string
          grupo: string
          humedad_qq: number
          inicial_qq: number
          medida: string
          n: number
          papel: string
          usd: number
        }
        ComputedFields: never
        Insert: {
          cantidad: number
          clave: string
          empresa_id: number
          fecha: string
          grupo: string
          humedad_qq: number
          inicial_qq: number
          medida: string
          n: number
          papel: string
          usd: number
        }
        Update: {
          cantidad?: number
          clave?: string
          empresa_id?: number
          fecha?: string
          grupo?: string
          humedad_qq?: number
          inicial_qq?: number
          medida?: string
          n?: number
          papel?: string
          usd?: number
        }
        Relationships: []
      }
      lecturas: {
        Row: {
          contrato_id: number
          hasta: number
          leido_en: string
          usuario_id: string
        }
        ComputedFields: never
        Insert: {
          contrato_id: number
          hasta: number
          leido_en?: string
          usuario_id?: string
        }
        Update: {
          contrato_id?: number
          hasta?: number
          leido_en?: string
          usuario_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'lecturas_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'lecturas_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'lecturas_usuario_id_fkey'
            columns: ['usuario_id']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      lotes: {
        Row: {
          centro_id: number | null
          certificaciones: string[]
          codigo: string
          condicion: string
          creado_en: string
          embarcado: boolean
          empresa_id: number
          grado: string | null
          humedad_pct: number | null
          id: string
          kg: number
          lote_externo: string | null
          operacion_id: string
          origen_conocido: boolean
          producto: string
          productor_id: number | null
          variedad: string | null
          saldo_kg: number | null
        }
        ComputedFields: 'saldo_kg'
        Insert: {
          centro_id?: number | null
          certificaciones?: string[]
          codigo: string
          condicion: string
          creado_en?: string
          embarcado?: boolean
          empresa_id: number
          grado?: string | null
          humedad_pct?: number | null
          id?: string
          kg: number
          lote_externo?: string | null
          operacion_id: string
          origen_conocido: boolean
          producto?: string
          productor_id?: number | null
          variedad?: string | null
        }
        Update: {
          centro_id?: number | null
          certificaciones?: string[]
          codigo?: string
          condicion?: string
          creado_en?: string
          embarcado?: boolean
          empresa_id?: number
          grado?: string | null
          humedad_pct?: number | null
          id?: string
          kg?: number
          lote_externo?: string | null
          operacion_id?: string
          origen_conocido?: boolean
          producto?: string
          productor_id?: number | null
          variedad?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'lotes_centro_id_fkey'
            columns: ['centro_id']
            isOneToOne: false
            referencedRelation: 'centros'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'lotes_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'lotes_operacion_fkey'
            columns: ['empresa_id', 'operacion_id']
            isOneToOne: false
            referencedRelation: 'operaciones'
            referencedColumns: ['empresa_id', 'id']
          },
          {
            foreignKeyName: 'lotes_productor_fkey'
            columns: ['empresa_id', 'productor_id']
            isOneToOne: false
            referencedRelation: 'productores'
            referencedColumns: ['empresa_id', 'id']
          },
        ]
      }
      lotes_asociados: {
        Row: {
          actualizado_en: string
          codigo_lote: string
          contrato_id: number
          creado_en: string
          estado: string
          exportado_en: string | null
          humedad: number
          humedad_inicial: number
          id: number
          lote_id: string | null
          lote_kg: number | null
          origen_compartido: string
          peso_inicial_qq: number
          peso_qq: number
          recibido_en: string | null
          secado_en: string | null
        }
        ComputedFields: never
        Insert: {
          actualizado_en?: string
          codigo_lote?: string
          contrato_id: number
          creado_en?: string
          estado?: string
          exportado_en?: string | null
          humedad: number
          humedad_inicial?: number
          id?: never
          lote_id?: string | null
          lote_kg?: number | null
          origen_compartido?: string
          peso_inicial_qq?: number
          peso_qq: number
          recibido_en?: string | null
          secado_en?: string | null
        }
        Update: {
          actualizado_en?: string
          codigo_lote?: string
          contrato_id?: number
          creado_en?: string
          estado?: string
          exportado_en?: string | null
          humedad?: number
          humedad_inicial?: number
          id?: never
          lote_id?: string | null
          lote_kg?: number | null
          origen_compartido?: string
          peso_inicial_qq?: number
          peso_qq?: number
          recibido_en?: string | null
          secado_en?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'lotes_asociados_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'lotes_asociados_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'lotes_asociados_lote_id_fkey'
            columns: ['lote_id']
            isOneToOne: false
            referencedRelation: 'lotes'
            referencedColumns: ['id']
          },
        ]
      }
      mensajes: {
        Row: {
          autor: string
          contrato_id: number
          creado_en: string
          documento_id: number | null
          empresa: string | null
          id: number
          id_cliente: string | null
          lote_id: number | null
          texto: string
          tipo: string
          usuario_id: string | null
        }
        ComputedFields: never
        Insert: {
          autor?: string
          contrato_id: number
          creado_en?: string
          documento_id?: number | null
          empresa?: string | null
          id?: never
          id_cliente?: string | null
          lote_id?: number | null
          texto: string
          tipo?: string
          usuario_id?: string | null
        }
        Update: {
          autor?: string
          contrato_id?: number
          creado_en?: string
          documento_id?: number | null
          empresa?: string | null
          id?: never
          id_cliente?: string | null
          lote_id?: number | null
          texto?: string
          tipo?: string
          usuario_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'mensajes_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'mensajes_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'mensajes_documento_fkey'
            columns: ['documento_id', 'contrato_id']
            isOneToOne: false
            referencedRelation: 'documentos_contrato'
            referencedColumns: ['id', 'contrato_id']
          },
          {
            foreignKeyName: 'mensajes_lote_fkey'
            columns: ['lote_id', 'contrato_id']
            isOneToOne: false
            referencedRelation: 'lotes_asociados'
            referencedColumns: ['id', 'contrato_id']
          },
          {
            foreignKeyName: 'mensajes_usuario_id_fkey'
            columns: ['usuario_id']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      notificaciones: {
        Row: {
          actualizado_en: string
          cantidad: number
          contrato_id: number | null
          creado_en: string
          datos: NonNullable<Json>
          en_app: boolean
          id: number
          leida_en: string | null
          orden: number
          push: boolean
          texto: string
          tipo: string
          usuario_id: string
        }
        ComputedFields: never
        Insert: {
          actualizado_en?: string
          cantidad?: number
          contrato_id?: number | null
          creado_en?: string
          datos?: NonNullable<Json>
          en_app: boolean
          id?: never
          leida_en?: string | null
          orden?: number
          push: boolean
          texto: string
          tipo: string
          usuario_id: string
        }
        Update: {
          actualizado_en?: string
          cantidad?: number
          contrato_id?: number | null
          creado_en?: string
          datos?: NonNullable<Json>
          en_app?: boolean
          id?: never
          leida_en?: string | null
          orden?: number
          push?: boolean
          texto?: string
          tipo?: string
          usuario_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'notificaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'notificaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'notificaciones_usuario_id_fkey'
            columns: ['usuario_id']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      operaciones: {
        Row: {
          anula: string | null
          centro_id: number | null
          contrato_id: number | null
          creado_en: string
          destino_id: number | null
          empresa_id: number
          en: string
          esperado_kg: number | null
          fase: string | null
          huella: string | null
          id: string
          motivo: string | null
          secuencia: number
          segundo_usuario_id: string | null
          tipo: string
          usuario_id: string | null
          veredicto: string | null
        }
        ComputedFields: never
        Insert: {
          anula?: string | null
          centro_id?: number | null
          contrato_id?: number | null
          creado_en?: string
          destino_id?: number | null
          empresa_id: number
          en: string
          esperado_kg?: number | null
          fase?: string | null
          huella?: string | null
          id?: string
          motivo?: string | null
          secuencia?: never
          segundo_usuario_id?: string | null
          tipo: string
          usuario_id?: string | null
          veredicto?: string | null
        }
        Update: {
          anula?: string | null
          centro_id?: number | null
          contrato_id?: number | null
          creado_en?: string
          destino_id?: number | null
          empresa_id?: number
          en?: string
          esperado_kg?: number | null
          fase?: string | null
          huella?: string | null
          id?: string
          motivo?: string | null
          secuencia?: never
          segundo_usuario_id?: string | null
          tipo?: string
          usuario_id?: string | null
          veredicto?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'operaciones_anula_fkey'
            columns: ['anula']
            isOneToOne: true
            referencedRelation: 'operaciones'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'operaciones_centro_id_fkey'
            columns: ['centro_id']
            isOneToOne: false
            referencedRelation: 'centros'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'operaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'operaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'operaciones_destino_id_fkey'
            columns: ['destino_id']
            isOneToOne: false
            referencedRelation: 'centros'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'operaciones_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      parametros: {
        Row: {
          creado_en: string
          creado_por: string | null
          desde: string
          empresa_id: number | null
          hasta: string | null
          id: number
          tipo: string
          usado_hasta: string | null
          valor: NonNullable<Json>
          variante: string
        }
        ComputedFields: never
        Insert: {
          creado_en?: string
          creado_por?: string | null
          desde: string
          empresa_id?: number | null
          hasta?: string | null
          id?: never
          tipo: string
          usado_hasta?: string | null
          valor: NonNullable<Json>
          variante?: string
        }
        Update: {
          creado_en?: string
          creado_por?: string | null
          desde?: string
          empresa_id?: number | null
          hasta?: string | null
          id?: never
          tipo?: string
          usado_hasta?: string | null
          valor?: NonNullable<Json>
          variante?: string
        }
        Relationships: [
          {
            foreignKeyName: 'parametros_creado_por_fkey'
            columns: ['creado_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'parametros_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      perdidas: {
        Row: {
          causa: string
          empresa_id: number
          kg: number
          operacion_id: string
        }
        ComputedFields: never
        Insert: {
          causa: string
          empresa_id: number
          kg: number
          operacion_id: string
        }
        Update: {
          causa?: string
          empresa_id?: number
          kg?: number
          operacion_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'perdidas_operacion_fkey'
            columns: ['operacion_id', 'empresa_id']
            isOneToOne: false
            referencedRelation: 'operaciones'
            referencedColumns: ['id', 'empresa_id']
          },
        ]
      }
      precios_fob: {
        Row: {
          actualizado_en: string
          calidad: string
          creado_en: string
          creado_por: string | null
          diferencial: number
          empresa_id: number | null
          fecha: string
          fuente: string
          id: number
          mercado: string
          precio_tm: number
        }
        ComputedFields: never
        Insert: {
          actualizado_en?: string
          calidad: string
          creado_en?: string
          creado_por?: string | null
          diferencial?: number
          empresa_id?: number | null
          fecha: string
          fuente?: string
          id?: never
          mercado?: string
          precio_tm: number
        }
        Update: {
          actualizado_en?: string
          calidad?: string
          creado_en?: string
          creado_por?: string | null
          diferencial?: number
          empresa_id?: number | null
          fecha?: string
          fuente?: string
          id?: never
          mercado?: string
          precio_tm?: number
        }
        Relationships: [
          {
            foreignKeyName: 'precios_fob_creado_por_fkey'
            columns: ['creado_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'precios_fob_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      precios_pendientes: {
        Row: {
          anterior_fecha: string
          anterior_tm: number
          calidad: string
          creado_en: string
          diferencial: number
          estado: string
          fecha: string
          fuente: string
          id: number
          mercado: string
          precio_tm: number
          resuelto_en: string | null
          resuelto_por: string | null
        }
        ComputedFields: never
        Insert: {
          anterior_fecha: string
          anterior_tm: number
          calidad: string
          creado_en?: string
          diferencial: number
          estado?: string
          fecha: string
          fuente: string
          id?: never
          mercado: string
          precio_tm: number
          resuelto_en?: string | null
          resuelto_por?: string | null
        }
        Update: {
          anterior_fecha?: string
          anterior_tm?: number
          calidad?: string
          creado_en?: string
          diferencial?: number
          estado?: string
          fecha?: string
          fuente?: string
          id?: never
          mercado?: string
          precio_tm?: number
          resuelto_en?: string | null
          resuelto_por?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'precios_pendientes_resuelto_por_fkey'
            columns: ['resuelto_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      preferencias: {
        Row: {
          en_app: boolean
          push: boolean
          tipo: string
          usuario_id: string
        }
        ComputedFields: never
        Insert: {
          en_app?: boolean
          push?: boolean
          tipo: string
          usuario_id?: string
        }
        Update: {
          en_app?: boolean
          push?: boolean
          tipo?: string
          usuario_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'preferencias_usuario_id_fkey'
            columns: ['usuario_id']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      productores: {
        Row: {
          activo: boolean
          correo: string | null
          creado_en: string
          empresa_id: number
          hectareas: number | null
          id: number
          identificacion: string
          nombre: string
          telefono: string | null
        }
        ComputedFields: never
        Insert: {
          activo?: boolean
          correo?: string | null
          creado_en?: string
          empresa_id?: number
          hectareas?: number | null
          id?: never
          identificacion: string
          nombre: string
          telefono?: string | null
        }
        Update: {
          activo?: boolean
          correo?: string | null
          creado_en?: string
          empresa_id?: number
          hectareas?: number | null
          id?: never
          identificacion?: string
          nombre?: string
          telefono?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'productores_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      productos: {
        Row: {
          empresa_id: number
          kg: number
          lote_id: string
          operacion_id: string
        }
        ComputedFields: never
        Insert: {
          empresa_id: number
          kg: number
          lote_id: string
          operacion_id: string
        }
        Update: {
          empresa_id?: number
          kg?: number
          lote_id?: string
          operacion_id?: string
        }
        Relationships: [
          {
            foreignKeyName: 'productos_lote_id_fkey'
            columns: ['lote_id']
            isOneToOne: true
            referencedRelation: 'lotes'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'productos_operacion_fkey'
            columns: ['operacion_id', 'empresa_id']
            isOneToOne: false
            referencedRelation: 'operaciones'
            referencedColumns: ['id', 'empresa_id']
          },
        ]
      }
      relaciones: {
        Row: {
          avisada: boolean
          con_id: number | null
          contrato_id: number | null
          correo: string | null
          estado: string
          id: number
          motivo: string | null
          para_id: number | null
          propone_id: number
          propuesta_en: string
          propuesta_por: string | null
          respondida_en: string | null
          respondida_por: string | null
          ruc: string | null
          terminada_en: string | null
          terminada_por: string | null
        }
        ComputedFields: never
        Insert: {
          avisada?: boolean
          con_id?: number | null
          contrato_id?: number | null
          correo?: string | null
          estado?: string
          id?: never
          motivo?: string | null
          para_id?: number | null
          propone_id: number
          propuesta_en?: string
          propuesta_por?: string | null
          respondida_en?: string | null
          respondida_por?: string | null
          ruc?: string | null
          terminada_en?: string | null
          terminada_por?: string | null
        }
        Update: {
          avisada?: boolean
          con_id?: number | null
          contrato_id?: number | null
          correo?: string | null
          estado?: string
          id?: never
          motivo?: string | null
          para_id?: number | null
          propone_id?: number
          propuesta_en?: string
          propuesta_por?: string | null
          respondida_en?: string | null
          respondida_por?: string | null
          ruc?: string | null
          terminada_en?: string | null
          terminada_por?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'relaciones_con_id_fkey'
            columns: ['con_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'relaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'relaciones_contrato_id_fkey'
            columns: ['contrato_id']
            isOneToOne: false
            referencedRelation: 'kpis_contratos'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'relaciones_para_id_fkey'
            columns: ['para_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'relaciones_propone_id_fkey'
            columns: ['propone_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'relaciones_propuesta_por_fkey'
            columns: ['propuesta_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'relaciones_respondida_por_fkey'
            columns: ['respondida_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'relaciones_terminada_por_fkey'
            columns: ['terminada_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
      retenciones: {
        Row: {
          creada_en: string
          creada_por: string | null
          empresa_id: number
          id: number
          levantada_en: string | null
          levantada_motivo: string | null
          levantada_por: string | null
          lote_id: string
          motivo: string
          retiro_id: string | null
        }
        ComputedFields: never
        Insert: {
          creada_en?: string
          creada_por?: string | null
          empresa_id: number
          id?: never
          levantada_en?: string | null
          levantada_motivo?: string | null
          levantada_por?: string | null
          lote_id: string
          motivo: string
          retiro_id?: string | null
        }
        Update: {
          creada_en?: string
          creada_por?: string | null
          empresa_id?: number
          id?: never
          levantada_en?: string | null
          levantada_motivo?: string | null
          levantada_por?: string | null
          lote_id?: string
          motivo?: string
          retiro_id?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'retenciones_lote_fkey'
            columns: ['empresa_id', 'lote_id']
            isOneToOne: false
            referencedRelation: 'lotes'
            referencedColumns: ['empresa_id', 'id']
          },
        ]
      }
      usuarios: {
        Row: {
          activo: boolean
          actualizado_en: string
          creado_en: string
          empresa_id: number | null
          id: string
          idioma: string
          invitado_por: string | null
          nombre: string
          rol: string
          sesiones_cerradas_en: string | null
          telefono: string | null
        }
        ComputedFields: never
        Insert: {
          activo?: boolean
          actualizado_en?: string
          creado_en?: string
          empresa_id?: number | null
          id: string
          idioma?: string
          invitado_por?: string | null
          nombre: string
          rol: string
          sesiones_cerradas_en?: string | null
          telefono?: string | null
        }
        Update: {
          activo?: boolean
          actualizado_en?: string
          creado_en?: string
          empresa_id?: number | null
          id?: string
          idioma?: string
          invitado_por?: string | null
          nombre?: string
          rol?: string
          sesiones_cerradas_en?: string | null
          telefono?: string | null
        }
        Relationships: [
          {
            foreignKeyName: 'usuarios_empresa_id_fkey'
            columns: ['empresa_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'usuarios_invitado_por_fkey'
            columns: ['invitado_por']
            isOneToOne: false
            referencedRelation: 'usuarios'
            referencedColumns: ['id']
          },
        ]
      }
    }
    Views: {
      kpis_contratos: {
        Row: {
          avance_pct: number | null
          calidad: string | null
          codigo: string
          contraparte_id: number
          contratado_tm: number
          dias_atraso: number | null
          entregado: boolean | null
          entregado_tm: number | null
          estado: string
          exportado_tm: number | null
          exportadora_id: number
          fecha_entrega: string | null
          id: number
          lotes: number
          pendiente_tm: number | null
          sobre_tolerancia_tm: number | null
          tolerancia_pct: number
        }
        ComputedFields: never
        Relationships: [
          {
            foreignKeyName: 'contratos_contraparte_id_fkey'
            columns: ['contraparte_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
          {
            foreignKeyName: 'contratos_exportadora_id_fkey'
            columns: ['exportadora_id']
            isOneToOne: false
            referencedRelation: 'empresas'
            referencedColumns: ['id']
          },
        ]
      }
      kpis_totales: {
        Row: {
          cantidad: number | null
          clave: string | null
          empresa_id: number | null
          fecha: string | null
          grupo: string | null
          humedad_qq: number | null
          inicial_qq: number | null
          medida: string | null
          n: number | null
          papel: string | null
          usd: number | null
        }
        ComputedFields: never
        Relationships: []
      }
    }
    Functions: {
      aceptar_contrato: {
        Args: { contrato_id: number; version?: string }
        Returns: {
          actualizado_en: string
          archivo_pdf: string | null
          calidad: string | null
          cerrado_en: string | null
          cierre: string
          codigo: string
          contraparte_acepto_en: string | null
          contraparte_id: number
          creado_en: string
          creado_por: string | null
          dias_confirmacion: number
          eliminado_en: string | null
          estado: string
          exportadora_acepto_en: string | null
          exportadora_id: number
          fecha_entrega: string | null
          fecha_firma: string | null
          id: number
          modalidad_precio: string
          observaciones: string | null
          propuesto_a: number[] | null
          rechazado_como: string | null
          rechazado_en: string | null
          rechazo_motivo: string | null
          tolerancia_pct: number
          volumen_tm: number
        }
        SetofOptions: {
          from: '*'
          to: 'contratos'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      aceptar_invitacion: { Args: { contrasena?: string; nombre?: string; testigo: string }; Returns: Json }
      anular_operacion: { Args: { id?: string; motivo: string; operacion: string }; Returns: Json }
      bloquear_empresa: { Args: { empresa_id: number }; Returns: undefined }
      cerrar_sesiones: { Args: { usuario_id?: string }; Returns: undefined }
      confirmar_ajuste: { Args: { id: number }; Returns: Json }
      crear_contrato: {
        Args: {
          calidad?: string
          cierre?: string
          contraparte_id?: number
          dias_confirmacion?: number
          diferencial_tm?: number
          exportadora_id?: number
          fecha_entrega?: string
          fecha_firma?: string
          modalidad_precio?: string
          observaciones?: string
          precio_fijado_tm?: number
          proveedores?: number[]
          tolerancia_pct?: number
          volumen_tm: number
        }
        Returns: {
          actualizado_en: string
          archivo_pdf: string | null
          calidad: string | null
          cerrado_en: string | null
          cierre: string
          codigo: string
          contraparte_acepto_en: string | null
          contraparte_id: number
          creado_en: string
          creado_por: string | null
          dias_confirmacion: number
          eliminado_en: string | null
          estado: string
          exportadora_acepto_en: string | null
          exportadora_id: number
          fecha_entrega: string | null
          fecha_firma: string | null
          id: number
          modalidad_precio: string
          observaciones: string | null
          propuesto_a: number[] | null
          rechazado_como: string | null
          rechazado_en: string | null
          rechazo_motivo: string | null
          tolerancia_pct: number
          volumen_tm: number
        }
        SetofOptions: {
          from: '*'
          to: 'contratos'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      dejar_contrato: { Args: { contrato_id: number }; Returns: undefined }
      desbloquear_empresa: { Args: { empresa_id: number }; Returns: undefined }
      destino_de_lote: { Args: { detalle?: boolean; lote: string }; Returns: Json }
      diferencial_tm: {
        Args: {
          contrato: Omit<
            Database['public']['Tables']['contratos']['Row'],
            Database['public']['Tables']['contratos']['ComputedFields']
          >
        }
        Returns: number
      }
      elegir_serie_contratos: { Args: { serie: string }; Returns: string }
      eliminar_contrato: {
        Args: { contrato_id: number }
        Returns: {
          actualizado_en: string
          archivo_pdf: string | null
          calidad: string | null
          cerrado_en: string | null
          cierre: string
          codigo: string
          contraparte_acepto_en: string | null
          contraparte_id: number
          creado_en: string
          creado_por: string | null
          dias_confirmacion: number
          eliminado_en: string | null
          estado: string
          exportadora_acepto_en: string | null
          exportadora_id: number
          fecha_entrega: string | null
          fecha_firma: string | null
          id: number
          modalidad_precio: string
          observaciones: string | null
          propuesto_a: number[] | null
          rechazado_como: string | null
          rechazado_en: string | null
          rechazo_motivo: string | null
          tolerancia_pct: number
          volumen_tm: number
        }
        SetofOptions: {
          from: '*'
          to: 'contratos'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      empresas_bloqueadas: {
        Args: Record<PropertyKey, never>
        Returns: {
          bloqueada_en: string
          id: number
          nombre: string
        }[]
      }
      ficha_empresa: {
        Args: { empresa_id: number }
        Returns: {
          activo: boolean
          actualizado_en: string
          creado_en: string
          id: number
          nombre: string
          ruc: string
          siglas: string | null
          tipo: string
        }
        SetofOptions: {
          from: '*'
          to: 'empresas'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      inventario: { Args: { centro_id?: number; desde?: string; hasta?: string }; Returns: Json }
      invitar: { Args: { email: string; empresa_id?: number; rol?: string }; Returns: Json }
      kpis: {
        Args: { agrupar?: string; desde?: string; dias?: number; empresa?: number; hasta?: string }
        Returns: Json
      }
      kpis_produccion: { Args: { desde?: string; empresa?: number; hasta?: string }; Returns: Json }
      leer_notificaciones: { Args: { ids?: number[] }; Returns: number }
      levantar_retencion: { Args: { lote: string; motivo: string }; Returns: undefined }
      lotes_prometidos: {
        Args: { contrato: number }
        Returns: {
          asociado_id: number
          certificaciones: string[]
          codigo_lote: string
          condicion: string
          embarcado: boolean
          empresa_id: number
          estado: string
          humedad_pct: number
          kg: number
          lote: string
          origen_compartido: string
        }[]
      }
      mis_propuestas: {
        Args: { despues_de?: number; limite?: number }
        Returns: {
          codigo: string
          contraparte: string
          contrato_id: number
          exportadora: string
          papel: string
          propone: string
          propuesto_en: string
        }[]
      }
      mis_relaciones: { Args: { despues_de?: number; estado?: string; limite?: number }; Returns: Json[] }
      origen_compartido: { Args: { asociado: number }; Returns: Json }
      origen_de_lote: { Args: { detalle?: boolean; lote: string }; Returns: Json }
      parametros_vigentes: {
        Args: { fecha?: string }
        Returns: {
          desde: string
          hasta: string
          id: number
          propio: boolean
          tipo: string
          valor: Json
          variante: string
        }[]
      }
      perfil: { Args: Record<PropertyKey, never>; Returns: Json }
      precio_fijado_tm: {
        Args: {
          contrato: Omit<
            Database['public']['Tables']['contratos']['Row'],
            Database['public']['Tables']['contratos']['ComputedFields']
          >
        }
        Returns: number
      }
      precios_vigentes: {
        Args: { calidad?: string; fecha?: string; mercado?: string }
        Returns: {
          actualizado_en: string
          calidad: string
          creado_en: string
          creado_por: string | null
          diferencial: number
          empresa_id: number | null
          fecha: string
          fuente: string
          id: number
          mercado: string
          precio_tm: number
        }[]
        SetofOptions: {
          from: '*'
          to: 'precios_fob'
          isOneToOne: false
          isSetofReturn: true
        }
      }
      proponer_ajuste: { Args: { kg_contado: number; lote: string; motivo: string }; Returns: number }
      proponer_enmienda: {
        Args: { cambios: Json; contrato_id: number; nota?: string }
        Returns: {
          cambios: NonNullable<Json>
          contrato_id: number
          de_version: number
          estado: string
          id: number
          motivo: string | null
          n: number
          nota: string | null
          propuesta_empresa: number
          propuesta_en: string
          propuesta_por: string
          respondida_empresa: number | null
          respondida_en: string | null
          respondida_por: string | null
          vence_en: string
        }
        SetofOptions: {
          from: '*'
          to: 'enmiendas'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      proponer_relacion: { Args: { correo?: string; empresa_id?: number; ruc?: string }; Returns: Json }
      push_muertas: {
        Args: { tope?: number }
        Returns: {
          creado_en: string
          id: number
          intentos: number
          motivo: string
          notificacion_id: number
          plataforma: string
          usuario_id: string
        }[]
      }
      reabrir_contrato: {
        Args: { contrato_id: number; motivo: string }
        Returns: {
          actualizado_en: string
          archivo_pdf: string | null
          calidad: string | null
          cerrado_en: string | null
          cierre: string
          codigo: string
          contraparte_acepto_en: string | null
          contraparte_id: number
          creado_en: string
          creado_por: string | null
          dias_confirmacion: number
          eliminado_en: string | null
          estado: string
          exportadora_acepto_en: string | null
          exportadora_id: number
          fecha_entrega: string | null
          fecha_firma: string | null
          id: number
          modalidad_precio: string
          observaciones: string | null
          propuesto_a: number[] | null
          rechazado_como: string | null
          rechazado_en: string | null
          rechazo_motivo: string | null
          tolerancia_pct: number
          volumen_tm: number
        }
        SetofOptions: {
          from: '*'
          to: 'contratos'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      rechazar_ajuste: { Args: { id: number }; Returns: undefined }
      rechazar_contrato: { Args: { contrato_id: number; motivo: string }; Returns: undefined }
      registrar_dispositivo: {
        Args: { plataforma: string; token: string }
        Returns: {
          creado_en: string
          id: number
          plataforma: string
          token: string
          usuario_id: string
          visto_en: string
        }
        SetofOptions: {
          from: '*'
          to: 'dispositivos'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      registrar_operacion: {
        Args: {
          centro_id?: number
          contrato_id?: number
          destino_id?: number
          en?: string
          entradas?: Json
          fase?: string
          id?: string
          motivo?: string
          perdidas?: Json
          salidas?: Json
          tipo: string
        }
        Returns: Json
      }
      resolver_precio: {
        Args: { confirmar: boolean; pendiente: number }
        Returns: {
          anterior_fecha: string
          anterior_tm: number
          calidad: string
          creado_en: string
          diferencial: number
          estado: string
          fecha: string
          fuente: string
          id: number
          mercado: string
          precio_tm: number
          resuelto_en: string | null
          resuelto_por: string | null
        }
        SetofOptions: {
          from: '*'
          to: 'precios_pendientes'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      responder_enmienda: {
        Args: { acepta: boolean; id: number; motivo?: string }
        Returns: {
          cambios: NonNullable<Json>
          contrato_id: number
          de_version: number
          estado: string
          id: number
          motivo: string | null
          n: number
          nota: string | null
          propuesta_empresa: number
          propuesta_en: string
          propuesta_por: string
          respondida_empresa: number | null
          respondida_en: string | null
          respondida_por: string | null
          vence_en: string
        }
        SetofOptions: {
          from: '*'
          to: 'enmiendas'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      responder_fijacion: {
        Args: { acepta: boolean; id: number; motivo?: string }
        Returns: {
          anulada_en: string | null
          anulada_por: string | null
          confirmada_en: string | null
          confirmada_por: string | null
          contrato_id: number
          creado_en: string
          creado_por: string | null
          diferencial: number
          empresa_id: number | null
          fecha: string
          id: number
          motivo: string | null
          ny: number
          precio_tm: number
          tm: number
          vence_en: string | null
        }
        SetofOptions: {
          from: '*'
          to: 'fijaciones'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      responder_relacion: { Args: { acepta: boolean; id: number; motivo?: string }; Returns: Json }
      retener_lote: { Args: { lote: string; motivo: string }; Returns: number }
      retirar_enmienda: {
        Args: { id: number }
        Returns: {
          cambios: NonNullable<Json>
          contrato_id: number
          de_version: number
          estado: string
          id: number
          motivo: string | null
          n: number
          nota: string | null
          propuesta_empresa: number
          propuesta_en: string
          propuesta_por: string
          respondida_empresa: number | null
          respondida_en: string | null
          respondida_por: string | null
          vence_en: string
        }
        SetofOptions: {
          from: '*'
          to: 'enmiendas'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      retirar_propuesta: {
        Args: { contrato_id: number }
        Returns: {
          actualizado_en: string
          archivo_pdf: string | null
          calidad: string | null
          cerrado_en: string | null
          cierre: string
          codigo: string
          contraparte_acepto_en: string | null
          contraparte_id: number
          creado_en: string
          creado_por: string | null
          dias_confirmacion: number
          eliminado_en: string | null
          estado: string
          exportadora_acepto_en: string | null
          exportadora_id: number
          fecha_entrega: string | null
          fecha_firma: string | null
          id: number
          modalidad_precio: string
          observaciones: string | null
          propuesto_a: number[] | null
          rechazado_como: string | null
          rechazado_en: string | null
          rechazo_motivo: string | null
          tolerancia_pct: number
          volumen_tm: number
        }
        SetofOptions: {
          from: '*'
          to: 'contratos'
          isOneToOne: true
          isSetofReturn: false
        }
      }
      saldo_kg: {
        Args: {
          lote: Omit<
            Database['public']['Tables']['lotes']['Row'],
            Database['public']['Tables']['lotes']['ComputedFields']
          >
        }
        Returns: number
      }
      serie_contratos: { Args: Record<PropertyKey, never>; Returns: string }
      siguiente_nombre_documento: {
        Args: { contrato_id: number; etiqueta?: string; extension?: string; tipo: string }
        Returns: string
      }
      terminar_relacion: { Args: { id: number; motivo?: string }; Returns: Json }
      volumen_productor: { Args: { anio: number; productor: number }; Returns: Json }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema['Enums']
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema['CompositeTypes']
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {},
  },
} as const
