import { createClient } from '@supabase/supabase-js'
import type { Cocina, Receta } from './receta.ts'

const CORREO = 'lucia@agroarriba.test'
const CLAVE = 'una-clave-de-ejemplo'
const TOKEN = 'eJ4mpl0-de-token-de-Firebase:APA91b'

export const PERSONAS: readonly Receta[] = [
  { id: 'listarNotificaciones', quien: 'carlos', ruta: '/notificaciones?limite=2' },
  {
    id: 'leerNotificaciones',
    quien: 'carlos',
    ruta: '/notificaciones/leidas',
    cuerpo: ({ visto }: Cocina) => ({ ids: [visto.listarNotificaciones.notificaciones[0].id] }),
  },
  {
    id: 'registrarDispositivo',
    quien: 'carlos',
    ruta: '/dispositivos',
    cuerpo: { token: TOKEN, plataforma: 'android' },
  },
  { id: 'quitarDispositivo', quien: 'carlos', ruta: `/dispositivos/${encodeURIComponent(TOKEN)}` },
  { id: 'verPerfil', quien: 'ana', ruta: '/perfil' },
  {
    id: 'editarPerfil',
    quien: 'ana',
    ruta: '/perfil',
    cuerpo: { telefono: '+593991234567', preferencias: { mensaje: { push: false } } },
  },
  {
    id: 'invitar',
    quien: 'ana',
    ruta: '/invitaciones',
    cuerpo: { email: CORREO },
  },
  { id: 'listarInvitaciones', quien: 'ana', ruta: '/invitaciones?limite=1' },
  {
    id: 'aceptarInvitacion',
    quien: 'ana',
    ruta: '/invitaciones/aceptar',
    cuerpo: ({ visto }: Cocina) => ({ testigo: new URL(visto.invitar.enlace).searchParams.get('testigo') }),
    // Whoever was invited had an account already.
    async antes({ env }) {
      const options = { auth: { persistSession: false, autoRefreshToken: false } }
      const { auth } = createClient(env.SUPABASE_URL, env.SUPABASE_SECRET_KEY, options)
      await auth.admin.createUser({
        email: CORREO,
        password: CLAVE,
        email_confirm: true,
        user_metadata: { nombre: 'Lucía Mora' },
      })
      const own = createClient(env.SUPABASE_URL, env.SUPABASE_PUBLISHABLE_KEY, options)
      const { data, error } = await own.auth.signInWithPassword({ email: CORREO, password: CLAVE })
      if (error) throw error
      return { token: data.session.access_token }
    },
  },
  {
    id: 'anularInvitacion',
    quien: 'ana',
    ruta: ({ visto }) => `/invitaciones/${visto.segunda.id}`,
    async antes({ pedir, visto }) {
      visto.segunda = (await pedir('ana', 'POST', '/invitaciones', { email: 'pedro@agroarriba.test' })).cuerpo
    },
  },
  { id: 'listarUsuarios', quien: 'ana', ruta: '/usuarios?activo=true&limite=2' },
  {
    id: 'editarUsuario',
    quien: 'teresa',
    ruta: ({ visto }) => `/usuarios/${visto.aceptarInvitacion.id}`,
    cuerpo: { activo: false },
  },
  {
    id: 'cerrarSesiones',
    quien: 'teresa',
    ruta: ({ visto }) => `/usuarios/${visto.aceptarInvitacion.id}/cerrar-sesiones`,
  },
  {
    id: 'crearEmpresa',
    quien: 'teresa',
    ruta: '/empresas',
    cuerpo: { ruc: '0991503102001', nombre: 'Cacao del Guayas', tipo: 'exportadora', siglas: 'GUAYAS' },
  },
  {
    id: 'editarEmpresa',
    quien: 'teresa',
    ruta: ({ visto }) => `/empresas/${visto.crearEmpresa.id}`,
    cuerpo: { nombre: 'Cacao del Guayas S.A.' },
  },
]
