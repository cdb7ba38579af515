-- What a person may do, in the chain of its company, or of the installation if it has none (see 05_evidencia). Who
-- changes company goes out of one chain and into the other: the one with the lower number is taken first.
create function privado.encadenar_usuario() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  antes constant bigint := case when tg_op <> 'INSERT' then coalesce(-old.empresa_id, 0) end;
  ahora constant bigint := case when tg_op <> 'DELETE' then coalesce(-new.empresa_id, 0) end;
  entra privado.evidencia_nueva;
  sale privado.evidencia_nueva;
begin
  if ahora is not null then
    entra := (ahora, case when antes = ahora then 'usuario.cambiado' else 'usuario.incorporado' end,
      'usuario/' || new.id, '{"fila":' || privado.fila_usuario(new) || '}');
  end if;
  if antes is distinct from ahora and antes is not null then
    sale := (antes, case when ahora is null then 'usuario.borrado' else 'usuario.retirado' end,
      'usuario/' || old.id, '{"fila":null}');
  end if;
  perform privado.encadenar(case when sale is null then array[entra] when entra is null then array[sale]
    when antes < ahora then array[sale, entra] else array[entra, sale] end);
  return null;
end
$$;
comment on function privado.encadenar_usuario() is 'Disparador: quién entra en una empresa, con qué rol y si está activo, en su cadena.';
revoke all on function privado.encadenar_usuario() from public;
