/** Claims of an access token, in the words and the order of GoTrue's. */
export interface AccessClaims extends Record<string, unknown> {
  iss: string
  sub: string
  aud: string
  exp: number
  iat: number
  email: string
  phone: string
  role: string
  aal: string
  session_id: string
  is_anonymous: boolean
}
