/** A subscription that cannot be; the message goes to the client. */
export class ChangesError extends Error {
  override name = 'ChangesError'
}
