-- Schema realtime as a Supabase database has it: messages that the database broadcasts, the functions that
-- write them, and the publications that Realtime reads. Runs as supabase_admin at every start.
do $$
begin
  if not exists (select from pg_roles where rolname = 'supabase_realtime_admin') then
    create role supabase_realtime_admin login noinherit;
  end if;
end
$$;
grant anon, authenticated, service_role to supabase_realtime_admin;
alter role supabase_realtime_admin set search_path = 'realtime';
-- It asks policies by rows that it takes back, and makes the partitions.
alter role supabase_realtime_admin set default_transaction_read_only = off;
alter role supabase_realtime_admin set statement_timeout = '5s';
alter role supabase_realtime_admin set idle_in_transaction_session_timeout = '10s';

create schema if not exists realtime;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default (now() at time zone 'UTC'),
  -- Not now(): what one transaction sends is replayed in its order.
  inserted_at timestamp not null default (clock_timestamp() at time zone 'UTC'),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;
create index if not exists messages_inserted_at_topic_idx on realtime.messages (topic, inserted_at desc)
  where extension = 'broadcast' and private;

-- The server goes on making them; these let the database broadcast before it has, and some days after it stopped.
create or replace function realtime.make_partitions(days int) returns void
language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
  day date;
begin
  for day in select (now() at time zone 'UTC')::date + n from generate_series(-1, days) as n loop
    if to_regclass(format('realtime.messages_%s', to_char(day, 'YYYY_MM_DD'))) is null then
      execute format('create table if not exists realtime.%I partition of realtime.messages for values from (%L) to (%L)',
        'messages_' || to_char(day, 'YYYY_MM_DD'), day, day + 1);
    end if;
  end loop;
end
$$;
alter function realtime.make_partitions(int) owner to supabase_realtime_admin;
revoke all on function realtime.make_partitions(int) from public;
select realtime.make_partitions(7);

create or replace function realtime.topic() returns text
language sql stable as $$ select nullif(current_setting('realtime.topic', true), '')::text $$;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $$
declare
  message_id constant uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    message_id,
    case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(message_id)) end,
    event, topic, private, 'broadcast'
  );
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void language plpgsql as $$
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void language plpgsql as $$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  elsif coalesce(operation, '') not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'old_record', case when operation in ('UPDATE', 'DELETE') then to_jsonb(old) end,
      'record', case when operation in ('INSERT', 'UPDATE') then to_jsonb(new) end,
      'operation', operation, 'table', table_name, 'schema', table_schema
    ), event_name, topic_name
  );
exception when others then
  raise exception 'Failed to process the row: %', sqlerrm;
end
$$;

do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
    alter publication supabase_realtime owner to postgres;
  end if;
  -- A publication outlives its table: where the table was made anew, it has to be told of it again.
  if not exists (select from pg_publication where pubname = 'supabase_realtime_messages_publication') then
    create publication supabase_realtime_messages_publication with (publish = 'insert', publish_via_partition_root = true);
  end if;
  if not exists (
    select from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
    where p.pubname = 'supabase_realtime_messages_publication' and r.prrelid = 'realtime.messages'::regclass
  ) then
    alter publication supabase_realtime_messages_publication add table realtime.messages;
  end if;
end
$$;
