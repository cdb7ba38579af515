-- How much of a conversation is new to the caller.

-- For contracts that the caller has been let see; it stops counting at a hundred.
create function privado.sin_leer(contrato bigint) returns int
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select count(*) from (
      select from public.mensajes m
      where m.contrato_id = contrato and m.usuario_id is distinct from auth.uid() and m.id > coalesce((
        select l.hasta from public.lecturas l where l.contrato_id = contrato and l.usuario_id = auth.uid()), 0)
      order by m.id desc limit 100
    ) as nuevos
  );
end
$$;
comment on function privado.sin_leer(bigint) is 'Mensajes que el usuario no ha leído y no escribió; 100 son 100 o más.';
revoke all on function privado.sin_leer(bigint) from public;
grant execute on function privado.sin_leer(bigint) to authenticated;
