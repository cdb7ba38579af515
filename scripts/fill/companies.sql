-- Companies up to so many ($1) in all, one exporter and two collection centres to every three suppliers or so, each with
-- a RUC of a private company (third digit 9) whose check digit holds. Those that exist count and stay.
with pedido as (select $1::int as empresas),
cupos as (
  select q.tipo, q.nombres, greatest(0, ceil(p.empresas * q.parte)::int - count(e.id)::int) as faltan, count(e.id) as hay
  from (values
    ('exportadora', 0.15, array['Cacaotera del Guayas', 'Exportadora Río Daule', 'Cacao Andino', 'Aromas del Litoral',
      'Exportadora El Triunfo', 'Granos del Pacífico', 'Cacao Fino de Naranjal', 'Exportadora Santa Elena']),
    ('centro_acopio', 0.35, array['Centro de Acopio Vinces', 'Acopio Quevedo', 'Centro Babahoyo', 'Acopio El Empalme',
      'Centro de Acopio Milagro', 'Acopio La Troncal', 'Centro Quinindé', 'Acopio Santo Domingo']),
    ('proveedor', 0.50, array['Finca La Esperanza', 'Hacienda San Rafael', 'Asociación Los Ríos', 'Finca Santa Rosa',
      'Hacienda El Porvenir', 'Finca El Rosario', 'Asociación Nuevo Amanecer', 'Hacienda La Victoria'])
  ) as q (tipo, parte, nombres) cross join pedido p
  left join public.empresas e on e.tipo = q.tipo and e.activo
  group by q.tipo, q.parte, q.nombres, p.empresas
),
nuevas as (
  select tipo, nombres[1 + n % array_length(nombres, 1)] || ' ' || hay + n as nombre,
    row_number() over (order by n, tipo) as fila
  from cupos, generate_series(1, faltan) as n
),
raices as (
  select (array['09', '12', '13', '07', '08', '23', '02', '01'])[1 + n % 8] || '9' || lpad((500000 + n)::text, 6, '0') as raiz
  from pedido p, generate_series(1, 2 * (p.empresas + (select count(*)::int from public.empresas)) + 100) as n
),
rucs as (
  select r.raiz || d.digito || '001' as ruc
  from raices r, lateral (
    select (11 - sum(substr(r.raiz, w.lugar::int, 1)::int * w.peso) % 11) % 11 as digito
    from unnest(array[4, 3, 2, 7, 6, 5, 4, 3, 2]) with ordinality as w (peso, lugar)
  ) as d
  where d.digito < 10
),
libres as (
  select r.ruc, row_number() over (order by r.ruc) as fila
  from rucs r
  where not exists (select from public.empresas e where e.ruc = r.ruc)
)
insert into public.empresas (ruc, nombre, tipo, siglas)
select l.ruc, n.nombre, n.tipo,
  -- Where the codes of contracts need them.
  case when n.tipo = 'exportadora' and privado.serie_por_exportadora() then 'F' || substr(l.ruc, 4, 6) end
from nuevas n join libres l using (fila)
