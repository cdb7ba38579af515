-- A backup that failed, is late or does not restore must be loud: the result of each is kept where /salud and the
-- administrators see it.
create table privado.respaldos (
  id bigint generated always as identity primary key,
  tipo text not null,
  exito boolean not null,
  carpeta text,
  bytes bigint,
  detalle text,
  avisado boolean not null default false,
  creado_en timestamptz not null default now(),
  constraint respaldos_tipo_valido check (tipo in ('respaldo', 'copia', 'prueba', 'atraso'))
);
comment on table privado.respaldos is 'Resultado de cada respaldo, de su copia externa y de su prueba de restauración.';
comment on column privado.respaldos.avisado is '¿Se avisó de él a los administradores?';
create index respaldos_tipo_idx on privado.respaldos (tipo, id desc);

revoke all on privado.respaldos from anon, authenticated, service_role;
revoke all on sequence privado.respaldos_id_seq from anon, authenticated, service_role;
