"""Fetch indicators: query in windows, validate every value, store new ones; failures do not affect each other."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pydantic import SecretStr

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.errors import LaterError, RefusedError, counted
from sogong_pipeline.outside import customs, ecos, kosis
from sogong_pipeline.outside.areas import area_called
from sogong_pipeline.outside.client import Client, EmptyError, TooManyError, no_key
from sogong_pipeline.outside.indicator import Indicator, Service, fetched, indicator_of, services
from sogong_pipeline.outside.observation import Observation
from sogong_pipeline.outside.values import DECIMALS, Added, Value, add
from sogong_pipeline.periods import Month

Ask = Callable[[Client, Indicator, Month, Month], Iterator[Observation]]
ASK: dict[str, Ask] = {"ecos": ecos.ask, "kosis": kosis.ask, "customs": customs.ask}
WITHHELD = frozenset({"", "-", "x", "X", "…", "..."})
"""Placeholders of a service for a missing number."""
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Fixed time of every response in the ZIP, so that the same responses give the same bytes."""
MOST_DIGITS = 18
SHOWN = 5


class NoKeyError(RefusedError):
    """None of the requested services has a key."""


@dataclass
class Outcome:
    """Result of a run over some indicators.

    Attributes:
        added: Values added per indicator.
        messages: A line for each kind of skipped values.
        without_key: A line for each service without a key.
        refused: Indicator and error of each failure.
    """

    added: list[Added] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    without_key: list[str] = field(default_factory=list)
    refused: dict[str, RefusedError] = field(default_factory=dict)

    def raise_refused(self) -> None:
        """Do nothing if there are no failures.

        Raises:
            LaterError: when all failures are transient.
            RefusedError: when any is not.
        """
        if self.refused:
            line = " / ".join(f"{name}: {error}" for name, error in self.refused.items())
            is_later = all(isinstance(error, LaterError) for error in self.refused.values())
            raise (LaterError if is_later else RefusedError)(line)


def fetch(catalogue: Catalogue, name: str = "", since: Month | None = None) -> Outcome:
    """Fetch one indicator, or all of the services with a key.

    Args:
        catalogue: the installation.
        name: an indicator's id; empty for all.
        since: the first month; None for the usual revision period of each indicator.

    Raises:
        NoKeyError: when no service has a key; gives the remedy for each.
        RefusedError: when the named indicator fails.
    """
    outcome, selected = Outcome(), [indicator_of(name)] if name else fetched()
    for indicator in selected:
        service = services()[indicator.service]
        if not _key(catalogue, service).get_secret_value().strip():
            if (line := no_key(service)) not in outcome.without_key:
                outcome.without_key.append(line)
            continue
        try:
            added, messages = fetch_one(catalogue, indicator, since)
        except RefusedError as error:
            outcome.refused[indicator.id] = error
        else:
            outcome.added.append(added)
            outcome.messages += messages
    if not outcome.added and not outcome.refused:
        raise NoKeyError(" / ".join(outcome.without_key))
    if name:
        outcome.raise_refused()
    return outcome


