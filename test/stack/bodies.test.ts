import { describe, expect, test } from 'vitest'
import { callAsMember, json, raw } from './raw.ts'

callAsMember()

describe('ningún cuerpo da un 500', () => {
  const BODIES = [
    '',
    'null',
    '1',
    '"x"',
    '[]',
    '[[]]',
    '[null]',
    '[1]',
    '[{}]',
    '[{},null]',
    '{}',
    '{',
    '\xff\xfe',
    '\u0000',
    '"\\u0000"',
    ...[
      'null',
      '1',
      '1e999',
      '99999999999999999999999',
      '""',
      '"\\u0000"',
      '"\\ud800"',
      '"x"',
      '[]',
      '{}',
      'true',
      '{"a":{"b":[1]}}',
    ].map(
      (value) =>
        `{${'email password phone token token_hash type refresh_token data code_challenge redirect_to id ids contrato_id texto observaciones volumen_tm nota mensaje'
          .split(' ')
          .map((name) => `"${name}":${value}`)
          .join(',')}}`,
    ),
    ...['"\\u0000"', 'null', '1', '[]', '{}', '"x"'].flatMap((value) => [
      `{"email":"ana@example.com","password":${value}}`,
      `{"email":${value},"password":"secreto-largo"}`,
      `{"type":"magiclink","email":"ana@example.com","token":${value}}`,
      `{"type":${value},"token_hash":"x"}`,
      `{"refresh_token":${value}}`,
      `{"contrato_id":1,"texto":${value}}`,
      `[{"contrato_id":1,"texto":${value}}]`,
      `{"ids":${value}}`,
      `{"data":{"x":${value}},"email":"ana@example.com","password":"secreto-largo"}`,
    ]),
  ]
  const auth =
    'token?grant_type=password token?grant_type=refresh_token token?grant_type=pkce token?grant_type=id_token token signup otp magiclink recover resend verify user admin/users admin/generate_link invite factors reauthenticate authorize?provider=x sso callback'
      .split(' ')
      .map((name) => `/auth/v1/${name}`)
  const rest =
    'mensajes contratos lecturas dispositivos rpc/leer_notificaciones rpc/crear_contrato precios_fob parametros mis_contratos '
      .split(' ')
      .map((name) => `/rest/v1/${name}`)
  const others =
    '/realtime/v1/api/broadcast /realtime/v1/api/broadcast/a/events/b /storage/v1/object/list/contratos /storage/v1/object/sign/contratos/a.pdf /storage/v1/object/copy /functions/v1/contratos /functions/v1/perfil /functions/v1/notificaciones/leidas /functions/v1/calculadora/fob'.split(
      ' ',
    )
  test.each([...auth, ...rest, ...others])(
    '%s, con cualquier cuerpo',
    async (target) => {
      const tries = ['POST', target.startsWith('/rest') ? 'PATCH' : 'PUT'].flatMap((verb) =>
        BODIES.map(async (content) => ({ verb, content, ...(await raw(verb, target, json(content))) })),
      )
      const wrong = (await Promise.all(tries)).filter(({ status }) => status >= 500 || status === 0)
      expect(wrong).toEqual([])
    },
    60_000,
  )
})
