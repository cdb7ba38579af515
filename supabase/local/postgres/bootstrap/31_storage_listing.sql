-- Listings of the Storage API. They run as the caller (security invoker), so row level security decides
-- what is listed. A folder costs one step of an index, however many objects it holds: listing the first
-- hundred contracts of a million reads a hundred entries.
-- Runs as supabase_admin at every start; every statement may run again.

-- lower() is not marked leakproof, so under row level security Postgres would not use it to walk an index
-- and would read the whole bucket instead. On object names it fails for nobody and tells nothing.
create or replace function storage.fold(name text) returns text
language internal immutable strict parallel safe leakproof as 'lower';
alter function storage.fold(text) owner to supabase_storage_admin;
grant execute on function storage.fold(text) to postgres, anon, authenticated, service_role;

set local role supabase_storage_admin;

create index if not exists idx_objects_bucket_id_name_fold
  on storage.objects (bucket_id, (storage.fold(name)) collate "C", name collate "C");

-- Below, enable_sort is off so that a page is read from the index that has its order: a bucket that has just
-- grown is not in the statistics yet, and a plan that sorts it would read all of it at every step.

-- The next object of a bucket after (or before) a point of the folded order, for storage.search.
create or replace function storage.next_folded(
  bucketname text, at_key text, at_name text, low text, high text, descending boolean
) returns storage.objects
language plpgsql stable set search_path = '' as $$
declare
  found_object storage.objects;
begin
  if descending then
    select o.* into found_object from storage.objects o
    where o.bucket_id = bucketname and storage.fold(o.name) collate "C" >= low
      and (storage.fold(o.name) collate "C", o.name collate "C") < (at_key, at_name)
    order by storage.fold(o.name) collate "C" desc, o.name collate "C" desc limit 1;
  else
    select o.* into found_object from storage.objects o
    where o.bucket_id = bucketname and storage.fold(o.name) collate "C" < high
      and (storage.fold(o.name) collate "C", o.name collate "C") > (at_key, at_name)
    order by storage.fold(o.name) collate "C", o.name collate "C" limit 1;
  end if;
  return found_object;
end
$$;

-- One level of a folder: prefix is the folder ('' or 'a/b/'), search the beginning of the names wanted,
-- both without regard to case, as storage-api does. Folders have a null id.
create or replace function storage.search(
  prefix text, bucketname text, limits integer default 100, levels integer default 1, offsets integer default 0,
  search text default '', sortcolumn text default 'name', sortorder text default 'asc'
) returns table (
  name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
)
language plpgsql stable set search_path = '' set enable_sort = off as $$
declare
  base integer := length(prefix);
  low text := storage.fold(prefix || search);
  high text := storage.fold(prefix || search) || chr(1114111);
  descending boolean := lower(sortorder) = 'desc';
  at_key text := case when lower(sortorder) = 'desc' then high else low end;
  at_name text := '';
  found_object storage.objects;
  slash integer;
  seen integer := 0;
begin
  if sortcolumn in ('created_at', 'updated_at', 'last_accessed_at') then
    return query execute format($sql$
      with hits as (
        select o.*, substr(o.name, $1 + 1) as rest from storage.objects o
        where o.bucket_id = $2 and storage.fold(o.name) collate "C" >= $3 and storage.fold(o.name) collate "C" < $4
      )
      (select distinct split_part(rest, '/', 1) as folder, null::uuid, null::timestamptz, null::timestamptz,
         null::timestamptz, null::jsonb from hits where strpos(rest, '/') > 0 order by folder %2$s)
      union all
      (select rest, id, updated_at, created_at, last_accessed_at, metadata from hits
       where strpos(rest, '/') = 0 order by %1$I %2$s, rest %2$s)
      limit $5 offset $6
    $sql$, sortcolumn, case when descending then 'desc' else 'asc' end)
    using base, bucketname, low, high, limits, offsets;
    return;
  end if;

  while seen < offsets + limits loop
    found_object := storage.next_folded(bucketname, at_key, at_name, low, high, descending);
    exit when found_object.id is null;
    slash := strpos(substr(found_object.name, base + 1), '/');
    at_name := case when slash > 0 then '' else found_object.name end;
    -- '0' is the character after '/': past the whole folder, or before it.
    at_key := storage.fold(case
      when slash = 0 then found_object.name
      when descending then left(found_object.name, base + slash)
      else left(found_object.name, base + slash - 1) || '0'
    end);
    seen := seen + 1;
    continue when seen <= offsets;
    name := substr(found_object.name, base + 1);
    if slash > 0 then
      name := left(name, slash - 1);
      found_object := null;
    end if;
    id := found_object.id;
    updated_at := found_object.updated_at;
    created_at := found_object.created_at;
    last_accessed_at := found_object.last_accessed_at;
    metadata := found_object.metadata;
    return next;
  end loop;
