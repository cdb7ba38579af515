import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { query } from '../support/sql.ts'
import { beforeMigration } from './upgrade.ts'
import { newRuc } from './world.ts'

vi.setConfig({ testTimeout: 90_000 })

test('lo de antes recibe una evidencia con sus filas, fechada ese día, y cuadra', () =>
  beforeMigration('evidencia', async (url, applyMigration) => {
    await query(
      url,
      `with e as (
         insert into public.empresas (ruc, nombre, tipo) values ($1, 'Una', 'exportadora'), ($2, 'Otra', 'centro_acopio')
         returning id, tipo
       )
       insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, observaciones, creado_en)
       select x.id, y.id, 10.50, 'Trata Juan', '2025-01-20' from e x, e y
       where x.tipo = 'exportadora' and y.tipo = 'centro_acopio'`,
      [newRuc(), newRuc()],
    )
    await query(
      url,
      'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) select id, 60.0, 7 from public.contratos',
    )
    const before = Date.now()
    await applyMigration()
    const [evidencia] = await query(
      url,
      'select e.*, c.codigo from privado.evidencias e join public.contratos c on c.id = e.cadena',
    )
    expect(evidencia).toMatchObject({
      n: '1',
      tipo: 'migracion.inicial',
      actor: null,
      previo: Buffer.alloc(32),
    })
    expect(createHash('sha256').update(Buffer.alloc(32)).update(evidencia!.canonico).digest()).toEqual(
      evidencia!.hash,
    )
    const dicho = JSON.parse(evidencia!.canonico)
    expect(dicho.contrato).toBe(evidencia!.codigo)
    expect(Date.parse(dicho.en)).toBeGreaterThanOrEqual(before - 1)
    const { filas, resumen } = dicho.datos
    expect(Object.keys(filas).map((objeto) => objeto.replace(/\d+/, 'n'))).toEqual([
      'acuerdo/n',
      'contrato/n',
      'lote/n',
      'participante/n',
      'participante/n',
    ])
    expect(filas[`contrato/${evidencia!.cadena}`]).toMatchObject({
      volumen_tm: '10.50',
      observaciones: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    })
    expect(resumen).toMatch(/^[0-9a-f]{64}$/)
    // Companies, and the parameters of everybody.
    const cadenas = await query(
      url,
      'select cadena, count(*)::int as n from privado.evidencias where cadena <= 0 group by 1 order by 1',
    )
    expect(cadenas).toHaveLength(3)
    expect(cadenas.at(-1)!.n).toBeGreaterThan(5)
    const fallas = () =>
      query(
        url,
        'select objeto, falla, campos from privado.filas_que_no_cuadran(array(select cadena from privado.evidencias_cabezas))',
      )
    expect(await fallas()).toEqual([])
    expect(await query(url, 'select * from privado.cadenas_que_faltan()')).toEqual([])
    // What changes afterwards is told, and what is changed by hand is named.
    await query(url, 'update public.lotes_asociados set peso_qq = 61')
    expect(await fallas()).toEqual([])
    await query(
      url,
      `do $$ begin
         execute 'alter table public.contratos disable trigger user';
         update public.contratos set volumen_tm = 11;
         execute 'alter table public.contratos enable trigger user';
       end $$`,
    )
    expect(await fallas()).toEqual([
      { objeto: `contrato/${evidencia!.cadena}`, falla: 'cambiada', campos: ['volumen_tm'] },
    ])
  }))

test('lo que se acordó antes entra en su cadena, y cuadra', () =>
  beforeMigration('evidencia_de_acuerdos', async (url, applyMigration) => {
    await query(
      url,
      `with e as (
         insert into public.empresas (ruc, nombre, tipo) values ($1, 'Una', 'exportadora'), ($2, 'Otra', 'centro_acopio')
         returning id, tipo
       ), r as (
         insert into public.relaciones (propone_id, con_id, para_id, estado, correo, respondida_en)
         select x.id, y.id, y.id, 'aceptada', 'juan@otra.test', now() from e x, e y
         where x.tipo = 'exportadora' and y.tipo = 'centro_acopio'
       )
       insert into public.contratos (exportadora_id, contraparte_id, volumen_tm) select x.id, y.id, 10.50 from e x, e y
       where x.tipo = 'exportadora' and y.tipo = 'centro_acopio'`,
      [newRuc(), newRuc()],
    )
    await applyMigration()
    const dicho = await query(
      url,
      `select objeto from privado.evidencias where tipo = 'migracion.inicial' and objeto ~ '^(version|relacion)/' order by 1`,
    )
    expect(dicho.map(({ objeto }) => objeto.replace(/\d+/, 'n'))).toEqual([
      'relacion/n',
      'relacion/n',
      'version/n',
    ])
    const fallas = await query(
      url,
      'select * from privado.filas_que_no_cuadran(array(select cadena from privado.evidencias_cabezas))',
    )
    expect(fallas).toEqual([])
  }))
