import type { Receta } from './receta.ts'

export const ENMIENDAS: readonly Receta[] = [
  {
    id: 'aceptarEnmienda',
    quien: 'carlos',
    // What editarContrato proposed.
    ruta: ({ visto }) => `/contratos/${visto.crearContrato.codigo}/enmiendas/1/aceptar`,
  },
  {
    id: 'proponerEnmienda',
    quien: 'carlos',
    ruta: ({ visto }) => `/contratos/${visto.crearContrato.codigo}/enmiendas`,
    headers: { 'Idempotency-Key': 'otro-barco' },
    cuerpo: {
      cambios: { volumen_tm: '240.00', fecha_entrega: '2026-04-30' },
      nota: 'El barco sale un mes después, con 20 TM más.',
    },
  },
  {
    id: 'rechazarEnmienda',
    quien: 'ana',
    ruta: ({ visto }) => `/contratos/${visto.crearContrato.codigo}/enmiendas/2/rechazar`,
    cuerpo: { motivo: 'El cliente espera la carga en marzo.' },
  },
  {
    id: 'retirarEnmienda',
    quien: 'ana',
    ruta: ({ visto }) => `/contratos/${visto.crearContrato.codigo}/enmiendas/3/retirar`,
    async antes({ pedir, visto }) {
      const cuerpo = { cambios: { dias_confirmacion: 3 } }
      await pedir('ana', 'POST', `/contratos/${visto.crearContrato.codigo}/enmiendas`, cuerpo)
    },
  },
  {
    id: 'listarEnmiendas',
    quien: 'ana',
    ruta: ({ visto }) => `/contratos/${visto.crearContrato.codigo}/enmiendas?limite=2`,
  },
  {
    id: 'listarVersiones',
    quien: 'ana',
    ruta: ({ visto }) => `/contratos/${visto.crearContrato.codigo}/versiones`,
  },
  {
    id: 'confirmarFijacion',
    quien: 'ana',
    ruta: ({ visto }) =>
      `/contratos/${visto.porConfirmar.contrato}/fijaciones/${visto.porConfirmar.fijacion}/confirmar`,
    async antes({ pedir, visto }) {
      const nuevo = { contraparte_id: 2, volumen_tm: 50, modalidad_precio: 'por fijar', dias_confirmacion: 3 }
      const contrato = (await pedir('ana', 'POST', '/contratos', nuevo)).cuerpo.codigo
      const fijada = { tm: 20, ny: 5900, diferencial: -700, fecha: '2026-01-20' }
      const { cuerpo } = await pedir('carlos', 'POST', `/contratos/${contrato}/fijaciones`, fijada)
      visto.porConfirmar = { contrato, fijacion: cuerpo.id }
    },
  },
]
