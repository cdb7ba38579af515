import { readBodyAs } from '../../http/input.ts'
import { editarPerfil, editarPreferencias, verPerfil } from '../../personas/queries.ts'
import { EdicionPerfilSchema } from '../../personas/schemas.ts'
import { asUser } from '../../session/as-user.ts'
import { exigirCuenta } from '../../session/no-row.ts'

/** PUT /perfil — name, phone, language and what the caller is told of. Rule: RLS of usuarios and preferencias. */
export default asUser(async (event, db) => {
  const { preferencias, ...datos } = await readBodyAs(event, EdicionPerfilSchema)
  return db.transaction(async (tx) => {
    await tx.query(exigirCuenta)
    if (Object.keys(datos).length > 0) await tx.query(editarPerfil, [datos])
    if (preferencias) await tx.query(editarPreferencias, [preferencias])
    return tx.one(verPerfil)
  })
})
