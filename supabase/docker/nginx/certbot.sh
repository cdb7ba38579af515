#!/bin/sh
# Asks for the certificate of DOMAIN until there is one, then twice a day whether it is time to renew it. A failure waits
# an hour: Let's Encrypt takes five an hour for one name.
set -eu
trap 'exit 0' TERM INT
while :; do
  if certbot certonly --webroot --webroot-path /var/www/certbot --domain "$DOMAIN" --email "$CERTBOT_EMAIL" \
    --agree-tos --non-interactive --keep-until-expiring --key-type ecdsa; then
    pause=43200
  else
    pause=3600
  fi
  sleep "$pause" &
  wait $!
done
