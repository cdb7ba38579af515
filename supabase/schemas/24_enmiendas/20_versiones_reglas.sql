-- A version of the terms is evidence: nothing changes of it, but that the other side accepts the one in force.

create function privado.conservar_version() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and old.aceptada_en is null and new.aceptada_en is not null then
    old.aceptada_por := new.aceptada_por;
    old.aceptada_empresa := new.aceptada_empresa;
    old.aceptada_en := new.aceptada_en;
    if old is not distinct from new then
      return new;
    end if;
  end if;
  raise exception 'version_inmutable' using errcode = 'PT409',
    detail = 'Una versión de los términos no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_version() is
  'Disparador: las versiones son evidencia; solo se anota una vez que se aceptaron.';

revoke all on function privado.conservar_version() from public;
