#!/bin/sh
# Before nginx starts: the password of Studio, as nginx reads it.
set -eu
umask 077
file=${NGINX_HTPASSWD:-/etc/nginx/triboka.htpasswd}
printf '%s:%s\n' "$DASHBOARD_USERNAME" "$(printf '%s' "$DASHBOARD_PASSWORD" | openssl passwd -apr1 -stdin)" >"$file"
# Its workers read it, and they are not root.
chmod 640 "$file"
chown "root:${NGINX_USER:-nginx}" "$file"
