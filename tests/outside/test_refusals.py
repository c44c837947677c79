"""Every refusal is one clear line and loses nothing. For assumed error formats see `services.py`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.outside.fetching import fetch, fetch_one
from sogong_pipeline.outside.indicator import indicator_of
from sogong_pipeline.outside.values import in_force
from sogong_pipeline.periods import Month
from tests.outside.services import GATEWAY, KEY, Services, customs_xml, ecos_row, kosis_row

ECOS, KOSIS, CUSTOMS = "sme_loan_delinquency", "employment_rate", "exports_sigungu"
SEPTEMBER = Month(2026, 9)


def result(code: str, words: str) -> str:
    return json.dumps({"RESULT": {"CODE": code, "MESSAGE": words}}, ensure_ascii=False)


def rows(*every: object) -> str:
    return json.dumps(
        {"StatisticSearch": {"list_total_count": len(every), "row": list(every)}}, ensure_ascii=False
    )


GOOD = ecos_row("서울", SEPTEMBER, "0.5")
MINING = {**kosis_row("서울", SEPTEMBER, "생산지수(원지수)", "1", "DT_1F02001"), "C2_NM": "광업"}
CASES: list[tuple[str, int, str, type[RefusedError], str]] = [
    # wrong key
    (ECOS, 200, result("INFO-100", "인증키가 유효하지 않습니다."),
     RefusedError, "INFO-100: 인증키가 유효하지 않습니다.; compare SOGONG_ECOS_KEY"),
    (KOSIS, 200, '{err:"11",errMsg:"인증KEY가 유효하지 않습니다."}',
     RefusedError, "refuses with 11: 인증KEY가 유효하지 않습니다.; compare SOGONG_KOSIS_KEY"),
    (CUSTOMS, 200, GATEWAY.format(code="30", words="SERVICE_KEY_IS_NOT_REGISTERED_ERROR"),
     RefusedError, "30: SERVICE_KEY_IS_NOT_REGISTERED_ERROR; compare SOGONG_API_KEY"),
    (CUSTOMS, 403, "Forbidden", RefusedError, "status 403: compare SOGONG_API_KEY"),
    (CUSTOMS, 403, GATEWAY.format(code="20", words="SERVICE_ACCESS_DENIED_ERROR"),
     RefusedError, "refuses with 20"),
    # quota
    (ECOS, 200, result("ERROR-602", "과도한 호출"), LaterError, "ERROR-602: 과도한 호출; try again later"),
    (KOSIS, 200, '{"err":"40","errMsg":"호출가능건수 제한"}', LaterError, "refuses with 40"),
    (CUSTOMS, 200, GATEWAY.format(code="22", words="LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR"),
     LaterError, "refuses with 22"),
    (KOSIS, 429, "", LaterError, "is over its rate limit"),
    # empty: neither zero nor "nothing new"
    (ECOS, 200, result("INFO-200", "해당하는 데이터가 없습니다."), RefusedError, "has no value, which is not zero"),
    (KOSIS, 200, '{err:"30",errMsg:"데이터가 존재하지 않습니다."}', RefusedError, "has no value, which is not zero"),
    (CUSTOMS, 200, customs_xml([]), RefusedError, "has no value, which is not zero"),
    (KOSIS, 200, "[]", RefusedError, "expected a list of rows as JSON"),
    (ECOS, 200, "", RefusedError, "expected rows as JSON"),
    # XML where JSON was asked, and the other way round
    (ECOS, 200, "<RESULT><CODE>ERROR-602</CODE><MESSAGE><![CDATA[과도한 호출]]></MESSAGE></RESULT>",
     LaterError, "ERROR-602: 과도한 호출"),
    (ECOS, 200, "<html><body>점검 중</body></html>", RefusedError, "expected rows as JSON, got '점검 중'"),
    (KOSIS, 200, "<error><err>50</err><errMsg>서버오류</errMsg></error>", LaterError, "refuses with 50: 서버오류"),
    (KOSIS, 200, "<error/>", RefusedError, "expected a list of rows as JSON"),
    (CUSTOMS, 200, '{"response": {}}', RefusedError, "expected response, header and body as XML"),
    (CUSTOMS, 200, "<response><header/></response>",
     RefusedError, "expected response, header and body as XML"),
    (CUSTOMS, 200, '<!DOCTYPE a [<!ENTITY b "c">]><response>&b;</response>',
     RefusedError, "expected response, header"),
    # shifted codes
    (ECOS, 200, rows({**GOOD, "ITEM_NAME1": "대기업대출 연체율"}),
     RefusedError, "about 중소기업 in row 1, got 'R4AB12 of 141Y005: 대기업대출 연체율'"),
    (ECOS, 200, rows({name: value for name, value in GOOD.items() if name != "TIME"}),
     RefusedError, "expected TIME in row 1"),
    (KOSIS, 200, json.dumps([kosis_row("서울", SEPTEMBER, "경제활동참가율", "1")]),
     RefusedError, "one item named 고용률"),
    (KOSIS, 200, json.dumps([kosis_row("서울", SEPTEMBER, "고용률", "1", "DT_OTHER")]),
     RefusedError, "TBL_ID DT_1DA7004S in row 1"),
    ("manufacturing_production", 200, json.dumps([MINING]),
     RefusedError, "expected C2_NM 제조업 in row 1"),
    (CUSTOMS, 200, customs_xml([], "99", "존재하지 않는 시도코드입니다."),
     RefusedError, "refuses with 99: 존재하지 않는 시도코드입니다."),
    (ECOS, 200, rows(*(ecos_row(f"지역{number}", SEPTEMBER, "1") for number in range(20))),
     RefusedError, "none of its areas is known: '지역0'"),
    (ECOS, 200, rows(GOOD, ecos_row("부산", SEPTEMBER, "1")),
     RefusedError, "has 2 areas and at least 16 are expected"),
    (ECOS, 200, rows(GOOD, GOOD), RefusedError, "'서울' is duplicated for 2026-09 (row 2)"),
    # other values than requested
    (ECOS, 200, rows({**GOOD, "TIME": "202401"}),
     RefusedError, "row 1 is of 2024-01, but 2026-09 to 2026-10 was requested"),
    (ECOS, 200, rows({**GOOD, "TIME": "2026Q3"}), RefusedError, "row 1 has '2026Q3' instead of a month"),
    (ECOS, 200, rows({**GOOD, "DATA_VALUE": "=1+1"}), RefusedError, "has '=1+1' instead of a number"),
    (ECOS, 200, rows({**GOOD, "DATA_VALUE": "NaN"}), RefusedError, "has 'NaN' instead of a number"),
    (ECOS, 200, json.dumps({"StatisticSearch": {"list_total_count": 3, "row": [GOOD]}}),
     RefusedError, "3 rows on page 1"),
    # no answer
    (ECOS, 503, "", LaterError, "status 503"),
    (ECOS, 404, "gone", RefusedError, "status 404: 'gone'"),
    (ECOS, 302, "", RefusedError, "redirects to another address, which is not followed"),
]  # fmt: skip


@pytest.mark.parametrize(("indicator", "status", "text", "kind", "line"), CASES)
def test_a_refusal_is_one_line_and_nothing_is_lost(
    catalogue: Catalogue,
    services: Services,
    indicator: str,
    status: int,
    text: str,
    kind: type[RefusedError],
    line: str,
) -> None:
    services.override = lambda *_: (status, text)
    with pytest.raises(kind) as refused:
        fetch(catalogue, indicator, SEPTEMBER)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)
    assert KEY not in str(refused.value)
    assert isinstance(refused.value, LaterError) == issubclass(kind, LaterError)
    assert in_force(catalogue, indicator) == {}


def test_a_failure_leaves_what_was_known_and_the_other_indicators(
    catalogue: Catalogue, services: Services
) -> None:
    fetch(catalogue, KOSIS, SEPTEMBER)
    before = in_force(catalogue, KOSIS)
    services.override = lambda path, _: (
        (200, result("ERROR-602", KEY))
        if "StatisticSearch" in path
        else (503, "")
        if "1220000" in path
        else None
    )
    outcome = fetch(catalogue, since=SEPTEMBER)
    assert set(outcome.refused) == {ECOS, "exports_sido", CUSTOMS}
    assert KEY not in str(outcome.refused[ECOS])
    assert {one.indicator for one in outcome.added} == {
        KOSIS,
        *(f"manufacturing_{n}" for n in ("production", "shipments", "stocks")),
    }
    assert in_force(catalogue, KOSIS) == before
    with pytest.raises(LaterError, match=r"exports_sido: .* / sme_loan_delinquency: "):
        outcome.raise_refused()
    outcome.refused["x"] = RefusedError("for good")
    with pytest.raises(RefusedError) as refused:
        outcome.raise_refused()
    assert not isinstance(refused.value, LaterError)


def test_a_year_too_long_is_cut_by_us_and_refused_where_it_is_not(
    catalogue: Catalogue, services: Services
) -> None:
    too_long = replace(indicator_of(CUSTOMS), months_a_call=14)
    with pytest.raises(RefusedError, match="99: 시작과 종료의 조회기간은 1년이내 기간만 가능합니다"):
        fetch_one(catalogue, too_long)
    services.asked.clear()
    fetch_one(catalogue, indicator_of(CUSTOMS))
    assert max(int(f["endYymm"]) - int(f["strtYymm"]) for _, f in services.asked) < 100


def test_pages_of_another_total_are_not_joined(catalogue: Catalogue, services: Services) -> None:
    every = [ecos_row("서울", SEPTEMBER, "1")] * 1000

    def page(path: str, fields: dict[str, str]) -> tuple[int, str]:
        total = 1500 if "/1/1000/" in path else 1400
        return 200, json.dumps({"StatisticSearch": {"list_total_count": total, "row": every}})

    services.override = page
    with pytest.raises(RefusedError, match="expected 1,500 rows as on page 1"):
        fetch(catalogue, ECOS)


def test_nobody_there_may_be_somebody_later_and_names_no_key(
    catalogue: Catalogue, services: Services
) -> None:
    services.shutdown()
    services.server_close()
    with pytest.raises(LaterError, match="gave no answer") as refused:
        fetch(catalogue, ECOS)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://ecos.bok.or.kr", "https://a:b@ecos.bok.or.kr", "https://x/path?key=1", "ftp://x", ""]
)
def test_an_address_that_is_none_is_not_asked_and_not_repeated(catalogue: Catalogue, url: str) -> None:
    catalogue.settings = catalogue.settings.model_copy(update={"ecos_url": url, "ecos_key": SecretStr(KEY)})
    with pytest.raises(RefusedError, match=r"SOGONG_ECOS_URL must be https://HOST and nothing more"):
        fetch(catalogue, ECOS)
