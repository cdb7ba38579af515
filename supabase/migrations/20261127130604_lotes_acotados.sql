-- Why: a contract is answered whole, with its lots, and each lot that is exported looks at all of them: nothing bounded
-- how many one party gave it. Of a quintal each, 5,000 lots are 226 TM; of a truck each, more than anybody ships.
-- Touches: a trigger of public.lotes_asociados. A contract that has more keeps them. Destructive: no.
create function privado.acotar_lotes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Those that this same statement adds are not counted yet: what a request may bring is bounded elsewhere.
  if (select a.lotes from public.avances a where a.contrato_id = new.contrato_id) >= 5000 then
    raise exception 'contrato_demasiados_lotes' using errcode = 'PT409',
      detail = 'Un contrato tiene 5000 lotes como máximo.';
  end if;
  return new;
end
$$;
comment on function privado.acotar_lotes() is 'Disparador: cuántos lotes tiene un contrato como máximo.';
revoke all on function privado.acotar_lotes() from public;
create trigger _170_acotar_lotes before insert on public.lotes_asociados
  for each row execute function privado.acotar_lotes();
