import { createClient } from '@supabase/supabase-js'
import { DEMO_PASSWORD } from '../seed.ts'
import type { Cocina, Receta } from './receta.ts'

/** The token of an account that no other recipe asks with. */
async function entrar({ env }: Cocina, email: string) {
  const { auth } = createClient(env.SUPABASE_URL, env.SUPABASE_PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
  const { data, error } = await auth.signInWithPassword({ email, password: DEMO_PASSWORD })
  if (error) throw error
  return { token: data.session.access_token }
}
const cesar = (cocina: Cocina) => entrar(cocina, 'centro@rival.test')
const rita = (cocina: Cocina) => entrar(cocina, 'exportadora@rival.test')

/** A contract that Rita proposes to Carlos's centre, which does not know her company. */
const deRita = async (cocina: Cocina) => {
  const quien = await rita(cocina)
  cocina.visto.propuesto = (
    await cocina.pedir(quien, 'POST', '/contratos', { contraparte_id: 2, volumen_tm: 30 })
  ).cuerpo
  return quien
}

export const RELACIONES: readonly Receta[] = [
  {
    id: 'proponerRelacion',
    quien: 'ana',
    ruta: '/relaciones',
    cuerpo: { empresa_id: 5 },
  },
  { id: 'listarRelaciones', quien: 'ana', ruta: '/relaciones?limite=2' },
  {
    id: 'aceptarRelacion',
    quien: null,
    ruta: ({ visto }) => `/relaciones/${visto.proponerRelacion.id}/aceptar`,
    antes: cesar,
  },
  {
    id: 'terminarRelacion',
    quien: 'ana',
    ruta: ({ visto }) => `/relaciones/${visto.proponerRelacion.id}/terminar`,
    cuerpo: { motivo: 'Ya no compramos en esa zona.' },
  },
  {
    id: 'rechazarRelacion',
    quien: 'carlos',
    ruta: ({ visto }) => `/relaciones/${visto.deCesar.id}/rechazar`,
    cuerpo: { motivo: 'No trabajamos con otros centros.' },
    async antes(cocina) {
      const quien = await cesar(cocina)
      cocina.visto.deCesar = (await cocina.pedir(quien, 'POST', '/relaciones', { empresa_id: 2 })).cuerpo
    },
  },
  {
    id: 'listarPropuestas',
    quien: 'carlos',
    ruta: '/propuestas',
    antes: async (c) => void (await deRita(c)),
  },
  {
    id: 'retirarContrato',
    quien: null,
    ruta: ({ visto }) => `/contratos/${visto.propuesto.codigo}/retirar`,
    antes: rita,
  },
  {
    id: 'aceptarContrato',
    quien: 'carlos',
    ruta: ({ visto }) => `/contratos/${visto.propuesto.codigo}/aceptar`,
    antes: async (c) => void (await deRita(c)),
  },
  {
    id: 'rechazarContrato',
    quien: 'ana',
    ruta: ({ visto }) => `/contratos/${visto.deCarlos.codigo}/rechazar`,
    cuerpo: { motivo: 'El volumen no es el que hablamos.' },
    async antes({ pedir, visto }) {
      visto.deCarlos = (
        await pedir('carlos', 'POST', '/contratos', { exportadora_id: 1, volumen_tm: 900 })
      ).cuerpo
    },
  },
  {
    id: 'dejarContrato',
    quien: null,
    ruta: ({ visto }) => `/contratos/${visto.conFinca.codigo}/dejar`,
    async antes(cocina) {
      const datos = { contraparte_id: 2, volumen_tm: 15, proveedores: [3] }
      cocina.visto.conFinca = (await cocina.pedir('ana', 'POST', '/contratos', datos)).cuerpo
      return entrar(cocina, 'proveedor@finca-san-jose.test')
    },
  },
  { id: 'bloquearEmpresa', quien: 'ana', ruta: '/empresas/5/bloqueo' },
  { id: 'desbloquearEmpresa', quien: 'ana', ruta: '/empresas/5/bloqueo' },
]
