#!/usr/bin/env bash
# One night of the gate: measure PLAN into RUNS/<time>, compare with the run that was accepted last, and index all of them.
#
#   gate.sh PLAN RUNS [OPTIONS OF compare]        for example: gate.sh nightly.toml runs --max-drop ndcg@10=2%
#
# Exits with 1 on a regression. A run with a regression does not become the one that later nights are compared with.
set -euo pipefail
plan=$1 runs=$2
shift 2
mkdir -p "$runs"
new=$(date -u +%Y-%m-%dT%H-%M-%S)
freshmark run "$plan" -o "$runs/$new"
status=0
if [ -f "$runs/accepted" ]; then
  freshmark compare "$runs/$(cat "$runs/accepted")" "$runs/$new" --format markdown -o "$runs/$new/compare.md" "$@" || status=$?
  [ ! -f "$runs/$new/compare.md" ] || cat "$runs/$new/compare.md" >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
fi
freshmark report "$runs" --index
[ $status -ne 0 ] || echo "$new" > "$runs/accepted"
exit $status
