-- What the weekly verification found is told to the administrators.
create function privado.avisar_de_evidencias(v_fallas bigint, v_primeras text) returns void
language sql volatile security definer set search_path = '' as $$
  select privado.notificar_administradores('respaldo',
    format('La verificación de las evidencias encontró %s cosas que no cuadran.', v_fallas),
    jsonb_build_object('motivo', 'evidencias', 'fallas', v_fallas, 'primeras', left(v_primeras, 4000)))
$$;
comment on function privado.avisar_de_evidencias(bigint, text) is
  'Avisa a los administradores de lo que la verificación encontró.';
revoke all on function privado.avisar_de_evidencias(bigint, text) from public;
grant execute on function privado.avisar_de_evidencias(bigint, text) to service_role;
