-- The trigger functions of public.empresas.

-- Contracts and users were accepted for the kind of company that it is.
create function privado.fijar_tipo_empresa() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'empresa_tipo_fijo' using errcode = 'PT409',
    detail = 'El tipo de una empresa no cambia: sus contratos y usuarios dependen de él.', hint = 'tipo';
end
$$;
comment on function privado.fijar_tipo_empresa() is 'Disparador: el tipo de una empresa no cambia.';
revoke all on function privado.fijar_tipo_empresa() from public;

-- Whoever is switched off, or changes company, stops hearing its channels at once, not when its token is renewed.
-- Realtime asks the policies when a channel is joined; the embedded server asks them again when it hears the
-- notification realtime_reauthorize: its payload is the topic, or nothing for all of them. Another Realtime ignores it
-- and asks at the next renewal of the token. Trigger of public.empresas and public.usuarios; of one contract's channels
-- it is privado.reautorizar_canal().
create function privado.reautorizar_canales() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', '');
  return null;
end
$$;
comment on function privado.reautorizar_canales() is 'Disparador: cambió lo que alguien puede oír en cualquier canal.';
revoke all on function privado.reautorizar_canales() from public;
