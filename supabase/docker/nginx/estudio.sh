#!/bin/bash
# Before nginx starts: the password of Studio, as nginx reads it.
set -euo pipefail
trap 'echo "${0##*/}:$LINENO: ended with $?, and nginx does not start. Look at DASHBOARD_USERNAME and DASHBOARD_PASSWORD of .env." >&2' ERR
umask 077
file=${NGINX_HTPASSWD:-/etc/nginx/triboka.htpasswd}
hash=$(printf '%s' "$DASHBOARD_PASSWORD" | openssl passwd -apr1 -stdin)
printf '%s:%s\n' "$DASHBOARD_USERNAME" "$hash" >"$file"
# Its workers read it, and they are not root.
chmod 640 "$file"
chown "root:${NGINX_USER:-nginx}" "$file"
