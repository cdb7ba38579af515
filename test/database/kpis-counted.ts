import type pg from 'pg'
import { expect } from 'vitest'
import { become } from './support.ts'
import type { Empresa, Persona, World } from './world.ts'

/** What a company should read, counted from the tables one fact after another: it shares nothing with the sums. */
const HECHOS = `
  with c as (
    select c.*, (select x.precio_fijado_tm from public.contratos_precios x where x.contrato_id = c.id) as precio, p.papel, p.papel <> 'proveedor' as firma, coalesce(c.calidad, '') as cal,
      case p.papel when 'exportadora' then c.contraparte_id else c.exportadora_id end as otra,
      coalesce(c.fecha_entrega, c.fecha_firma, (c.creado_en at time zone 'America/Guayaquil')::date) as entrega,
      coalesce((select sum(l.peso_qq) from public.lotes_asociados l where l.contrato_id = c.id and l.recibido_en is not null), 0) as recibido,
      coalesce((select sum(f.tm) from public.fijaciones f where f.contrato_id = c.id and f.anulada_en is null), 0) as fijado
    from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
    where c.eliminado_en is null and p.empresa_id = $1
  ),
  l as (
    select c.papel, c.firma, c.otra, c.cal, c.precio, l.*,
      to_char(l.recibido_en at time zone 'America/Guayaquil', 'YYYY-MM-01')::date as mes_recibido,
      to_char(l.exportado_en at time zone 'America/Guayaquil', 'YYYY-MM-01')::date as mes_exportado
    from c join public.lotes_asociados l on l.contrato_id = c.id
  )
  select papel, otra, cal, estado as medida, 'infinity'::date as fecha, 1 as n, peso_qq as cantidad, 0 as inicial, 0 as humedad, 0 as usd from l
  union all select papel, otra, cal, 'entregado', mes_recibido, 1, peso_qq, peso_inicial_qq, peso_qq * humedad, 0 from l where estado <> 'En tránsito'
  union all select papel, otra, cal, 'vendido', mes_exportado, 1, peso_qq, 0, 0, peso_qq * precio * 45.359237 * 0.001 from l
    where estado = 'Exportado' and precio is not null and firma
  union all select papel, otra, cal, 'sin_precio', mes_exportado, 1, peso_qq, 0, 0, 0 from l
    where estado = 'Exportado' and precio is null and firma
  union all select papel, otra, cal, estado, 'infinity', 1, volumen_tm, 0, 0, 0 from c
  union all select papel, otra, cal, 'contratado', to_char(entrega, 'YYYY-MM-01')::date, 1, volumen_tm, 0, 0, 0 from c
  union all select papel, otra, cal, 'historial ' || estado,
    to_char(coalesce(fecha_firma, (creado_en at time zone 'America/Guayaquil')::date), 'YYYY-01-01')::date, 1, volumen_tm, 0, 0, 0 from c
  union all select papel, otra, cal, 'abierta', 'infinity', 1, volumen_tm - fijado, 0, 0, 0 from c
    where firma and estado in ('En revisión', 'Activo') and modalidad_precio = 'por fijar'
  union all select papel, otra, cal, 'vence', fecha_entrega, 1, volumen_tm - round(recibido * 45.359237 / 1000, 4), 0, 0, 0 from c
    where fecha_entrega is not null and estado in ('En revisión', 'Activo')
      and round(recibido * 45.359237 / 1000, 4) < round(volumen_tm - volumen_tm * tolerancia_pct / 100, 4)`

const POR_GRUPO = `
  select papel, g.grupo, g.clave, medida, fecha::text, sum(n)::int as n, trim_scale(sum(cantidad)) as cantidad,
    trim_scale(sum(inicial)) as inicial_qq, trim_scale(sum(humedad)) as humedad_qq, trim_scale(sum(usd)) as usd
  from (${HECHOS}) as h
  cross join lateral (values ('mes', ''), ('contraparte', otra::text), ('calidad', cal)) as g (grupo, clave)
  where medida <> 'vence' or g.grupo = 'mes'
  group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`

const LEIDO = `
  select papel, grupo, clave, medida, fecha::text, n::int, trim_scale(cantidad) as cantidad, trim_scale(inicial_qq) as inicial_qq,
    trim_scale(humedad_qq) as humedad_qq, trim_scale(usd) as usd
  from public.kpis_totales where (n, cantidad, inicial_qq, humedad_qq, usd) <> (0, 0, 0, 0, 0)`

/** What a company should read, as the owner of the tables. */
export const expected = async (client: pg.ClientBase, empresa: string) =>
  (await client.query(POR_GRUPO, [empresa])).rows

/** What the sums of a company are, as the owner of the tables. */
export const sumado = async (client: pg.ClientBase, empresa: string) =>
  (await client.query(`${LEIDO} and empresa_id = $1 order by 1, 2, 3, 4, 5`, [empresa])).rows

const DE: Record<Empresa, Persona> = {
  agroarriba: 'ana_agroarriba',
  centro: 'celia_centro',
  finca: 'pedro_finca',
  rival: 'rosa_rival',
  centro_rival: 'raul_centro_rival',
  otra_finca: 'paula_otra_finca',
}

/** Everybody reads what the tables say of its own company and nothing else; so does the administrator, of all. */
export async function compareAll(client: pg.ClientBase, mundo: World): Promise<void> {
  for (const [empresa, persona] of Object.entries(DE) as [Empresa, Persona][]) {
    await become(client, 'sistema', mundo)
    const debe = await expected(client, mundo.empresas[empresa])
    await become(client, persona, mundo)
    // Without naming a company: RLS chooses.
    expect((await client.query(`${LEIDO} order by 1, 2, 3, 4, 5`)).rows, persona).toEqual(debe)
  }
  await become(client, 'ada_admin', mundo)
  for (const empresa of Object.values(mundo.empresas)) {
    const leido = await sumado(client, empresa)
    await become(client, 'sistema', mundo)
    expect(leido).toEqual(await expected(client, empresa))
    await become(client, 'ada_admin', mundo)
  }
  await become(client, 'sistema', mundo)
}
