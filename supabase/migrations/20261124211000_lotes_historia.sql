-- Why: loss and deliveries are measured from what a lot was when it came, and from when it took each step. No client
-- writes either: the first weight stays, and a step skipped was taken at the same instant as the one reached.
-- Touches: public.lotes_asociados gets five columns, filled for the lots that there are: with the instant that the
-- conversation tells, or that of their registration (of their last change, where nothing was told); every write of a
-- lot takes its contract, not only some, so that what is summed of a contract is summed in order. Destructive: no.
alter table public.lotes_asociados
  add column peso_inicial_qq numeric,
  add column humedad_inicial numeric,
  add column recibido_en timestamptz,
  add column secado_en timestamptz,
  add column exportado_en timestamptz;
comment on column public.lotes_asociados.peso_inicial_qq is 'Peso con el que se registró, en quintales.';
comment on column public.lotes_asociados.humedad_inicial is 'Humedad con la que se registró, en porcentaje.';
comment on column public.lotes_asociados.recibido_en is 'Cuándo quedó Recibido, o pasó de largo hacia otro estado.';

alter table public.lotes_asociados disable trigger user;
update public.lotes_asociados l
set peso_inicial_qq = l.peso_qq, humedad_inicial = l.humedad,
  recibido_en = case when l.estado <> 'En tránsito' then coalesce(h.recibido, h.secado, h.exportado, h.otro) end,
  secado_en = case when l.estado in ('Secado', 'Exportado') then coalesce(h.secado, h.exportado, h.otro) end,
  exportado_en = case when l.estado = 'Exportado' then coalesce(h.exportado, h.otro) end
from (
  select x.id, m.recibido, m.secado, m.exportado,
    case when m.n > 0 then x.creado_en else x.actualizado_en end as otro
  from public.lotes_asociados x cross join lateral (
    select count(*) as n, min(m.creado_en) filter (where m.texto like '% a Recibido.') as recibido,
      min(m.creado_en) filter (where m.texto like '% a Secado.') as secado,
      min(m.creado_en) filter (where m.texto like '% a Exportado.') as exportado
    from public.mensajes m where m.lote_id = x.id and m.contrato_id = x.contrato_id and m.tipo = 'sistema'
  ) as m
) as h
where h.id = l.id;
alter table public.lotes_asociados enable trigger user;

alter table public.lotes_asociados
  alter column peso_inicial_qq set not null,
  alter column humedad_inicial set not null,
  add constraint lotes_asociados_pasos_coherentes check (
    (recibido_en is null) = (estado = 'En tránsito')
    and (secado_en is null) = (estado in ('En tránsito', 'Recibido'))
    and (exportado_en is null) = (estado <> 'Exportado'));

create function privado.anotar_pasos() returns trigger
language plpgsql set search_path = '' as $$
declare
  ahora constant timestamptz := case tg_op when 'INSERT' then new.creado_en else clock_timestamp() end;
begin
  if tg_op = 'INSERT' then
    new.peso_inicial_qq := new.peso_qq;
    new.humedad_inicial := new.humedad;
  end if;
  -- What is there stays: only the owner of the table can have written it.
  if new.estado <> 'En tránsito' then
    new.recibido_en := coalesce(new.recibido_en, ahora);
  end if;
  if new.estado in ('Secado', 'Exportado') then
    new.secado_en := coalesce(new.secado_en, ahora);
  end if;
  if new.estado = 'Exportado' then
    new.exportado_en := coalesce(new.exportado_en, ahora);
  end if;
  return new;
end
$$;
comment on function privado.anotar_pasos() is 'Disparador: con qué se registró un lote y cuándo dio cada paso.';
revoke all on function privado.anotar_pasos() from public;
create trigger _400_anotar_pasos before insert or update of estado on public.lotes_asociados
  for each row execute function privado.anotar_pasos();

create or replace function privado.validar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  -- Whether it closes, and what is summed of it: all who write its lots wait for each other.
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'lote_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador registra lotes.';
  end if;
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return new;
end
$$;