def fetch_one(
    catalogue: Catalogue, indicator: Indicator, since: Month | None = None
) -> tuple[Added, list[str]]:
    """Fetch an indicator; see `fetch`.

    Returns:
        The values added, and a line for each kind of skipped values.

    Raises:
        LaterError, RefusedError: when the service refuses, or its response is invalid; nothing is stored then.
    """
    service = services()[indicator.service]
    client = Client(service, getattr(catalogue.settings, service.url), _usable(catalogue, service))
    today = catalogue.settings.clock().date()
    last = Month(today.year, today.month)
    first = since or last.shift(1 - indicator.months)
    if first > last:
        raise RefusedError(f"{first} is in the future; --since takes a month up to {last}")
    observations: list[Observation] = []
    for start, end in _windows(first, last, indicator.months_a_call):
        observations += _ask(client, indicator, start, end)
    values, messages = check(client.host, indicator, observations, first, last)
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.zip"
        with zipfile.ZipFile(answers, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, text in enumerate(client.received, start=1):
                entry = zipfile.ZipInfo(f"answer-{number:03d}.txt", FIRST_DAY)
                archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
        return add(catalogue, indicator.id, values, {"answers": answers}), messages


def check(
    host: str, indicator: Indicator, observations: Sequence[Observation], first: Month, last: Month
) -> tuple[list[Value], list[str]]:
    """Validate observations and convert them to values.

    Args:
        host: the service's host, for messages.
        indicator: indicator of the observations.
        observations: as received.
        first: the first requested month.
        last: the last one.

    Returns:
        The values, and a line for each kind of skipped values: unknown areas, missing numbers.

    Raises:
        RefusedError: when a month or number is invalid, a value is duplicated, nothing is left, or areas are missing.
    """
    values: dict[tuple[str, str, str], Value] = {}
    unknown: dict[str, int] = {}
    withheld = 0
    for one in observations:
        month = _month(host, one)
        if not first <= month <= last:
            raise RefusedError(
                f"{host}: {one.where} is of {month}, but {first} to {last} was requested; nothing was stored"
            )
        area = area_called(one.area, indicator.level)
        if area is None:
            unknown[one.area] = unknown.get(one.area, 0) + 1
            continue
        text = one.value.replace(",", "").strip()
        if text in WITHHELD:
            withheld += 1
            continue
        value = Value(
            indicator=indicator.id,
            level=area.level,
            area_code=area.code,
            sido_code=area.sido_code,
            area_name=" ".join(one.area.split()),
            data_month=str(month),
            value=_number(host, one, text),
            unit=" ".join(one.unit.split()) or indicator.unit,
            source=indicator.source,
        )
        if value.key in values:
            raise RefusedError(
                f"{host}: {one.area[:30]!r} is duplicated for {month} ({one.where}); the table has dimensions that "
                "this program does not request, and nothing was stored"
            )
        values[value.key] = value
    names = ", ".join(repr(name[:30]) for name in list(unknown)[:SHOWN])
    if unknown and not values:
        raise RefusedError(
            f"{host}: {indicator.id} from {first} to {last}: none of its areas is known: {names}; nothing was stored"
        )
    if not values:
        raise EmptyError(
            f"{host} has no data for this: {indicator.id} from {first} to {last} has no value, which is not zero"
        )
    _require_areas(host, indicator, values.values())
    messages = []
    if unknown:
        messages.append(
            f"{indicator.id}: {counted(sum(unknown.values()), 'value')} of {counted(len(unknown), 'area')} skipped, "
            f"no 시도 or 시군구 of that name: {names}"
        )
    if withheld:
        messages.append(
            f"{indicator.id}: {counted(withheld, 'value')} without a number, stored as unknown, not as zero"
        )
    return list(values.values()), messages


def _require_areas(host: str, indicator: Indicator, values: Iterable[Value]) -> None:
    """Refuse a response whose newest month has too few areas."""
    of_month: dict[str, set[str]] = {}
    for value in values:
        if value.level == indicator.level:
            of_month.setdefault(value.data_month, set()).add(value.area_code)
    newest = max(of_month, default="")
    count = len(of_month.get(newest, ()))
    if count < indicator.least_areas:
        raise RefusedError(
            f"{host}: {newest or 'no month'} of {indicator.id} has {counted(count, 'area')} and at least "
            f"{indicator.least_areas} are expected; names or codes may have changed, and nothing was stored"
        )


def _ask(client: Client, indicator: Indicator, first: Month, last: Month) -> list[Observation]:
    """Request a window; in halves if the service finds it too large."""
    ask = ASK[indicator.service]
    try:
        return list(ask(client, indicator, first, last))
    except EmptyError:
        return []  # a window may lie before the start of a table; a whole answer without a value is refused by `check`
    except TooManyError:
        if first == last:
            raise
    span = (last.year - first.year) * 12 + last.month - first.month
    middle = first.shift(span // 2)
    return [*_ask(client, indicator, first, middle), *_ask(client, indicator, middle.shift(1), last)]


def _windows(first: Month, last: Month, months: int) -> Iterator[tuple[Month, Month]]:
    while first <= last:
        end = min(last, first.shift(months - 1))
        yield first, end
        first = end.shift(1)


def _month(host: str, one: Observation) -> Month:
    try:
        return Month.parse(one.month)
    except RefusedError:
        raise RefusedError(
            f"{host}: {one.where} has {one.month[:20]!r} instead of a month such as 202609"
        ) from None


def _number(host: str, one: Observation, text: str) -> Decimal:
    try:
        value = Decimal(text)
        if not value.is_finite() or value.adjusted() >= MOST_DIGITS:
            raise InvalidOperation
    except InvalidOperation:
        raise RefusedError(
            f"{host}: {one.where} ({one.area[:30]}, {one.month}) has {one.value[:20]!r} instead of a number; "
            "nothing was stored"
        ) from None
    return round(value, DECIMALS)


def _key(catalogue: Catalogue, service: Service) -> SecretStr:
    key: SecretStr = getattr(catalogue.settings, service.key)
    return key


def _usable(catalogue: Catalogue, service: Service) -> SecretStr:
    """Return the key in the form to send; that of data.go.kr may have been pasted URL-encoded."""
    from sogong_pipeline.nps.api.key import key_of  # noqa: PLC0415 - only one service needs it

    key = _key(catalogue, service)
    return SecretStr(key_of(key)) if service.id == "customs" and key.get_secret_value().strip() else key
