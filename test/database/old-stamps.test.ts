// Time stamps of before, of which no chain told.
import { expect, test, vi } from 'vitest'
import { query } from '../support/sql.ts'
import { beforeMigration } from './upgrade.ts'

vi.setConfig({ testTimeout: 90_000 })

test('los sellos de antes entran en la cadena de la instalación, y después se echan de menos', () =>
  beforeMigration('sellos_en_la_cadena', async (url, applyMigration) => {
    await query(
      url,
      `insert into privado.evidencias_raices (tamano, raiz, nota, picos)
       select n, sha256('r'), 'nota', '{}' from generate_series(2, 3) as n`,
    )
    await query(
      url,
      `insert into privado.evidencias_sellos (tamano, en, tsa, respuesta)
       select n, now(), 'tsa.example', 'x' from generate_series(2, 3) as n`,
    )
    const fallas = () => query(url, `select objeto, falla, campos from privado.filas_que_no_cuadran('{0}')`)
    await applyMigration()
    expect(await fallas()).toEqual([])
    await query(url, 'alter table privado.evidencias_sellos disable trigger user')
    await query(url, 'delete from privado.evidencias_sellos where tamano = 2')
    expect(await fallas()).toEqual([{ objeto: 'sello/2', falla: 'falta', campos: [] }])
  }))
