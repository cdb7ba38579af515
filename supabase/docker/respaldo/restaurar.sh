#!/usr/bin/env bash
# restaurar.sh <day>: restores a backup of respaldo.sh into a Supabase whose other services are stopped, and into an
# empty STORAGE_DIR. restaurar.sh --probar [<day>] restores it beside the one that serves, compares, and removes it.
# Connects by the PG* variables, as a superuser.
set -euo pipefail
umask 077
# shellcheck source=comun.sh
. "$(dirname "$(readlink -f "$0")")/comun.sh"
# shellcheck source=duenos.sh
. "$(dirname "$(readlink -f "$0")")/duenos.sh"
what_now 'The database that serves was not touched, nor the backup: docs/respaldos.md, «Si algo va mal».'

PROOF=
if [[ ${1-} == --probar ]]; then
  PROOF=yes
  shift
fi
[[ $# -le 1 ]] || die 'Usage: restaurar.sh [--probar] <day>'
name=${1:-${PROOF:+$(backups | sed -n 1p)}}
[[ -n $name ]] || die "Usage: restaurar.sh [--probar] <day>. There are: $(backups | tr '\n' ' ')"
FOLDER=$RESPALDOS_DIR/$name
[[ $name =~ ^[0-9-]+$ && -d $FOLDER ]] || die "There is no backup \"$name\". There are: $(backups | tr '\n' ' ')"

leave_guards_out
SERVING=$PGDATABASE
TARGET=restaurada_$(date -u +%Y%m%d%H%M%S)
DONE=
finish() {
  local code=$?
  rm -rf "$WORK"
  if [[ -z $DONE ]]; then
    PGDATABASE=template1 ask "drop database if exists $TARGET" || true
    [[ -z $PROOF ]] || record prueba false "$name" '' "restaurar.sh ended with $code" || true
  fi
  exit "$code"
}

if [[ -z $PROOF ]]; then
  [[ -z $(find "$STORAGE_DIR" -mindepth 1 -print -quit 2>/dev/null) ]] ||
    die "$STORAGE_DIR is not empty: a restore goes into an empty folder, never over living files."
  others=$(PGDATABASE=template1 ask "select count(*) from pg_stat_activity
    where datname = '$SERVING' and backend_type = 'client backend'")
  [[ $others -eq 0 ]] ||
    die "$others connections use the database $SERVING: stop every service but Postgres before a restore."
  contracts=$(ask "select coalesce((xpath('/row/n/text()', query_to_xml(case when to_regclass('public.contratos') is null
    then 'select 0 as n' else 'select count(*) as n from public.contratos' end, true, true, '')))[1]::text, '0')")
  [[ $contracts -eq 0 ]] || die "The database $SERVING has $contracts contracts: a restore never goes over a living one."
fi
WORK=$(mktemp -d)
trap finish EXIT

verify "$FOLDER"
[[ $(told "$FOLDER" tipo) == logico ]] || die "$FOLDER is a backup of the embedded stack: npm run restaurar restores it."
# What is installed here has made its tables: those of another version are not for it.
migration=$(sed -n 's/^    "migracion": "\([0-9]\{14\}\)"$/\1/p' "$FOLDER/manifiesto.json")
if [[ -z $PROOF && -n $migration && $(ask "select to_regclass('supabase_migrations.schema_migrations') is not null") == t ]]; then
  known=$(ask "select count(*) filter (where version = '$migration') + (count(*) = 0)::int from supabase_migrations.schema_migrations")
  [[ $known -gt 0 ]] ||
    die "$FOLDER has migration $migration, which the database $SERVING does not have: it belongs to another version of Triboka. Restore it where that version is installed."
fi
IDENTITY_FILE=
if [[ $(told "$FOLDER" cifrado) == age1* ]]; then
  IDENTITY_FILE=$WORK/identidad
  open_identity "$FOLDER" "$IDENTITY_FILE"
fi

# Roles that are there already stay as they are.
read_sealed "$FOLDER" roles.sql >"$WORK/roles.sql"
if [[ -z $PROOF ]]; then
  PGDATABASE=template1 psql -qX -f "$WORK/roles.sql" >/dev/null 2>"$WORK/roles.log" || true
  if grep 'ERROR:' "$WORK/roles.log" | grep -v 'already exists' >&2; then die 'The roles could not be restored.'; fi
fi

PGDATABASE=template1 ask "create database $TARGET template template0"
read_sealed "$FOLDER" ajustes.sql | PGDATABASE=$TARGET psql -qX -v ON_ERROR_STOP=1 >/dev/null
say "Restoring the database…"
read_sealed "$FOLDER" base.dump >"$WORK/base.dump"
restore_dump "$WORK/base.dump"

