import { expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { makeUser, newEmail, ok, person, signIn } from './support.ts'

const stack = inject('stack')
const { admin } = client(stack.supabaseUrl, stack.secretKey).auth

/** 41 characters and 77 bytes: bcrypt reads 72 of them, which are the same for any ending. */
const LONG = `${'ñ'.repeat(36)}Clave`
/** 72 bytes. */
const LONGEST = 'ñ'.repeat(36)
const TOO_LONG = {
  status: 400,
  code: 'validation_failed',
  message: 'Password cannot be longer than 72 characters',
}

test('nadie se registra con una contraseña de más de 72 bytes', async () => {
  const email = newEmail()
  expect((await person().auth.signUp({ email, password: LONG })).error).toMatchObject(TOO_LONG)
  expect((await signIn(email, `${'ñ'.repeat(36)}OTRA!`)).error).not.toBeNull()
})

test('ni la cambia por una, ni se la da un administrador', async () => {
  const { email, id } = await makeUser()
  const who = person()
  ok(await who.auth.signInWithPassword({ email: email!, password: 'cacao-demo-2025' }))
  expect((await who.auth.updateUser({ password: LONG })).error).toMatchObject(TOO_LONG)
  expect((await admin.updateUserById(id, { password: LONG })).error).toMatchObject(TOO_LONG)
  expect((await admin.createUser({ email: newEmail(), password: LONG })).error).toMatchObject(TOO_LONG)
  expect((await signIn(email!)).error).toBeNull()
})

test('con 72 bytes entra ella y ninguna que solo empiece igual', async () => {
  const email = newEmail()
  ok(await person().auth.signUp({ email, password: LONGEST }))
  expect((await signIn(email, LONGEST)).error).toBeNull()
  for (const other of [`${LONGEST}x`, LONGEST.slice(1), `${LONGEST.slice(1)}Ñ`])
    expect((await signIn(email, other)).error).toMatchObject({ code: 'invalid_credentials' })
})
