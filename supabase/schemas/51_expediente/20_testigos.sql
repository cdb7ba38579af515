-- The page behind the QR of an expediente opens with a token: 128 random bits in the address, of which only the hash
-- stands here. It is of one contract, can be revoked by either party, and may have an end.
create table privado.testigos (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  huella bytea not null,
  sal bytea not null,
  de_expediente boolean not null default false,
  creado_por uuid references public.usuarios (id) on delete restrict,
  empresa_id bigint references public.empresas (id) on delete restrict,
  creado_en timestamptz not null default now(),
  vence_en timestamptz,
  revocado_por uuid references public.usuarios (id) on delete restrict,
  revocado_en timestamptz,
  constraint testigos_huella_key unique (huella),
  constraint testigos_huella_valida check (length(huella) = 32),
  constraint testigos_sal_valida check (length(sal) = 16)
);
comment on table privado.testigos is 'Direcciones públicas del expediente de un contrato; el testigo no se guarda.';
comment on column privado.testigos.huella is 'SHA-256 del testigo.';
comment on column privado.testigos.sal is
  'De ella y de la clave de la instalación, que no está en la base, sale el testigo: el QR se imprime otra vez.';
comment on column privado.testigos.de_expediente is 'El que lleva el QR de expediente.pdf: uno vigente por contrato.';
create index testigos_contrato_idx on privado.testigos (contrato_id, id desc);
create index testigos_creado_por_idx on privado.testigos (creado_por);
create index testigos_empresa_idx on privado.testigos (empresa_id);
create index testigos_revocado_por_idx on privado.testigos (revocado_por);
create unique index testigos_de_expediente_key on privado.testigos (contrato_id)
  where de_expediente and revocado_en is null;

-- Its id tells no count.
create trigger _050_poner_id before insert on privado.testigos
  for each row execute function privado.poner_id();

-- Whoever reads a QR is counted and no more: neither its address nor its hour.
create table privado.testigos_vistas (
  testigo_id bigint not null references privado.testigos (id) on delete cascade,
  dia date not null,
  veces bigint not null,
  primary key (testigo_id, dia)
);
comment on table privado.testigos_vistas is 'Cuántas veces se abrió cada página pública, por día de Guayaquil.';

-- What the page shows beyond that the contract exists, its state and its dates: what both parties have said yes to. Each
-- has its own list, so either takes something away by itself. A price is not among what can be chosen.
create table privado.muestras (
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  campos text[] not null,
  elegida_por uuid references public.usuarios (id) on delete restrict,
  elegida_en timestamptz not null default now(),
  primary key (contrato_id, empresa_id),
  constraint muestras_campos_validos check (
    campos <@ array['partes', 'calidad', 'volumen', 'entrega', 'lotes', 'documentos'])
);
comment on table privado.muestras is 'Lo que cada parte acepta que se publique; se publica lo que aceptan las dos.';
create index muestras_empresa_idx on privado.muestras (empresa_id);
create index muestras_elegida_por_idx on privado.muestras (elegida_por);

-- The expedientes that were handed over whole: what is made of the same state has the same bytes, and stands here once.
create table privado.expedientes (
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  sha256 text not null,
  n bigint not null,
  bytes bigint not null,
  entregado_por uuid references public.usuarios (id) on delete restrict,
  entregado_en timestamptz not null default now(),
  primary key (contrato_id, sha256),
  constraint expedientes_sha256_valido check (sha256 ~ '^[0-9a-f]{64}$')
);
comment on table privado.expedientes is 'Huella de cada expediente que se entregó, y hasta qué hecho de la cadena llega.';
create index expedientes_entregado_por_idx on privado.expedientes (entregado_por);

revoke all on privado.testigos, privado.testigos_vistas, privado.muestras, privado.expedientes
  from public, anon, authenticated, service_role;
