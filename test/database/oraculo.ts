// What the graph of lots should hold, told in memory by whole grams, whole percents and days: who may do what, in the
// order in which the database looks, and what is left.

/** Days after it are now: what a count writes is dated when it is confirmed. */
export const AHORA = 29
export const CONDICIONES: readonly string[] = ['baba', 'escurrido', 'semiseco', 'seco', 'transformado']
/** Moisture of what is received in each of them, and what drying brings it to. */
export const HUMEDADES = [57, 50, 25, 7]
export const SECO = 7

export interface Lote {
  id: string
  gramos: number
  de: number
  anulado: boolean
  embarcado: boolean
  /** Which of the places, or null on its way. */
  centro: number | null
  condicion: number
  humedad: number | null
}
export interface Operacion {
  id: string
  dia: number
  toma: [lote: number, gramos: number][]
  anulada: boolean
  /** Of what left for a place: what arrives goes there unless it is said. */
  destino: number | null
}
/** What is about to be registered. */
export interface Intento {
  tipo: string
  toma: [lote: number, gramos: number][]
  dia: number
  fase: 'salida' | 'llegada' | null
  /** Of a transfer; null is not said. */
  destino: number | null
}

export class Oraculo {
  lotes: Lote[] = []
  operaciones: Operacion[] = []

  saldo(lote: number): number {
    const { gramos, anulado } = this.lotes[lote]!
    if (anulado) return 0
    const tomado = this.operaciones.flatMap(({ toma, anulada }) => (anulada ? [] : toma))
    return tomado.reduce((queda, [cual, cuanto]) => (cual === lote ? queda - cuanto : queda), gramos)
  }

  /** Where what is said to arrive without saying where was sent. */
  destinoDe({ toma, fase, destino }: Intento): number | null {
    if (destino !== null || fase !== 'llegada') return destino
    return this.operaciones[this.lotes[toma[0]![0]]!.de]!.destino
  }

  /** The key of the refusal, or nothing. */
  niega(intento: Intento): string | undefined {
    const { tipo, toma, dia } = intento
    for (const [lote, gramos] of toma) {
      const { anulado, embarcado } = this.lotes[lote]!
      if (anulado) return 'lote_anulado'
      if (embarcado) return 'lote_embarcado'
      if (gramos > this.saldo(lote)) return 'saldo_insuficiente'
    }
    const entran = toma.map(([lote]) => this.lotes[lote]!)
    return (
      this.niegaLugar(intento, entran) ??
      (entran.some(({ de }) => this.operaciones[de]!.dia > dia)
        ? 'operacion_antes_que_su_lote'
        : undefined) ??
      this.niegaCondicion(tipo, entran)
    )
  }

  private niegaLugar(intento: Intento, entran: Lote[]): string | undefined {
    const { tipo, fase } = intento
    if (!entran.length) return undefined
    const { centro } = entran[0]!
    if (entran.some((otro) => otro.centro !== centro)) return 'lotes_en_otro_centro'
    if ((centro === null) !== (fase === 'llegada') && !(centro === null && tipo === 'merma'))
      return 'lote_en_camino'
    const destino = this.destinoDe(intento)
    if (tipo === 'trasladar' && (destino === null || destino === centro)) return 'destino_invalido'
  }

  private niegaCondicion(tipo: string, entran: Lote[]): string | undefined {
    if (!entran.length) return undefined
    const { condicion, humedad } = entran[0]!
    if (entran.some((otro) => otro.condicion !== condicion)) return 'condiciones_distintas'
    const hasta = { fermentar: 'escurrido', secar: 'seco' }[tipo]
    if (hasta && condicion > CONDICIONES.indexOf(hasta)) return 'condicion_no_cambia'
    // Of what was not measured the trade knows a yield, while it is wet.
    if (tipo === 'secar' && humedad === null && condicion >= 3) return 'humedad_sin_decir'
  }

  niegaAnular(cual: number): string | undefined {
    const { anulada } = this.operaciones[cual]!
    if (anulada) return 'operacion_ya_anulada'
    const hizo = this.lotes.flatMap(({ de }, n) => (de === cual ? [n] : []))
    const sigue = this.operaciones.some((o) => !o.anulada && o.toma.some(([lote]) => hizo.includes(lote)))
    if (sigue) return 'operacion_con_siguientes'
  }

  niegaAjuste(lote: number, contado: number): string | undefined {
    if (this.saldo(lote) === 0 || this.lotes[lote]!.embarcado) return 'lote_sin_existencias'
    if (this.saldo(lote) === contado) return 'conteo_sin_diferencia'
  }
}

/** What so many grams of a moisture are when dry, by whole numbers: half a gram is one. */
export function secos(gramos: number, humedad: number): number {
  const [arriba, abajo] = [BigInt(gramos) * BigInt(100 - humedad), BigInt(100 - SECO)]
  return Number((2n * arriba + abajo) / (2n * abajo))
}
