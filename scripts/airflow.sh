#!/usr/bin/env bash
# Airflow on this machine alone, with the demo's country behind it; Ctrl-C stops all of it.
# Another lake, metadata folder, portal or port: SOGONG_HOME, AIRFLOW_HOME, SOGONG_PORTAL_URL, AIRFLOW_PORT.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
port=${AIRFLOW_PORT:-8080}
export PATH="$root/.venv/bin:$PATH"
place=.demo${DEMO_DISTRICTS:+/$DEMO_DISTRICTS}
if [[ -z ${SOGONG_HOME:-} ]]; then
    export SOGONG_HOME=$root/$place/home
    export SOGONG_NOW=${SOGONG_NOW:-2026-10-20T09:00:00+09:00}  # the demo's day
fi
export AIRFLOW_HOME=${AIRFLOW_HOME:-$root/$place/airflow}
mkdir -p "$SOGONG_HOME" "$AIRFLOW_HOME"

# The port alone is not enough: tasks talk to the API server by its full address.
export AIRFLOW__API__HOST=127.0.0.1
export AIRFLOW__API__PORT=$port
export AIRFLOW__API__BASE_URL=http://127.0.0.1:$port
export AIRFLOW__CORE__EXECUTION_API_SERVER_URL=http://127.0.0.1:$port/execution/
export AIRFLOW__CORE__DAGS_FOLDER=$root/dags
export AIRFLOW__CORE__PLUGINS_FOLDER=$root/plugins  # makes the pool, without which heavy tasks wait for ever
export AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__CORE__PARALLELISM=4  # each is a process; the default of 32 takes all memory of a laptop

export AIRFLOW__CORE__EXECUTOR=sogong_pipeline.orchestration.executor.LocalExecutor  # keeps answers when killed
export AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL=30  # what a killed Airflow left goes on after 30 s, not 300
if [[ ${AIRFLOW__DATABASE__SQL_ALCHEMY_CONN:-sqlite} == sqlite* ]]; then
    # Four processes write; whoever waits for the lock for 5 s would be answered 500.
    export AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS=sogong_pipeline.orchestration.sqlite.CONNECT_ARGS
    export AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC=sogong_pipeline.orchestration.sqlite.ASYNC_CONNECT_ARGS
fi

# A task then costs little more than its own work; see docs/tasks.md.
export AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME=0.2  # by default every step of a run waits for a second
export AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL=1  # a worker may miss its task's end for that long, 5 s by default
export AIRFLOW__SCHEDULER__MP_START_METHOD=forkserver  # workers are forked from a process that has imported this:
export AIRFLOW__SCHEDULER__MP_FORKSERVER_PRELOAD=sogong_pipeline.orchestration.preload

# Both run in process sessions of their own, so that Ctrl-C reaches this script alone, which then ends them all.
portal='' airflow=''
below() {  # every process below one: tasks have process groups of their own
    local child
    for child in $(cat "/proc/$1/task/"*/children 2> /dev/null); do echo "$child"; below "$child"; done
}
stop() {
    trap '' INT TERM
    if [[ -n $airflow ]]; then
        local tasks
        tasks=$(below "$airflow")
        kill -TERM -- "-$airflow" 2> /dev/null || true
        for _ in {1..40}; do kill -0 -- "-$airflow" 2> /dev/null || break; sleep 0.5; done
        kill -KILL -- "-$airflow" 2> /dev/null || true  # what takes longer than 20 s
        for task in $tasks; do kill -KILL "$task" 2> /dev/null || true; done  # a task that went on is run again
    fi
    [[ -z $portal ]] || kill "$portal" 2> /dev/null || true
}
trap stop EXIT
trap 'exit 130' INT TERM

if [[ -z ${SOGONG_PORTAL_URL:-} ]]; then
    if [[ ! -d $place/country ]]; then
        echo "There is no demo country yet: run 'make demo' first, or set SOGONG_PORTAL_URL." >&2
        exit 1
    fi
    rm -f "$AIRFLOW_HOME/portal.log"  # the address of the last run must not be read from it
    setsid python -m country portal --data "$place/country" --port 0 > "$AIRFLOW_HOME/portal.log" &
    portal=$!
    until grep -qs http "$AIRFLOW_HOME/portal.log"; do
        kill -0 "$portal" || exit 1
        sleep 0.2
    done
    SOGONG_PORTAL_URL=$(grep -o 'http[^ ]*' "$AIRFLOW_HOME/portal.log" | head -1)
    export SOGONG_PORTAL_URL
fi

passwords=$AIRFLOW_HOME/simple_auth_manager_passwords.json.generated
echo "Airflow      http://127.0.0.1:$port"
if [[ -f $passwords ]]; then
    echo "Login        $(tr -d '{}"' < "$passwords" | sed 's/: / \/ /')"
else
    echo "Login        is made now and printed below"
fi
echo "Lake         $SOGONG_HOME"
echo "Portal       $SOGONG_PORTAL_URL"
setsid airflow standalone &
airflow=$!
wait "$airflow"
