/** An input that no calculation holds for; `campo` is the field to blame. */
export class EntradaInvalida extends Error {
  override name = 'EntradaInvalida'
  readonly campo: string
  readonly clave: 'datos_invalidos' | 'parametro_sin_definir'

  constructor(campo: string, mensaje: string, clave: EntradaInvalida['clave'] = 'datos_invalidos') {
    super(mensaje)
    this.campo = campo
    this.clave = clave
  }
}
