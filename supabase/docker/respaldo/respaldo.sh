#!/usr/bin/env bash
# A backup of the self-hosted Supabase into RESPALDOS_DIR/<day>, while it runs: pg_dump of the database, the roles, and
# the files of Storage. Connects by the PG* variables, as a superuser.
set -euo pipefail
umask 077
# shellcheck source=comun.sh
. "$(dirname "$(readlink -f "$0")")/comun.sh"

# Whoever asks for help, or mistypes, has asked for no backup.
[[ $# -eq 0 ]] || die 'It takes no arguments: it makes a backup, by the variables of docs/entorno.md.'
what_now 'This backup was not finished and counts as none; those of before are as they were. docs/respaldos.md, «Si algo va mal».'
[[ -d $STORAGE_DIR ]] || die "$STORAGE_DIR is not there: a backup without the files of Storage is none."
mkdir -p "$RESPALDOS_DIR"
exec 9>"$RESPALDOS_DIR/.candado"
flock -n 9 || die "Another backup is at work in $RESPALDOS_DIR: wait until it has ended."
# What a killed one left half done.
rm -rf "$RESPALDOS_DIR"/.en-curso-*

DRAFT=$RESPALDOS_DIR/.en-curso-$$
BEGUN=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)
NAME=

finish() {
  local code=$?
  rm -rf "$DRAFT" "$DRAFT".*
  [[ $code -eq 0 || -n $NAME ]] ||
    record respaldo false '' '' "respaldo.sh ended with $code" || say 'The failure could not be recorded.' >&2
  exit "$code"
}
trap finish EXIT
mkdir "$DRAFT"

previous=$(backups | sed -n 1p)
[[ -z $previous ]] || previous=$RESPALDOS_DIR/$previous
prepare_seal "$DRAFT" "$previous"
if [[ -n $previous && $(told "$previous" cifrado) != "${RECIPIENT:-null}" ]]; then previous=; fi

# Files are copied before the moment and once more after it: what is removed in between is there already, and what was
# still being written then is newer now. A version that is whole never changes, so what the last backup has is linked.
# Content types are extended attributes: they go along.
copy_files() {
  local path source target
  while IFS= read -r path; do
    source=$STORAGE_DIR/$path target=$DRAFT/archivos/$path${RECIPIENT:+.tar.age}
    [[ ! -e $target || $source -nt $target ]] || continue
    rm -f "$target"
    mkdir -p "${target%/*}"
    if [[ -n $previous ]] && link_file "$source" "$previous/${target#"$DRAFT"/}" "$target"; then continue; fi
    if ! copy_file "$path" "$target"; then
      rm -f "$target"
      [[ ! -e $source ]] || die "$source cannot be copied to $RESPALDOS_DIR with its extended attributes."
    fi
  done < <(cd "$STORAGE_DIR" && find . -type f -printf '%P\n')
}
link_file() { [[ -f $2 && ! $1 -nt $2 ]] && ln "$2" "$3" 2>/dev/null; }
# The copy is as old as what was read. Fails where the file went meanwhile.
copy_file() {
  touch -r "$STORAGE_DIR/$1" "$DRAFT.edad" 2>/dev/null || return 1
  if [[ -n $RECIPIENT ]]; then
    tar -C "$STORAGE_DIR" --xattrs --xattrs-include='*' -cf - -- "$1" | age -r "$RECIPIENT" -o "$2" || return 1
  else
    cp --preserve=mode,xattr "$STORAGE_DIR/$1" "$2" || return 1
  fi
  touch -r "$DRAFT.edad" "$2"
}
copy_files

# One moment for the dump, the counts and the list of objects: a session that holds its snapshot open.
coproc SESSION { psql -AtqX -v ON_ERROR_STOP=1; }
# Of numbers of their own: subshells do not have those of a coproc.
exec {TO}>&"${SESSION[1]}" {FROM}<&"${SESSION[0]}"
session() {
  printf '%s\n\\echo --fin\n' "$1" >&"$TO"
  local line
  while IFS= read -r line <&"$FROM"; do
    [[ $line != --fin ]] || return 0
    printf '%s\n' "$line"
  done
  die 'Postgres ended the session of the backup.'
}
session 'begin isolation level repeatable read read only;'
snapshot=$(session 'select pg_export_snapshot();')

pg_dump --format=custom --snapshot="$snapshot" | write_sealed "$DRAFT/base.dump"
# Without passwords: they are those of the .env of the server that is restored to.
pg_dumpall --roles-only --no-role-passwords | write_sealed "$DRAFT/roles.sql"
# What pg_dump leaves to --create: whose the database is, who may do what with it, its settings.
session "
  select format('alter database :\"DBNAME\" owner to %I;', pg_get_userbyid(datdba)) from pg_database
  where datname = current_database();
  select 'revoke all on database :\"DBNAME\" from public;' from pg_database
  where datname = current_database() and datacl is not null;
  select format('grant %s on database :\"DBNAME\" to %s;', a.privilege_type,
    case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
  from pg_database d, aclexplode(d.datacl) as a where d.datname = current_database();
  select format('alter database :\"DBNAME\" set %I to %s;', split_part(c, '=', 1),
    case when split_part(c, '=', 1) = 'search_path' then substr(c, strpos(c, '=') + 1)
      else quote_literal(substr(c, strpos(c, '=') + 1)) end)
  from pg_db_role_setting s, unnest(s.setconfig) as c
  where s.setrole = 0 and s.setdatabase = (select oid from pg_database where datname = current_database());" |
  write_sealed "$DRAFT/ajustes.sql"

session "
  select format('select %L, count(*) from public.%I', relname, relname) from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname \\gexec" \
  >"$DRAFT.filas"
copy_files
session "
  select o.bucket_id || '/' || o.name || '/' || o.version
    || case when d.id is not null and coalesce(to_jsonb(d) ->> 'verificacion', '') <> 'sin archivo'
      then E'\\tdocumento' else '' end
  from storage.objects o left join public.documentos_contrato d on d.url_archivo = o.bucket_id || '/' || o.name
  where o.version is not null;" >"$DRAFT.objetos"
version=$(session 'show server_version;')
system=$(session 'select system_identifier from pg_control_system();')
migration=$(session 'select max(version) from supabase_migrations.schema_migrations;')
# shellcheck disable=SC2153 # coproc sets it.
session_pid=$SESSION_PID
# The last signed root of the evidences, which a later database must continue, as JSON.
root=$(session "
  select 'select to_json(nota) from privado.evidencias_raices order by tamano desc limit 1'
  where to_regclass('privado.evidencias_raices') is not null \\gexec")
printf '\\q\n' >&"$TO"
wait "$session_pid"

# Every registered document must have its bytes, but for those known to be lost (their parties were told; a database of
# before that was noted has no such column); another object may have been removed by its owner meanwhile.
missing=$(awk -F '\t' '
  NR == FNR { sub(/^archivos\/[^\/]*\/[^\/]*\//, ""); sub(/\.tar\.age$/, ""); there[$0]; next }
  !($1 in there) { print }' <(find "$DRAFT" -path "$DRAFT/archivos/*" -type f -printf '%P\n') "$DRAFT.objetos")
if grep -q $'\tdocumento$' <<<"$missing"; then
  die "$(grep -c $'\tdocumento$' <<<"$missing") documents have no file in $STORAGE_DIR: $(grep -m 1 $'\tdocumento$' <<<"$missing" | cut -f 1)"
fi
[[ -z $missing ]] || say "$(wc -l <<<"$missing") objects were removed by their owner while they were copied."

(cd "$DRAFT" && entries) >"$DRAFT.archivos"
# A file that was linked and damaged since must not be handed on.
if [[ -n $previous ]]; then
  damaged=$(comm -13 <(listed "$previous/manifiesto.json" | sort) <(listed "$DRAFT.archivos" | sort) |
    cut -d ' ' -f 5- | while IFS= read -r path; do
      if [[ $DRAFT/$path -ef $previous/$path ]]; then printf '%s\n' "$path"; fi
    done)
  if [[ -n $damaged ]]; then
    while IFS= read -r path; do rm "$DRAFT/$path"; done <<<"$damaged"
    previous=
    copy_files
    (cd "$DRAFT" && entries) >"$DRAFT.archivos"
  fi
fi

ENDED=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)
bytes=$(listed "$DRAFT.archivos" | awk '{ n += $2 } END { printf "%.0f", n }')
{
  printf '{\n  "formato": 1,\n  "tipo": "logico",\n  "inicio": "%s",\n  "fin": "%s",\n' "$BEGUN" "$ENDED"
  printf '  "segundos": %s,\n' $(($(date -d "$ENDED" +%s) - $(date -d "$BEGUN" +%s)))
  printf '  "versiones": {\n    "postgres": "%s",\n    "migracion": "%s"\n  },\n' "${version%% *}" "$migration"
  printf '  "sistema": "%s",\n  "filas": {\n' "$system"
  awk -F '|' '{ printf "%s    \"%s\": %s", (NR > 1 ? ",\n" : ""), $1, $2 }' "$DRAFT.filas"
  printf '\n  },\n'
  printf '  "raiz": %s,\n' "${root:-null}"
  if [[ -n $RECIPIENT ]]; then printf '  "cifrado": "%s",\n' "$RECIPIENT"; else printf '  "cifrado": null,\n'; fi
  printf '  "bytes": %s,\n  "archivos": [\n' "$bytes"
  sed '$!s/$/,/; s/^/    /' "$DRAFT.archivos"
  printf '  ]\n}\n'
} >"$DRAFT/manifiesto.json"
(cd "$DRAFT" && sha256sum manifiesto.json >manifiesto.sha256)
sync -f "$DRAFT"

day=$(TZ=America/Guayaquil date -d "$BEGUN" +%F)
# One more than the last of the day: a number that was removed is not given again, or a new one would look older.
name=$day
latest=$(backups | awk -v day="$day" '!n && substr($0, 1, 10) == day { n = length($0) > 10 ? substr($0, 12) : 1; print n }')
if [[ -n $latest ]]; then name=$day-$((latest + 1)); fi
mv -T "$DRAFT" "$RESPALDOS_DIR/$name"
NAME=$name
sync -f "$RESPALDOS_DIR"
record respaldo true "$NAME" "$bytes"
say "$NAME: $(wc -l <"$DRAFT.archivos") files, $bytes bytes."

backups | expired | while IFS= read -r old; do
  rm -rf "${RESPALDOS_DIR:?}/$old"
  say "$old removed: 7 daily, 4 weekly and 12 monthly ones are kept."
done

if [[ -n ${RESPALDO_COPIA-} ]]; then
  if sh -c "$RESPALDO_COPIA" respaldo "$RESPALDOS_DIR/$NAME"; then
    record copia true "$NAME"
  else
    code=$?
    record copia false "$NAME" '' "RESPALDO_COPIA ended with $code"
    die "RESPALDO_COPIA ended with $code: $RESPALDOS_DIR/$NAME is on this machine alone."
  fi
fi
