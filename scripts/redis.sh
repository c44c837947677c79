#!/usr/bin/env bash
# The one server of the tests that comes in no wheel: Debian's Redis, between Celery's workers.
set -euo pipefail
command -v redis-server > /dev/null && exit
if ((EUID == 0)) && command -v apt-get > /dev/null; then
    echo 'installing redis-server, which the tests of Celery workers start'
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server
else
    echo 'the tests of Celery workers need a redis-server; run `sudo apt-get install redis-server`' >&2
    exit 1
fi
