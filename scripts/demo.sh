#!/usr/bin/env bash
# An invented country from published files to decided stages on this machine alone: three years by the command line, the
# last quarter by Airflow, and its 13 councils. Everything lands in .demo/; running it again changes nothing, and after
# a failure goes on. DEMO_DISTRICTS=60 tries it on a small country, which has a folder of its own below .demo/.
set -euo pipefail
cd "$(dirname "$0")/.."
place=.demo${DEMO_DISTRICTS:+/$DEMO_DISTRICTS}
export SOGONG_HOME=$PWD/$place/home
export AIRFLOW_HOME=$PWD/$place/airflow
# Its day, on which the newest month is in and none is late.
export SOGONG_NOW=2026-10-20T09:00:00+09:00
sogong=.venv/bin/sogong
country_cli=".venv/bin/python -m country"
country=$place/country
first=${DEMO_FIRST_MONTH:-2023-07}
mkdir -p "$AIRFLOW_HOME"

say() { printf '\n== %s\n' "$*"; }

portal='' airflow=''
stop() {
    for process in $airflow $portal; do kill "$process" 2> /dev/null || true; done
    [[ -z $airflow ]] || wait "$airflow" || true  # it ends all it started
}
trap stop EXIT
trap 'exit 130' INT TERM

say "1/10  An invented country: ${DEMO_DISTRICTS:-2,185} districts, $first..2026-09"
$country_cli simulate --out "$country" --districts "${DEMO_DISTRICTS:-2185}" --months "$first..2026-09"

say "2/10  Its registry of districts"
$sogong registry load "$country/registry.csv"

say "3/10  The monthly files, fetched from a portal on this machine"
rm -f "$place/portal.log"  # the address of the last run must not be read from it
$country_cli portal --data "$country" --port 0 > "$place/portal.log" &
portal=$!
until grep -qs http "$place/portal.log"; do
    kill -0 "$portal" || { cat "$place/portal.log"; exit 1; }
    sleep 0.2
done
SOGONG_PORTAL_URL=$(grep -o 'http[^ ]*' "$place/portal.log" | head -1)
export SOGONG_PORTAL_URL
$sogong ingest "$first..2026-06"

say "4/10  Reference stages of two quarters"
for quarter in 2026-Q1 2026-Q2; do $sogong propose "$quarter"; done

say "5/10  Draft reports for the 13 regional offices and the nation"
for quarter in 2026-Q1 2026-Q2; do $sogong publish "$quarter" --draft; done

say "6/10  The next quarter by itself: three months, their stages and reports under Airflow"
# Ports that nobody has, whatever else runs here: its API server's, and those of its logs.
read -r AIRFLOW_PORT AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT < <(
    .venv/bin/python -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(each.getsockname()[1] for each in sockets))')
export AIRFLOW_PORT AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT
scripts/airflow.sh > "$place/airflow.log" 2>&1 &
airflow=$!
echo "Airflow starts; its output goes to $place/airflow.log"
.venv/bin/python scripts/run_quarter.py 2026-Q3 --airflow "http://127.0.0.1:$AIRFLOW_PORT" --home "$AIRFLOW_HOME"

say "7/10  The councils decide: sheets out and back, a person confirms each over REST, final reports"
$sogong decide sheets 2026-H2
.venv/bin/python scripts/run_councils.py 2026-H2 --airflow "http://127.0.0.1:$AIRFLOW_PORT" --home "$AIRFLOW_HOME"

say "8/10  Small manufacturers: invented counts, their clusters, and the pages of the policy unit"
$sogong clusters load "$country/counts/counts.csv" "$country/counts/owners.csv"
$sogong clusters publish

say "9/10  What follows from a stage: visits drawn, invented answers returned, the trend, drafts of prevention plans"
$sogong survey draw 2026-Q3
.venv/bin/python scripts/return_survey.py 2026-Q3
$sogong trend 2026-Q3
$sogong plan 2026-H2
$sogong programmes check || true  # exits with 3: entries of years ago are to be looked at again

say "10/10  The open release: Airflow made drafts, and the final one once the councils had decided; what it holds now"
$sogong release 2026-Q3  # writes nothing where Airflow's newest version has these figures
grep -hE '"(latest|version|status)":' "$place/home/release/index.json"

say "Done in $SECONDS seconds"
echo "Decided     $place/home/reports/2026-Q3/final/index.html, one page per 시군구 in sigungu/"
echo "Proposed    $place/home/reports/2026-Q3/draft/index.html"
echo "Sheets      $place/home/reports/2026-H2/, each with a briefing; as they came back: $place/home/inbox/2026-H2/"
echo "Bulletins   $place/home/reports/monthly/2026-09/index.html"
echo "Clusters    $place/home/reports/clusters/index.html, in four formats"
echo "Visits      $place/home/reports/2026-Q3/visits/, as they came back: $place/home/returned/2026-Q3/"
echo "Trend       $place/home/reports/2026-Q3/trend/index.html, in four formats"
echo "Plans       $place/home/reports/2026-H2/plans/, as HWPX, HTML and PDF"
echo "Release     $place/home/release/2026-Q3/latest/README.md, with notebooks; drafts and the final beside it"
echo "Tables      $place/home/warehouse.sqlite"
echo "Look around SOGONG_HOME=$place/home SOGONG_NOW=$SOGONG_NOW $sogong status"
echo "Its runs    ${DEMO_DISTRICTS:+DEMO_DISTRICTS=$DEMO_DISTRICTS }make airflow"
