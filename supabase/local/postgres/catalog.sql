-- What a database is made of, one row each: what it is and how it is called, and its facts. Not read: what its tables
-- hold; kinds that we do not make (what an aggregate computes, operators, casts, collations, text search, foreign data).
-- Roles and their settings are of the cluster: two databases of one never differ in them. Nothing says in which order
-- it was made: privileges come sorted, those that are only implied come written out, and no oid is named.
with ns as (
  select * from pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'supabase_migrations')
),
rel as (
  select c.*, format('%I.%I', ns.nspname, c.relname) as name from pg_class c join ns on ns.oid = c.relnamespace
),
made_by_extension as (select classid, objid from pg_depend where deptype = 'e')
select kind || ' ' || name as key, facts from (
  select 'schema' as kind, nspname::text as name, jsonb_build_object(
    'owner', nspowner::regrole, 'acl', pg_temp.acl(nspacl, 'n', nspowner),
    'comment', obj_description(oid, 'pg_namespace')) as facts
  from ns

  union all select
    case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end, name,
    jsonb_build_object(
      'kind', relkind, 'owner', relowner::regrole, 'row security', relrowsecurity, 'forced', relforcerowsecurity,
      'acl', pg_temp.acl(relacl, case relkind when 'S' then 's' else 'r' end, relowner),
      'options', reloptions, 'persistence', relpersistence, 'replica identity', relreplident,
      'comment', obj_description(oid, 'pg_class'),
      'definition', case when relkind in ('v', 'm') then pg_get_viewdef(oid) end,
      'sequence', case when relkind = 'S' then (
        select format('%s from %s by %s, %s to %s, cache %s, cycle %s',
          seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle)
        from pg_sequence where seqrelid = rel.oid) end,
      'owned by', case when relkind = 'S' then (
        select format('%s.%I', refobjid::regclass, attname)
        from pg_depend d join pg_attribute a on a.attrelid = refobjid and a.attnum = refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = rel.oid and d.deptype in ('a', 'i')) end,
      'parents', (select array_agg(inhparent::regclass::text order by inhseqno) from pg_inherits where inhrelid = rel.oid),
      'partition', pg_get_expr(relpartbound, oid))
  from rel where relkind in ('r', 'p', 'v', 'm', 'S', 'f')

  union all select 'column', format('%s.%I', name, attname), jsonb_build_object(
    'place', rank() over (partition by attrelid order by attnum), 'type', format_type(atttypid, atttypmod),
    'not null', attnotnull, 'identity', attidentity, 'generated', attgenerated, 'storage', attstorage,
    'compression', attcompression, 'statistics', attstattarget, 'collation', attcollation::regcollation,
    'default', pg_get_expr(adbin, adrelid), 'acl', pg_temp.acl(attacl, 'c', relowner), 'options', attoptions,
    'comment', col_description(rel.oid, attnum))
  from rel join pg_attribute a on attrelid = rel.oid and attnum > 0 and not attisdropped
  left join pg_attrdef on adrelid = rel.oid and adnum = attnum
  where relkind in ('r', 'p', 'v', 'm', 'f', 'c')

  union all select 'constraint', format('%s.%I', name, conname), jsonb_build_object(
    'definition', pg_get_constraintdef(k.oid), 'valid', convalidated, 'comment', obj_description(k.oid, 'pg_constraint'))
  from pg_constraint k join rel on rel.oid = conrelid where contype <> 't' and contype <> 'n'

  union all select 'index', name, jsonb_build_object(
    'definition', pg_get_indexdef(rel.oid), 'valid', indisvalid, 'replica identity', indisreplident,
    'cluster', indisclustered, 'comment', obj_description(rel.oid, 'pg_class'))
  from rel join pg_index on indexrelid = rel.oid

  union all select 'policy', format('%s.%I', name, polname), jsonb_build_object(
    'command', polcmd, 'permissive', polpermissive,
    'roles', (select jsonb_agg(case r when 0 then 'public' else r::regrole::text end order by r::regrole::text)
      from unnest(polroles) as r),
    'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid),
    'comment', obj_description(p.oid, 'pg_policy'))
  from pg_policy p join rel on rel.oid = polrelid

  union all select 'trigger', format('%s.%I', name, tgname), jsonb_build_object(
    'definition', pg_get_triggerdef(t.oid), 'enabled', tgenabled, 'comment', obj_description(t.oid, 'pg_trigger'))
  from pg_trigger t join rel on rel.oid = tgrelid where not tgisinternal

  union all select 'rule', format('%s.%I', name, rulename), jsonb_build_object(
    'definition', pg_get_ruledef(r.oid), 'enabled', ev_enabled, 'comment', obj_description(r.oid, 'pg_rewrite'))
  from pg_rewrite r join rel on rel.oid = ev_class where rulename <> '_RETURN'

  union all select 'function', format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid)),
    jsonb_build_object(
      'definition', case when prokind <> 'a' then pg_get_functiondef(p.oid) end, 'owner', proowner::regrole,
      'acl', pg_temp.acl(proacl, 'f', proowner), 'comment', obj_description(p.oid, 'pg_proc'))
  from pg_proc p join ns on ns.oid = pronamespace
  where not exists (select from made_by_extension m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)

  union all select 'type', format('%I.%I', nspname, typname), jsonb_build_object(
    'kind', typtype, 'owner', typowner::regrole, 'acl', pg_temp.acl(typacl, 'T', typowner),
    'labels', (select jsonb_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid),
    'base', format_type(nullif(typbasetype, 0), typtypmod), 'not null', typnotnull, 'default', typdefault,
    'range', (select format_type(rngsubtype, null) from pg_range where rngtypid = t.oid),
    'checks', (select jsonb_agg(pg_get_constraintdef(oid) order by conname) from pg_constraint where contypid = t.oid),
    'comment', obj_description(t.oid, 'pg_type'))
  from pg_type t join ns on ns.oid = typnamespace
  where (typtype in ('e', 'd', 'r') or typtype = 'c' and (select relkind from pg_class where oid = typrelid) = 'c')
    and not exists (select from made_by_extension m where m.classid = 'pg_type'::regclass and m.objid = t.oid)

  union all select 'publication', pubname::text, jsonb_build_object(
    'owner', pubowner::regrole, 'all tables', puballtables, 'insert', pubinsert, 'update', pubupdate,
    'delete', pubdelete, 'truncate', pubtruncate, 'by root', pubviaroot,
    'comment', obj_description(oid, 'pg_publication'))
  from pg_publication

  union all select 'published', format('%I %I.%I', pubname, schemaname, tablename), jsonb_build_object(
    'columns', attnames, 'rows', rowfilter)
  from pg_publication_tables

  union all select 'extension', extname::text, jsonb_build_object(
    'schema', extnamespace::regnamespace, 'version', extversion, 'comment', obj_description(oid, 'pg_extension'))
  from pg_extension

  union all select 'event trigger', evtname::text, jsonb_build_object(
    'event', evtevent, 'function', evtfoid::regprocedure, 'enabled', evtenabled, 'tags', evttags,
    'owner', evtowner::regrole, 'comment', obj_description(oid, 'pg_event_trigger'))
  from pg_event_trigger

  union all select 'default privileges',
    concat_ws(' ', defaclrole::regrole, nullif(defaclnamespace, 0)::regnamespace, defaclobjtype),
    jsonb_build_object('acl', pg_temp.acl(defaclacl, 'c', defaclrole))
  from pg_default_acl

  union all select 'statistics', format('%I.%I', nspname, stxname), jsonb_build_object(
    'definition', pg_get_statisticsobjdef(s.oid), 'target', stxstattarget,
    'comment', obj_description(s.oid, 'pg_statistic_ext'))
  from pg_statistic_ext s join ns on ns.oid = stxnamespace

  union all select 'setting',
    concat_ws(' ', case setdatabase when 0 then null else 'database' end, nullif(setrole, 0)::regrole),
    jsonb_build_object('values', (select jsonb_agg(x order by x) from unnest(setconfig) as x))
  from pg_db_role_setting where setdatabase in (0, (select oid from pg_database where datname = current_database()))
) as objects
order by key
