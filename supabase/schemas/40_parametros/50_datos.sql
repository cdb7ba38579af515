-- The figures that hold for everybody, which production needs as well: units of the trade, withholdings, the limits of
-- NTE INEN 176 in its editions of 2006 and 2021, and the least weight of a lot. A limit that we do not know is absent.
-- Both editions hold; a calculation says which it asks, that of 2006 by default: its grades are those the trade names.
insert into public.parametros (tipo, variante, valor, desde) values
  ('quintal', '', '{"kg": 45.359237}', '1990-01-01'),
  ('saco', '', '{"kg": 69}', '1990-01-01'),
  ('humedad_objetivo', '', '{"porcentaje": 7}', '1990-01-01'),
  ('rendimiento', 'baba', '{"factor": 0.38}', '1990-01-01'),
  ('rendimiento', 'escurrido', '{"factor": 0.5}', '1990-01-01'),
  ('retencion', 'agrocalidad', '{"porcentaje": 0.25}', '2020-01-01'),
  ('retencion', 'renta_productor', '{"porcentaje": 1}', '2020-01-01'),
  ('retencion', 'renta_comerciante', '{"porcentaje": 1.75}', '2020-01-01'),
  ('retencion', 'renta_liquidacion', '{"porcentaje": 3}', '2020-01-01'),
  ('norma_calidad', 'inen_176', '{"edicion": "2006", "grados": [
    {"grado": "ASSPS", "gramos_100": [135, 140], "bien_fermentado_min": 75, "ligeramente_fermentado_min": 10,
      "fermentado_min": 85, "violeta_max": 10, "pizarroso_max": 4, "moho_max": 1, "defectos_max": 0, "humedad_max": 7},
    {"grado": "ASSS", "gramos_100": [130, 135], "bien_fermentado_min": 65, "ligeramente_fermentado_min": 10,
      "fermentado_min": 75, "violeta_max": 15, "pizarroso_max": 9, "moho_max": 1, "defectos_max": 0, "humedad_max": 7},
    {"grado": "ASS", "gramos_100": [120, 125], "bien_fermentado_min": 60, "ligeramente_fermentado_min": 5,
      "fermentado_min": 65, "violeta_max": 21, "pizarroso_max": 12, "moho_max": 2, "defectos_max": 1, "humedad_max": 7},
    {"grado": "ASN", "gramos_100": [110, 115], "bien_fermentado_min": 44, "ligeramente_fermentado_min": 10,
      "fermentado_min": 54, "violeta_max": 25, "pizarroso_max": 18, "moho_max": 3, "defectos_max": 3, "humedad_max": 7},
    {"grado": "ASE", "gramos_100": [105, 110], "bien_fermentado_min": 26, "ligeramente_fermentado_min": 27,
      "fermentado_min": 53, "violeta_max": 25, "pizarroso_max": 18, "moho_max": 4, "defectos_max": 4, "humedad_max": 7},
    {"grado": "CCN-51", "gramos_100": [135, 140], "bien_fermentado_min": 65, "ligeramente_fermentado_min": 11,
      "fermentado_min": 76, "violeta_max": 18, "pizarroso_max": 5, "moho_max": 1, "defectos_max": 1, "humedad_max": 7}
  ]}', '2006-01-01'),
  ('norma_calidad', 'inen_176_2021', '{"edicion": "2021", "grados": [
    {"grado": "1", "bien_fermentado_min": 75, "violeta_max": 15, "pizarroso_max": 9, "moho_max": 1},
    {"grado": "2", "bien_fermentado_min": 65, "violeta_max": 21, "pizarroso_max": 12, "moho_max": 2},
    {"grado": "3", "bien_fermentado_min": 53, "violeta_max": 25, "pizarroso_max": 18, "moho_max": 4}
  ]}', '2021-01-01'),
  -- A quintal, the unit in which the trade buys.
  ('lote_minimo', '', '{"qq": 1}', '1990-01-01'),
  ('limite_secado', '', '{"aviso": 2, "alerta": 5, "ganancia": 1}', '1990-01-01'),
  -- Fermenting drips 10 to 15 percent.
  ('limite_fermentado', '', '{"aviso": 20, "alerta": 30}', '1990-01-01'),
  -- Intensive CCN-51: what is above is hardly of one farm.
  ('rendimiento_hectarea', '', '{"kg": 2000}', '1990-01-01');

-- Those of companies have ids that tell no count; these first ones are the same in every installation.
create trigger _050_poner_id before insert on public.parametros
  for each row execute function privado.poner_id();
