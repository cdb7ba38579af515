import { calculadoraDe } from '../../calculo/calculadoras.ts'
import { calcular } from '../../calculo/calcular.ts'
import type { Calculo } from '../../calculo/cuenta.ts'
import { guardarCalculo, parametrosDelDia } from '../../calculo/queries.ts'
import { created } from '../../http/created.ts'
import { readBodyAs } from '../../http/input.ts'
import { pathParameter } from '../../http/path.ts'
import { problem } from '../../http/problem.ts'
import { asAnyone, type UserDb } from '../../session/as-user.ts'
import { once } from '../../session/once.ts'

/** POST /calculadora/{tipo} — calculates and, with a session, keeps it. Rule: public.calculos triggers. */
export default asAnyone(async (event, db) => {
  const tipo = pathParameter(event, 'tipo')
  const calculadora = calculadoraDe(tipo)
  if (!calculadora) throw problem('calculadora_no_existe')
  const { fecha: dia, guardar, ...entrada } = await readBodyAs(event, calculadora.entrada)

  const hacer = async (tx: UserDb) => {
    const [vigentes] = await tx.query<{ fecha: string; parametros: string }>(parametrosDelDia, [
      dia,
      calculadora.usa,
    ])
    const { fecha, parametros } = vigentes!
    return { tipo, fecha, ...calcular(calculadora, entrada, JSON.parse(parametros)) }
  }
  if (!guardar || db.claims.sub === undefined) return hacer(db)

  const { cuerpo } = await once(event, db, { dia, entrada }, async (tx) => {
    const calculo = await hacer(tx)
    const id = Number(await tx.one(guardarCalculo, valores(entrada, calculo)))
    return { status: 201, cuerpo: JSON.stringify({ id, ...calculo }) }
  })
  return created(event, cuerpo, ({ id }) => `historial/${id}`)
})

const valores = (entrada: object, calculo: Calculo<unknown> & { tipo: string; fecha: string }) => [
  calculo.tipo,
  calculo.fecha,
  JSON.stringify(entrada),
  JSON.stringify(calculo.parametros.map(({ id }) => id)),
  JSON.stringify(calculo.resultado),
]
