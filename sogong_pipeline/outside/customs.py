"""Exports of the customs service on data.go.kr: XML, at most a year per call, by 시도 one month per call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sogong_pipeline.outside.client import Client, EmptyError
from sogong_pipeline.outside.indicator import Indicator
from sogong_pipeline.outside.observation import Observation
from sogong_pipeline.periods import Month

OK = {"00", "0"}
TOTAL = "총계"


def ask(client: Client, indicator: Indicator, first: Month, last: Month) -> Iterator[Observation]:
    """Yield the observations of some months, one 시도 at a time if the service requires it.

    A 시도 without data is skipped; it is an error if all of them are.

    Raises:
        EmptyError: when there is no value at all.
        LaterError, RefusedError: when the response is not a list of values.
    """
    has_items = False
    for code, start, end in _calls(indicator, first, last):
        fields = {"strtYymm": _yymm(start), "endYymm": _yymm(end)} | ({"sidoCd": code} if code else {})
        try:
            items = _items(client, client.text(str(indicator.request["path"]), fields))
        except EmptyError:
            continue
        for number, item in enumerate(items, start=1):
            where = f"item {number} of {' '.join(filter(None, (code, str(start))))}"
            if (one := _observation(client, indicator, item, start, where)) is not None:
                has_items = True
                yield one
    if not has_items:
        raise EmptyError(f"{client.host} has no data for this: no exports from {first} to {last}")


def _calls(indicator: Indicator, first: Month, last: Month) -> Iterator[tuple[str, Month, Month]]:
    """Yield the code of each 시도 with its months; None if one call covers all."""
    groups: list[dict[str, Any]] = indicator.request.get("sidos", [{"codes": [""]}])
    for group in groups:
        start = max(first, Month.parse(str(group["since"]))) if "since" in group else first
        end = min(last, Month.parse(str(group["until"]))) if "until" in group else last
        if start <= end:
            yield from ((code, start, end) for code in group["codes"])


def _items(client: Client, text: str) -> list[Element]:
    """Return the items of a response; the gateway and the service use different error formats."""
    try:
        root: Element = fromstring(text.strip())
    except (ParseError, DefusedXmlException, ValueError):
        raise client.unexpected("response, header and body as XML", text) from None
    if reason := _below(root, "returnReasonCode"):
        raise client.complaint(reason, _below(root, "returnAuthMsg") or _below(root, "errMsg"))
    code = _below(root, "resultCode")
    if not code:
        raise client.unexpected("response, header and body as XML", text)
    if code not in OK:
        raise client.complaint(code, _below(root, "resultMsg"))
    return list(root.iter("item"))


def _observation(
    client: Client, indicator: Indicator, item: Element, asked: Month, where: str
) -> Observation | None:
    """Convert an item; None for a total other than that of the nation."""
    request = indicator.request
    period, name = _below(item, "priodTitle"), _below(item, request["name"])
    value = _below(item, request["value"])
    if not period or (not name and period != TOTAL):
        raise client.unexpected(f"priodTitle and {request['name']} in {where}", _all_text(item))
    if request["has_month"]:
        if period == TOTAL:
            return None
        return Observation(name, period.replace(".", ""), value, "", where)
    if period not in {TOTAL, str(asked.year)}:
        raise client.unexpected(f"the year {asked.year} in {where}", period)
    return Observation(name or "전국", _yymm(asked), value, "", where)


def _below(element: Element, tag: str) -> str:
    child = element.find(f".//{tag}")
    return (child.text or "").strip() if child is not None else ""


def _all_text(element: Element) -> str:
    return " ".join(text.strip() for text in element.itertext())


def _yymm(month: Month) -> str:
    return f"{month.year}{month.month:02d}"
