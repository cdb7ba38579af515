-- How an operation moves what is promised: what of it is taken of its inputs, and how that is shared among its products.
-- In whole grams: what is promised never grows, and no lot promises more than it has.

-- Of each lot the kilos that nobody waits for go first; then what is promised, in proportion, the last gram by largest
-- remainder. Shipping takes those of its contract first, and of no other.
create function privado.promesas_tomadas(v_operacion uuid)
returns table (lote_id uuid, asociado_id bigint, kg numeric)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  o public.operaciones;
begin
  select * into o from public.operaciones x where x.id = v_operacion;
  if o.tipo = 'embarcar' and exists (
    select from public.consumos c
    join privado.saldos s on s.lote_id = c.lote_id
    where c.operacion_id = v_operacion and c.kg > s.kg + c.kg - coalesce((
      select sum(p.kg) from privado.promesas p join public.lotes_asociados a on a.id = p.asociado_id
      where p.lote_id = c.lote_id and a.contrato_id is distinct from o.contrato_id), 0)
  ) then
    raise exception 'lote_prometido' using errcode = 'PT409',
      detail = 'Esos kilos están prometidos a otro contrato.', hint = 'entradas';
  end if;
  return query
  with candidatas as (
    select c.lote_id, p.asociado_id, 1000 * p.kg as g,
      1000 * sum(p.kg) over (partition by c.lote_id) as prometidos,
      -- The balance has given already what it gave.
      1000 * case o.tipo when 'embarcar' then c.kg
        else greatest(c.kg - greatest(s.kg + c.kg - t.todo, 0), 0) end as pedidos
    from public.consumos c
    join privado.saldos s on s.lote_id = c.lote_id
    join privado.promesas p on p.lote_id = c.lote_id
    join public.lotes_asociados a on a.id = p.asociado_id
    cross join lateral (select sum(x.kg) as todo from privado.promesas x where x.lote_id = c.lote_id) as t
    where c.operacion_id = v_operacion and (o.tipo <> 'embarcar' or a.contrato_id = o.contrato_id)
  ), enteros as (
    select k.lote_id, k.asociado_id, least(k.pedidos, k.prometidos) as tomados,
      div(k.g * least(k.pedidos, k.prometidos), k.prometidos) as g,
      mod(k.g * least(k.pedidos, k.prometidos), k.prometidos) as resto
    from candidatas k
  )
  select e.lote_id, e.asociado_id, (e.g + case when row_number() over w <= e.tomados - sum(e.g) over (partition by e.lote_id)
    then 1 else 0 end) / 1000.0
  from enteros e
  window w as (partition by e.lote_id order by e.resto desc, e.asociado_id);
end
$$;
comment on function privado.promesas_tomadas(uuid) is 'Cuánto de lo prometido toma una operación de cada uno de sus lotes.';

-- What was taken for each goes to the products as the kilos do: with losses it shrinks, with a gain it stays. Whole grams
-- first; those that are left, one lot after another, where there is room.
create function privado.promesas_dadas(v_operacion uuid)
returns table (lote_id uuid, asociado_id bigint, kg numeric)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  entra constant numeric := (select 1000 * sum(c.kg) from public.consumos c where c.operacion_id = v_operacion);
  sale constant numeric := (select 1000 * sum(p.kg) from public.productos p where p.operacion_id = v_operacion);
  base constant numeric := greatest(entra, sale);
begin
  return query
  with tomadas as (
    select m.asociado_id, -1000 * sum(m.kg) as g from privado.promesas_movidas m
    where m.operacion_id = v_operacion group by 1
  ), enteros as (
    select p.lote_id, t.asociado_id, 1000 * p.kg as caben, div(t.g * sale, base) as toca, div(t.g * 1000 * p.kg, base) as g
    from public.productos p cross join tomadas t where p.operacion_id = v_operacion
  ), faltan as (
    -- Both end to end, as lengths: a gram that is owed falls where there is one of room.
    select f.asociado_id, sum(f.n) over w - f.n as de, sum(f.n) over w as a
    from (select e.asociado_id, max(e.toca) - sum(e.g) as n from enteros e group by 1) as f
    window w as (order by f.asociado_id)
  ), sitios as (
    select s.lote_id, sum(s.n) over w - s.n as de, sum(s.n) over w as a
    from (select e.lote_id, max(e.caben) - sum(e.g) as n from enteros e group by 1) as s
    window w as (order by s.lote_id)
  )
  select e.lote_id, e.asociado_id, (e.g + greatest(least(f.a, s.a) - greatest(f.de, s.de), 0)) / 1000.0
  from enteros e
  join faltan f on f.asociado_id = e.asociado_id
  join sitios s on s.lote_id = e.lote_id
  where e.g + greatest(least(f.a, s.a) - greatest(f.de, s.de), 0) > 0;
end
$$;
comment on function privado.promesas_dadas(uuid) is 'Cómo reparte una operación entre sus productos lo prometido que tomó.';

revoke all on function privado.promesas_tomadas(uuid), privado.promesas_dadas(uuid) from public;
