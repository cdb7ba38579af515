-- Why: who was asked to be party to a contract and has not said yes is told as that in its expediente, and its RUC is not.
-- Touches: privado.partes_de.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.partes_de (
  v_contrato bigint
)
  returns json
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return (
    select json_agg(json_build_object('papel', p.papel, 'nombre', e.nombre, 'tipo', e.tipo,
        'ruc', case when p.papel <> 'proveedor' and c.estado <> 'En revisión' and not p.pendiente then e.ruc end,
        'pendiente', p.pendiente)
      order by p.papel = 'proveedor', p.papel = 'contraparte', e.id)
    from public.contratos_participantes p join public.empresas e on e.id = p.empresa_id
    join public.contratos c on c.id = p.contrato_id
    where p.contrato_id = v_contrato
  );
end
$function$;

reset check_function_bodies;
