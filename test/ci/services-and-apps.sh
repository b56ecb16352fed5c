#!/usr/bin/env bash
# The Greenbook, sent as docs/how-to/run-on-eventstoredb-kafka-postgresql.md describes: the backing services in one terminal, the apps in others.
#   services-and-apps.sh <the Greenbook's CSV file>
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
started=()
npm run services >"$folder/services" 2>&1 &
started+=($!)
trap 'kill "${started[@]}" 2>/dev/null || true; tail -n 20 "$folder"/*; rm -rf "$folder"' EXIT
for _ in $(seq 1 240); do
  if grep -q "all answer" "$folder/services"; then break; fi
  sleep 0.5
done
for app in relay projector intake api; do
  npm run "start:$app" >"$folder/$app" 2>&1 &
  started+=($!)
done
npm run test:greenbook:distributed -- --here "$1"
for app in "${started[@]:1}"; do
  kill -TERM "$app"
  wait "$app"
done
kill -TERM "${started[0]}"
wait "${started[0]}"
trap - EXIT
rm -rf "$folder"
