#!/usr/bin/env bash
# An invented country from published files to stage reports, over HTTP, on this machine alone.
# Everything lands in .demo/; running it again changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
export SOGONG_HOME=.demo/home
sogong=.venv/bin/sogong
country=.demo/country
months=${DEMO_MONTHS:-2023-07..2026-09}
mkdir -p .demo

say() { printf '\n== %s\n' "$*"; }

say "1/5  An invented country: 2,185 districts, $months"
$sogong simulate --out "$country" --months "$months"

say "2/5  Its registry of districts"
$sogong registry load "$country/registry.csv"

say "3/5  The monthly files, fetched from a portal on this machine"
$sogong portal --data "$country" --port 0 > .demo/portal.log &
portal=$!
trap 'kill "$portal" 2>/dev/null || true' EXIT
until grep -q http .demo/portal.log; do
    kill -0 "$portal" || { cat .demo/portal.log; exit 1; }
    sleep 0.2
done
$sogong ingest "$months" --from "$(grep -o 'http[^ ]*' .demo/portal.log | head -1)"

say "4/5  Reference stages of three quarters"
for quarter in 2026-Q1 2026-Q2 2026-Q3; do $sogong propose "$quarter"; done

say "5/5  Draft reports for the 13 regional offices and the nation"
for quarter in 2026-Q1 2026-Q2 2026-Q3; do $sogong publish "$quarter" --draft; done

say "Done in $SECONDS seconds"
echo "Reports     $SOGONG_HOME/reports/2026-Q3/draft/index.html"
echo "Tables      $SOGONG_HOME/warehouse.sqlite"
echo "Look around SOGONG_HOME=$SOGONG_HOME $sogong status"
