// Chains of before told paths, lot codes and labels in clear: they stay as they are, and hold.
import { expect, test, vi } from 'vitest'
import { query } from '../support/sql.ts'
import { beforeMigration } from './upgrade.ts'
import { newRuc } from './world.ts'

vi.setConfig({ testTimeout: 90_000 })

test('las de antes cuadran como se escribieron, lo nuevo no dice nombres, y lo alterado se nombra', () =>
  beforeMigration('identificadores_que_no_cuentan', async (url, applyMigration) => {
    await query(
      url,
      `with e as (
         insert into public.empresas (ruc, nombre, tipo) values ($1, 'Una', 'exportadora'), ($2, 'Otra', 'centro_acopio')
         returning id, tipo
       )
       insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, archivo_pdf)
       select x.id, y.id, 10.50, 'contratos/x/juan-perez.pdf' from e x, e y
       where x.tipo = 'exportadora' and y.tipo = 'centro_acopio'`,
      [newRuc(), newRuc()],
    )
    const papel = (archivo: string) =>
      query(
        url,
        `insert into public.documentos_contrato (contrato_id, tipo, etiqueta, nombre_archivo, url_archivo, bytes, mime, huella_de, verificacion)
         select id, 'analisis', 'juan-perez', 'a.pdf', 'documentos/' || codigo || '/${archivo}', 10, 'application/pdf', 'sin_archivo', 'sin archivo'
         from public.contratos`,
      )
    const lote = (codigo: string) =>
      query(
        url,
        `insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad) select id, '${codigo}', 60, 7 from public.contratos`,
      )
    const sinReglas = (sql: string) =>
      query(
        url,
        `do $$ begin
           execute 'alter table public.documentos_contrato disable trigger user';
           execute 'alter table public.lotes_asociados disable trigger user';
           ${sql};
           execute 'alter table public.documentos_contrato enable trigger user';
           execute 'alter table public.lotes_asociados enable trigger user';
         end $$`,
      )
    const fallas = () =>
      query(
        url,
        `select split_part(objeto, '/', 1) as objeto, falla, campos
         from privado.filas_que_no_cuadran(array(select cadena from privado.evidencias_cabezas)) order by 1`,
      )
    const dichas = async (desde: number) =>
      (
        await query(
          url,
          `select e.canonico from privado.evidencias e join public.contratos c on c.id = e.cadena where e.n > $1 order by e.n`,
          [desde],
        )
      )
        .map(({ canonico }) => canonico)
        .join('\n')
    await query(url, 'alter table public.documentos_contrato disable trigger _200_leer_objeto')
    await papel('pedro-1710034065.pdf')
    await lote('Juan 0991234567')
    const antes = await dichas(0)
    expect(antes).toContain('1710034065')
    const hasta = antes.split('\n').length
    const [{ id: contrato }] = (await query(url, 'select id from public.contratos')) as [{ id: string }]

    await applyMigration()
    expect(await fallas()).toEqual([])
    // The old id stays, and so does what the chain says.
    expect(await query(url, 'select id from public.contratos')).toEqual([{ id: contrato }])
    expect((await dichas(0)).startsWith(antes)).toBe(true)

    await papel('maria-0912345678.pdf')
    await lote('Maria 0912345678')
    await query(url, 'update public.lotes_asociados set peso_qq = 61')
    await query(url, `update public.contratos set archivo_pdf = 'contratos/x/maria.pdf'`)
    expect(await fallas()).toEqual([])
    const nuevas = (await dichas(hasta)).toLowerCase()
    for (const nombre of ['juan', 'maria', 'perez', '0912345678', '0991234567'])
      expect([nombre, nuevas.includes(nombre)]).toEqual([nombre, false])

    // Of the old paper and of the new one alike.
    await sinReglas(`update public.documentos_contrato set url_archivo = url_archivo || 'x'`)
    expect(await fallas()).toEqual([
      { objeto: 'documento', falla: 'cambiada', campos: ['url_archivo'] },
      { objeto: 'documento', falla: 'cambiada', campos: ['url_archivo'] },
    ])
    await sinReglas(
      `update public.documentos_contrato set url_archivo = rtrim(url_archivo, 'x'), etiqueta = 'otra'`,
    )
    expect(await fallas()).toEqual([
      { objeto: 'documento', falla: 'cambiada', campos: ['etiqueta'] },
      { objeto: 'documento', falla: 'cambiada', campos: ['etiqueta'] },
    ])
  }))
