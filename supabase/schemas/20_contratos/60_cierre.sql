-- When a contract closes by itself, as its exporter chose: when its lots are all exported, or when they are and besides
-- make up the volume, less its tolerance, so that what ships in parts is not closed by its first lot. Whoever closes
-- it, all are told how much of the volume was exported.

create function privado.exportado_tm(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  -- Not what avances keeps: a statement that exports lots sums there at its end, and closes before.
  return (
    select round(coalesce(sum(l.peso_qq), 0) * 0.045359237, 4)
    from public.lotes_asociados l where l.contrato_id = contrato and l.estado = 'Exportado'
  );
end
$$;
comment on function privado.exportado_tm(bigint) is 'Toneladas exportadas de un contrato.';

create function privado.exportado_en_palabras(contrato public.contratos) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  exportado constant numeric := privado.exportado_tm(contrato.id);
begin
  return format('%s de %s TM exportadas (%s %%)', trim_scale(exportado), trim_scale(contrato.volumen_tm),
    trim_scale(round(100 * exportado / contrato.volumen_tm, 2)));
end
$$;
comment on function privado.exportado_en_palabras(public.contratos) is 'Cuánto de su volumen se exportó, para decirlo.';

create function privado.toca_cerrar(contrato public.contratos) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
      -- What was lost whole, by operations of the graph, is waited for by nobody.
      select bool_and(l.estado = 'Exportado') from public.lotes_asociados l
      where l.contrato_id = contrato.id and l.peso_qq > 0
    ), false)
    and (contrato.cierre = 'al exportar los lotes' or privado.exportado_tm(contrato.id)
      >= round(contrato.volumen_tm * (1 - contrato.tolerancia_pct / 100), 4));
end
$$;
comment on function privado.toca_cerrar(public.contratos) is
  '¿Tiene lotes, están todos exportados y, si su cierre lo pide, completan el volumen?';

-- What its exporter, an administrator or the system may do with the state of a contract, and nobody else; nor is an
-- amendment, to which its exporter said yes, of anybody else.
create function privado.manda_en_contrato(contrato public.contratos) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return auth.uid() is null or privado.es_admin() or coalesce(current_setting('privado.enmienda', true), '') <> ''
    or (privado.mi_rol() = 'exportadora' and privado.mi_empresa() = contrato.exportadora_id);
end
$$;
comment on function privado.manda_en_contrato(public.contratos) is
  '¿Es quien actúa de la exportadora del contrato, un administrador o el sistema?';

revoke all on function privado.exportado_tm(bigint), privado.exportado_en_palabras(public.contratos),
  privado.toca_cerrar(public.contratos), privado.manda_en_contrato(public.contratos) from public;