# The rows of every table against the manifest.
PGDATABASE=$TARGET psql -AtqX -v ON_ERROR_STOP=1 >"$WORK/filas" <<'SQL'
select format('select %L, count(*) from public.%I', relname, relname) from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname \gexec
SQL
sed -n '/^  "filas": {/,/^  }/{s/^    "\(.*\)": \([0-9]*\),\{0,1\}$/\1|\2/p}' "$FOLDER/manifiesto.json" >"$WORK/esperadas"
diff "$WORK/esperadas" "$WORK/filas" || bad "$FOLDER" 'The rows differ from the manifest (< manifest, > restored).'
say "The rows of $(wc -l <"$WORK/filas") tables are those of the manifest."

# And the last signed root of the evidences: a history that was rewritten in the backup is another. A backup of before
# there were roots has no such line.
if grep -q '^  "raiz": ' "$FOLDER/manifiesto.json"; then
  expected=$(sed -n 's/^  "raiz": \(.*\),$/\1/p' "$FOLDER/manifiesto.json")
  root=
  if [[ $(PGDATABASE=$TARGET ask "select to_regclass('privado.evidencias_raices') is not null") == t ]]; then
    root=$(PGDATABASE=$TARGET ask 'select to_json(nota) from privado.evidencias_raices order by tamano desc limit 1')
  fi
  [[ ${root:-null} == "$expected" ]] ||
    bad "$FOLDER" 'The last signed root of the evidences is not that of the manifest.'
  if [[ -n $root ]]; then say 'The last signed root of the evidences is that of the manifest.'; fi
fi

restored=$STORAGE_DIR
if [[ -n $PROOF ]]; then restored=$WORK/archivos; fi
mkdir -p "$restored"
files=0
while IFS= read -r path; do
  if [[ -n $IDENTITY_FILE ]]; then
    age -d -i "$IDENTITY_FILE" "$FOLDER/archivos/$path" |
      tar -C "$restored" --xattrs --xattrs-include='*' -xf -
  else
    mkdir -p "$restored/$(dirname "$path")"
    cp --preserve=mode,timestamps,xattr "$FOLDER/archivos/$path" "$restored/$path"
  fi
  files=$((files + 1))
done < <(listed "$FOLDER/manifiesto.json" | cut -d ' ' -f 5- | sed -n 's|^archivos/||p')
if [[ -z $PROOF ]]; then chown -R --reference="$STORAGE_DIR" "$STORAGE_DIR"; fi

# The contents of every registered document against the database, but for those that were known not to be as they were
# (a backup of before that was noted has no such column).
PGDATABASE=$TARGET ask "select d.sha256 || E'\t' || o.bucket_id || '/' || o.name || '/' || o.version
  from public.documentos_contrato d join storage.objects o on o.bucket_id || '/' || o.name = d.url_archivo
  where d.sha256 is not null and coalesce(to_jsonb(d) ->> 'verificacion', '') not in ('alterado', 'sin archivo')
  order by d.id" >"$WORK/documentos"
documents=0
while IFS=$'\t' read -r sum path; do
  # <bucket of the server>/<tenant>/, of which there is one.
  file=$(printf '%s\n' "$restored"/*/*/ | sed -n 1p)$path
  [[ -f $file && $(sha256sum <"$file" | cut -c 1-64) == "$sum" ]] ||
    bad "$FOLDER" "The document $path has not the contents that the database says."
  documents=$((documents + 1))
done <"$WORK/documentos"
say "$files files; $documents documents are those that the database knows."

if [[ -n $PROOF ]]; then
  restore_jobs "$WORK/base.dump"
  PGDATABASE=template1 ask "drop database $TARGET"
  DONE=yes
  note_proof "$FOLDER" true "$files files, $documents documents"
  record prueba true "$name" '' "$files files, $documents documents"
  say "$name restores."
  exit 0
fi
# The one that served stays beside, under another name: nothing is destroyed. Both change in one transaction; what
# Postgres's own workers hold of it is ended first.
PGDATABASE=template1 ask "
  select pg_terminate_backend(pid) from pg_stat_activity where datname = '$SERVING';
  alter database \"$SERVING\" rename to ${SERVING}_antes_$TARGET;
  alter database $TARGET rename to \"$SERVING\"" >/dev/null
DONE=yes
what_now 'The database is restored, but for the jobs of pg_cron.'
restore_jobs "$WORK/base.dump"
say "Restored. Start the services; the empty database that was there is ${SERVING}_antes_$TARGET: drop it when all is well."
