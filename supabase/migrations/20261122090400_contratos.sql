-- Why: the contract is the core, and who is party to it is one table that every other policy asks.
-- Touches: creates public.contratos and public.contratos_participantes, together because the policy of each
-- reads the other. Their rules come in the next migrations. Destructive: no.
create table public.contratos (
  id bigint generated always as identity primary key,
  -- '' asks for the next code: see contratos_codigo.
  codigo text not null default '' unique,
  exportadora_id bigint not null references public.empresas (id) on delete restrict,
  contraparte_id bigint not null references public.empresas (id) on delete restrict,
  fecha_firma date,
  volumen_tm numeric not null,
  precio_fijado_tm numeric,
  estado text not null default 'En revisión',
  archivo_pdf text,
  observaciones text,
  creado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  cerrado_en timestamptz,
  eliminado_en timestamptz,
  constraint contratos_codigo_valido check (codigo ~ '^CT-[0-9]{4}-[0-9]{5,}$'),
  constraint contratos_partes_distintas check (exportadora_id <> contraparte_id),
  constraint contratos_fecha_firma_valida check (fecha_firma between '1990-01-01' and '2100-12-31'),
  -- NaN is greater than any number, and so refused.
  constraint contratos_volumen_tm_valido check (volumen_tm > 0 and volumen_tm <= 1000000 and scale(volumen_tm) <= 4),
  constraint contratos_precio_fijado_tm_valido check (
    precio_fijado_tm > 0 and precio_fijado_tm <= 1000000 and scale(precio_fijado_tm) <= 4),
  constraint contratos_estado_valido check (estado in ('En revisión', 'Activo', 'Cerrado')),
  constraint contratos_observaciones_valida check (length(observaciones) <= 5000),
  constraint contratos_cierre_coherente check ((estado = 'Cerrado') = (cerrado_en is not null))
);
comment on table public.contratos is 'Contratos de cacao entre una exportadora y otra empresa.';
comment on column public.contratos.volumen_tm is 'Volumen en toneladas métricas.';
comment on column public.contratos.precio_fijado_tm is 'Precio fijado, en dólares por tonelada métrica.';
comment on column public.contratos.archivo_pdf is 'Ruta del contrato firmado: <bucket>/<objeto>.';
comment on column public.contratos.eliminado_en is 'Marca de eliminado: se oculta y se conserva.';
-- Pages of a party, newest first: the order of ids is the order of creation.
create index contratos_exportadora_idx on public.contratos (exportadora_id, id desc);
create index contratos_contraparte_idx on public.contratos (contraparte_id, id desc);
create index contratos_creado_por_idx on public.contratos (creado_por);

create table public.contratos_participantes (
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  papel text not null default 'proveedor',
  oculto boolean not null default false,
  creado_en timestamptz not null default now(),
  primary key (contrato_id, empresa_id),
  constraint contratos_participantes_papel_valido check (papel in ('exportadora', 'contraparte', 'proveedor'))
);
comment on table public.contratos_participantes is
  'Quién es parte de cada contrato: todas las políticas lo consultan.';
comment on column public.contratos_participantes.oculto is
  'Cierto cuando el contrato fue eliminado; lo mantiene un disparador.';
create index contratos_participantes_empresa_idx on public.contratos_participantes (empresa_id, contrato_id desc);

create function privado.participa(contrato bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.contratos_participantes p
    where p.contrato_id = contrato and p.empresa_id = privado.mi_empresa() and not p.oculto
  );
end
$$;
comment on function privado.participa(bigint) is '¿Es la empresa del usuario parte de este contrato?';
revoke all on function privado.participa(bigint) from public;
grant execute on function privado.participa(bigint) to authenticated, service_role;

-- What policies ask, of each row, without a policy of its own on top: the owner of the view reads the table.
create view privado.mis_contratos as
  select p.contrato_id from public.contratos_participantes p
  where p.empresa_id = (select privado.mi_empresa()) and not p.oculto;
comment on view privado.mis_contratos is 'Contratos de los que la empresa del usuario es parte.';
revoke all on privado.mis_contratos from public;
grant select on privado.mis_contratos to authenticated, service_role;

alter table public.contratos enable row level security;
-- Exporter and counterparty are read from the row itself: it needs no lookup, and it holds before the
-- participants are written, so that insert … returning works. Only suppliers are looked up. The order of the
-- terms is the order in which they are tried.
create policy select_participante on public.contratos for select to authenticated
  using (
    (eliminado_en is null and (
      (select privado.mi_empresa()) in (exportadora_id, contraparte_id)
      or ((select privado.mi_rol()) = 'proveedor' and exists (
        select from privado.mis_contratos m where m.contrato_id = contratos.id
      ))
    ))
    or (select privado.es_admin())
  );
create policy insert_parte on public.contratos for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) = 'exportadora' and exportadora_id = (select privado.mi_empresa()))
    or ((select privado.mi_rol()) = 'centro_acopio' and contraparte_id = (select privado.mi_empresa()))
  );
create policy update_parte on public.contratos for update to authenticated
  using (
    (select privado.es_admin())
    or (eliminado_en is null and (
      ((select privado.mi_rol()) = 'exportadora' and exportadora_id = (select privado.mi_empresa()))
      or ((select privado.mi_rol()) = 'centro_acopio' and contraparte_id = (select privado.mi_empresa()))
    ))
  );

revoke all on public.contratos from anon, authenticated, service_role;
revoke all on sequence public.contratos_id_seq from anon, authenticated, service_role;
grant select,
  insert (exportadora_id, contraparte_id, fecha_firma, volumen_tm, precio_fijado_tm, observaciones),
  update (fecha_firma, volumen_tm, precio_fijado_tm, observaciones, estado)
  on public.contratos to authenticated, service_role;

alter table public.contratos_participantes enable row level security;
create policy select_participante on public.contratos_participantes for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = contratos_participantes.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_parte on public.contratos_participantes for insert to authenticated
  with check (
    papel = 'proveedor' and (
      (select privado.es_admin())
      or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
    )
  );

revoke all on public.contratos_participantes from anon, authenticated, service_role;
grant select, insert (contrato_id, empresa_id) on public.contratos_participantes to authenticated, service_role;
