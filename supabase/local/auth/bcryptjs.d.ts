/** What `overrides` of package.json puts in the place of bcryptjs: the native bcrypt. */
declare module 'bcryptjs' {
  const bcrypt: {
    hashSync(password: string, rounds: number): string
    compareSync(password: string, hash: string): boolean
  }
  export default bcrypt
}
