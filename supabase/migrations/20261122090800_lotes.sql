-- Why: the physical cocoa moved against a contract.
-- Touches: creates public.lotes_asociados. Its rules come in the next migration. Destructive: no.
create table public.lotes_asociados (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  -- '' asks for the next LT-0001 of the contract.
  codigo_lote text not null default '',
  peso_qq numeric not null,
  humedad numeric not null,
  estado text not null default 'En tránsito',
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  constraint lotes_asociados_codigo_lote_key unique (contrato_id, codigo_lote),
  -- What documentos_contrato refers to: a lot of that same contract.
  constraint lotes_asociados_id_contrato_key unique (id, contrato_id),
  constraint lotes_asociados_codigo_lote_valido check (
    codigo_lote ~ '^[[:alnum:]]([[:alnum:] ._/-]{0,38}[[:alnum:]])?$'),
  constraint lotes_asociados_peso_qq_valido check (peso_qq > 0 and peso_qq <= 1000000 and scale(peso_qq) <= 4),
  constraint lotes_asociados_humedad_valida check (humedad > 0 and humedad < 100 and scale(humedad) <= 2),
  constraint lotes_asociados_estado_valido check (estado in ('En tránsito', 'Recibido', 'Secado', 'Exportado'))
);
comment on table public.lotes_asociados is 'Cacao físico asociado a un contrato.';
comment on column public.lotes_asociados.peso_qq is 'Peso en quintales de 100 lb (45,359237 kg).';
comment on column public.lotes_asociados.humedad is 'Humedad en porcentaje.';

alter table public.lotes_asociados enable row level security;
create policy select_participante on public.lotes_asociados for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = lotes_asociados.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_parte on public.lotes_asociados for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );
create policy update_parte on public.lotes_asociados for update to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and privado.participa(contrato_id))
  );

revoke all on public.lotes_asociados from anon, authenticated, service_role;
revoke all on sequence public.lotes_asociados_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, codigo_lote, peso_qq, humedad, estado), update (peso_qq, humedad, estado)
  on public.lotes_asociados to authenticated, service_role;
