-- Demo companies, people and contract CT-2025-00014. Never in production.
-- npm run db:seed makes the accounts and uploads the files of supabase/seed/storage first, then runs this file
-- in one transaction. Every statement may run again and changes nothing the second time. What is not there
-- (an account, a file) is left out, so `supabase db push --include-seed` may run it as well.

-- RUCs with valid check digits; the finca's is a natural person's: cédula and 001.
insert into public.empresas (ruc, nombre, tipo) values
  ('0992741589001', 'Agroarriba', 'exportadora'),
  ('1291650372001', 'Centro Triboka', 'centro_acopio'),
  ('1306582741001', 'Finca San José', 'proveedor'),
  ('0992836415001', 'Exportadora Rival', 'exportadora'),
  ('1291705622001', 'Centro Rival', 'centro_acopio')
on conflict (ruc) do nothing;

-- The administrator works for Centro Triboka, which runs the platform.
insert into public.usuarios (id, empresa_id, nombre, rol)
select u.id, e.id, d.nombre, d.rol
from (values
  ('exportadora@agroarriba.test', '0992741589001', 'Ana Arriaga', 'exportadora'),
  ('centro@triboka.test', '1291650372001', 'Carlos Torres', 'centro_acopio'),
  ('proveedor@finca-san-jose.test', '1306582741001', 'José Zambrano', 'proveedor'),
  ('admin@triboka.test', '1291650372001', 'Teresa Vera', 'admin'),
  ('exportadora@rival.test', '0992836415001', 'Rita Vallejo', 'exportadora'),
  ('centro@rival.test', '1291705622001', 'César Rivas', 'centro_acopio')
) as d (email, ruc, nombre, rol)
join auth.users u on u.email = d.email
join public.empresas e on e.ruc = d.ruc
on conflict (id) do nothing;

-- The series of 2025 goes on at 15.
insert into privado.contadores as c (serie, anio, ultimo) values ('contratos', 2025, 14)
on conflict (serie, anio) do update set ultimo = excluded.ultimo where c.ultimo < excluded.ultimo;

-- Who works with whom: each exporter with its centre, and both with the farm.
insert into public.relaciones (propone_id, con_id, para_id, estado, propuesta_en, respondida_en)
select una.id, otra.id, otra.id, 'aceptada', '2025-01-15 09:00:00-05', '2025-01-15 11:00:00-05'
from (values
  ('0992741589001', '1291650372001'),
  ('0992741589001', '1306582741001'),
  ('1291650372001', '1306582741001'),
  ('0992836415001', '1291705622001')
) as d (una, otra)
join public.empresas una on una.ruc = d.una
join public.empresas otra on otra.ruc = d.otra
-- However they stand by now.
where not exists (
  select from public.relaciones r
  where least(r.propone_id, r.para_id) = least(una.id, otra.id) and greatest(r.propone_id, r.para_id) = greatest(una.id, otra.id)
);

-- Its differential is what was agreed when it was made (see privado.abrir_precio), and no change of it.
insert into public.contratos
  (codigo, exportadora_id, contraparte_id, fecha_firma, volumen_tm, calidad, modalidad_precio, estado, observaciones,
   creado_por, creado_en)
select 'CT-2025-00014', exportadora.id, centro.id, '2025-01-20', 200, 'ASE', 'por fijar', 'Activo',
  'Cacao Nacional grado ASE, precio por fijar sobre ICE Nueva York.',
  (select u.id from public.usuarios u join auth.users a on a.id = u.id where a.email = 'exportadora@agroarriba.test'),
  '2025-01-20 10:15:00-05'
from public.empresas exportadora, public.empresas centro
where exportadora.ruc = '0992741589001' and centro.ruc = '1291650372001'
  and not exists (select from public.contratos c where c.codigo = 'CT-2025-00014')
  and set_config('privado.diferencial_acordado', '-700', true) is not null;

-- A database filled before it was seeded may have given the code to others: then nothing is added to theirs.
do $$
begin
  if not exists (
    select from public.contratos c join public.empresas e on e.id = c.exportadora_id
    where c.codigo = 'CT-2025-00014' and e.ruc = '0992741589001'
  ) then
    raise exception 'CT-2025-00014 is a contract of another company: seed before filling, or reset.';
  end if;
end
$$;

insert into public.contratos_participantes (contrato_id, empresa_id)
select c.id, e.id
from public.contratos c, public.empresas e
where c.codigo = 'CT-2025-00014' and e.ruc = '1306582741001'
  and not exists (select from public.contratos_participantes p where p.contrato_id = c.id and p.empresa_id = e.id);

insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad, estado, creado_en)
select c.id, l.codigo_lote, l.peso_qq, l.humedad, 'Recibido', l.creado_en::timestamptz
from public.contratos c, (values
  ('LT-0001', 60.0, 7.5, '2025-01-22 06:05:00-05'),
  ('LT-0002', 45.0, 7.2, '2025-01-22 06:20:00-05')
) as l (codigo_lote, peso_qq, humedad, creado_en)
where c.codigo = 'CT-2025-00014'
  and not exists (
    select from public.lotes_asociados x where x.contrato_id = c.id and x.codigo_lote = l.codigo_lote
  )
order by l.codigo_lote;

-- The sums are those of the files in supabase/seed/storage; size and type come from storage.objects.
insert into public.documentos_contrato (contrato_id, tipo, nombre_archivo, url_archivo, sha256, huella_de, fecha_subida, subido_por)
select c.id, d.tipo, d.nombre, 'contratos/' || o.name, d.sha256, 'revision', d.fecha_subida::timestamptz,
  (select u.id from public.usuarios u join auth.users a on a.id = u.id where a.email = d.email)
from (values
  (1, 'contrato', 'CT-2025-00014.pdf', 'contrato.pdf', 'exportadora@agroarriba.test', '2025-01-20 10:30:00-05',
    '20337f3c14370842eb6bfd021884e0a5cd4e35017b4469da10538d8fbab594ca'),
  (2, 'factura', 'FAC-001.pdf', 'factura_001.pdf', 'centro@triboka.test', '2025-01-21 11:45:00-05',
    'e3b5b87d64b080f33adec20d3c8f710ac43577501fde846d892bf356e17780b8'),
  (3, 'guia_remision', 'GR-001.pdf', 'guia_remision_001.pdf', 'centro@triboka.test', '2025-01-22 06:30:00-05',
    'd9b9078337484b75c77cf258914c433408867cab1c3a6639214dc79a92042072')
) as d (orden, tipo, nombre, archivo, email, fecha_subida, sha256)
join public.contratos c on c.codigo = 'CT-2025-00014'
join storage.objects o on o.bucket_id = 'contratos' and o.name = c.codigo || '/' || d.archivo
where not exists (select from public.documentos_contrato x where x.url_archivo = 'contratos/' || o.name)
order by d.orden;