end
$$;

-- Keyset listing by exact name, for list-v2: whole names, folders end in '/' and have a null id.
create or replace function storage.list_by_name(
  bucketname text, prefix text, delimited boolean, start_after text, limits integer, descending boolean
) returns setof storage.objects
language plpgsql stable set search_path = '' set enable_sort = off as $$
declare
  high text := prefix || chr(1114111);
  at_name text := case
    when start_after = '' then case when descending then high else prefix end
    when descending or right(start_after, 1) <> '/' then start_after
    else left(start_after, -1) || '0'
  end;
  -- What lies exactly on the starting point is listed only when it cannot have been listed before.
  inclusive boolean := not descending and (start_after = '' or right(start_after, 1) = '/');
  entry storage.objects;
  slash integer;
begin
  for seen in 1 .. limits loop
    if descending then
      select o.* into entry from storage.objects o
      where o.bucket_id = bucketname and o.name collate "C" >= prefix and o.name collate "C" < at_name
      order by o.name collate "C" desc limit 1;
    else
      select o.* into entry from storage.objects o
      where o.bucket_id = bucketname and o.name collate "C" >= at_name and o.name collate "C" < high
        and (inclusive or o.name <> at_name)
      order by o.name collate "C" limit 1;
    end if;
    exit when entry.id is null;
    slash := case when delimited then strpos(substr(entry.name, length(prefix) + 1), '/') else 0 end;
    inclusive := slash > 0;
    at_name := entry.name;
    if slash > 0 then
      at_name := left(entry.name, length(prefix) + slash);
      entry := null;
      entry.bucket_id := bucketname;
      entry.name := at_name;
      if not descending then
        at_name := left(at_name, -1) || '0';
      end if;
    end if;
    return next entry;
  end loop;
end
$$;

-- The same by time: folders first, by name, then objects by the column and their name.
create or replace function storage.list_by_time(
  bucketname text, prefix text, delimited boolean, start_after text, time_after timestamptz, limits integer,
  sort_column text, descending boolean
) returns setof storage.objects
language plpgsql stable set search_path = '' as $$
begin
  return query execute format($sql$
    with hits as (
      select o as entry, o.name, o.%1$I as at,
        case when $3 then strpos(substr(o.name, length($2) + 1), '/') else 0 end as slash
      from storage.objects o
      where o.bucket_id = $1 and o.name collate "C" >= $2 and o.name collate "C" < $2 || chr(1114111)
    ), entries as (
      select distinct jsonb_populate_record(null::storage.objects, jsonb_build_object(
          'bucket_id', $1, 'name', left(name, length($2) + slash))) as entry,
        left(name, length($2) + slash) as name, null::timestamptz as at
      from hits where slash > 0 and $5 is null
      union all
      select entry, name, at from hits where slash = 0
    )
    select (e.entry).* from entries e
    where $4 = '' or case
      when $5 is null then e.at is not null or e.name collate "C" %3$s $4
      else (e.at, e.name collate "C") %3$s ($5, $4)
    end
    order by (e.at is not null), e.at %2$s, e.name collate "C" %2$s
    limit $6
  $sql$, sort_column, case when descending then 'desc' else 'asc' end, case when descending then '<' else '>' end)
  using bucketname, prefix, delimited, start_after, time_after, limits;
end
$$;

reset role;
