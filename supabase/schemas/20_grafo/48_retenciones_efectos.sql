-- A lot is held while one of its holds is not lifted, whoever writes them: its balance says so, and their chain tells it.
create function privado.aplicar_retencion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update privado.saldos s set retenido = exists (
    select from public.retenciones r where r.lote_id = new.lote_id and r.levantada_en is null)
  where s.lote_id = new.lote_id;
  perform privado.encadenar(array[(-new.empresa_id,
    case tg_op when 'INSERT' then 'lote.retenido' else 'lote.liberado' end, 'retencion/' || new.id,
    '{"fila":' || privado.fila_retencion(new, privado.sal_de('retencion/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$$;
comment on function privado.aplicar_retencion() is 'Disparador: un lote queda retenido mientras alguien lo retenga.';
revoke all on function privado.aplicar_retencion() from public;
