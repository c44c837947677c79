"""The door to reports inside a running Airflow: who gets in, by header and by cookie, and what a browser shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser
from requests import Session

from sogong_pipeline.orchestration.reports_app import PREFIX

SHOWN = "\ud604\ud669\ud310"
BOARD = f"<!doctype html><title>{SHOWN}</title><p>{SHOWN}</p>"
VISITS = "2026-Q3/visits/busan.xlsx"
COOKIE = "_token"
SECONDS = 60


def furnish(home: Path) -> None:
    """Reports of an installation: a board, a visit list, and a file beside the reports that nobody may have."""
    reports = home / "reports"
    (reports / VISITS).parent.mkdir(parents=True, exist_ok=True)
    (reports / "board.html").write_text(BOARD, encoding="utf-8")
    (reports / VISITS).write_bytes(b"firms")
    (home / "outside.html").write_text("outside", encoding="utf-8")


def answers(address: str, authorization: str = "", cookie: str = "") -> Mapping[str, int]:
    """What the door answers to a person, by what is asked for."""
    session = Session()
    session.trust_env = False
    if authorization:
        session.headers["Authorization"] = authorization
    asked = {
        "board": "board.html",
        "visits": VISITS,
        "parent": "%2e%2e/outside.html",
        "backslash": "..%5coutside.html",
        "other": "board.yaml",
    }
    return {
        name: session.get(
            f"{address}{PREFIX}/{path}", timeout=SECONDS, cookies={COOKIE: cookie} if cookie else None
        ).status_code
        for name, path in asked.items()
    }


INSIDE = {"board": 200, "visits": 403, "parent": 404, "backslash": 404, "other": 404}
NAMED = {**INSIDE, "visits": 200}
FORBIDDEN = dict.fromkeys(INSIDE, 403)
ANONYMOUS = dict.fromkeys(INSIDE, 401)


def headers(address: str, authorization: str) -> Mapping[str, str]:
    """The headers of the board."""
    session = Session()
    session.trust_env = False
    told = {"Authorization": authorization}
    return session.get(f"{address}{PREFIX}/board.html", headers=told, timeout=SECONDS).headers


def seen_in_navigation(browser: Browser, address: str, token: str) -> str:
    """What the board's frame shows to somebody who opens it from Airflow's navigation."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    page = context.new_page()
    page.set_default_timeout(1000 * SECONDS)
    page.goto(address)
    page.get_by_role("button", name="Browse").click()
    page.get_by_text("\ud604\ud669\ud310").click()
    frame = page.frame_locator("iframe")
    words = frame.locator("p").inner_text()
    context.close()
    return words
