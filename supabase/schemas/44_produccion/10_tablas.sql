-- The indicators of production are kept as those of sales (see 43_kpis): an operation only adds rows here, which no other
-- waits for; every minute they are folded into cells, and what is read is both.

-- medida: stock (fecha infinity; clave: the centre, or '' on its way; detalle: the condition; n: lots of which something
-- is left); by the first day of their month in Guayaquil: fermentar and secar (kg in, sale_kg out), perdida (clave: the
-- cause), recibido (clave: the producer, or ''), embarcado.
create table privado.produccion_cambios (
  id bigint generated always as identity primary key,
  empresa_id bigint not null,
  medida text collate "C" not null,
  fecha date not null,
  clave text collate "C" not null,
  detalle text collate "C" not null,
  n bigint not null,
  kg numeric not null,
  sale_kg numeric not null
);
comment on table privado.produccion_cambios is 'Lo que cada operación suma a los indicadores de producción, hasta que se pliega.';
create index produccion_cambios_empresa_idx on privado.produccion_cambios (empresa_id);

create table privado.produccion_celdas (
  empresa_id bigint not null,
  medida text collate "C" not null,
  fecha date not null,
  clave text collate "C" not null,
  detalle text collate "C" not null,
  n bigint not null,
  kg numeric not null,
  sale_kg numeric not null,
  primary key (empresa_id, medida, fecha, clave, detalle)
);
comment on table privado.produccion_celdas is 'Sumas de los indicadores de producción de cada empresa.';

revoke all on privado.produccion_cambios, privado.produccion_celdas from public, anon, authenticated, service_role;
revoke all on sequence privado.produccion_cambios_id_seq from public, anon, authenticated, service_role;
