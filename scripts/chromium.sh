#!/usr/bin/env bash
# The browser of the tests that comes in no wheel: Debian's Chromium, with a Korean font for what it draws.
set -euo pipefail
command -v chromium > /dev/null && exit
if ((EUID == 0)) && command -v apt-get > /dev/null; then
    echo 'installing chromium, in which the tests open the pages'
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-nanum
else
    echo 'the tests in a browser need chromium; run `sudo apt-get install chromium fonts-nanum`' >&2
    exit 1
fi
