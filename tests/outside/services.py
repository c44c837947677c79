"""A server on loopback that responds like ECOS, KOSIS and the customs service.

As documented or observed: paths, fields, rows, ECOS pages, error codes, padded amounts with commas, a year instead
of a month from the customs service by 시도. Assumed: the form of an ECOS error (`RESULT` alone; XML when busy), that
KOSIS sends errors with bare names or as XML, the gateway's XML, and the wording of every message.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sogong_pipeline.periods import Month

KEY = "key+of/the=tests"
SIDOS = (
    *("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "경기"),
    *("강원", "충북", "충남", "전북", "전남", "경북", "경남", "제주"),
)
FULL = {
    "11": "서울특별시", "26": "부산광역시", "27": "대구광역시", "28": "인천광역시", "30": "대전광역시",
    "31": "울산광역시", "36": "세종특별자치시", "41": "경기도", "43": "충청북도", "44": "충청남도", "47": "경상북도",
    "48": "경상남도", "50": "제주특별자치도", "51": "강원특별자치도", "52": "전북특별자치도", "29": "광주광역시",
    "46": "전라남도", "12": "전남광주통합특별시",
}  # fmt: skip
Answer = tuple[int, str]
GATEWAY = (
    "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>{words}</returnAuthMsg>"
    "<returnReasonCode>{code}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
)


def months(first: str, last: str) -> list[Month]:
    """Return the months of a span such as `202608` to `202610`."""
    span = [Month.parse(first)]
    while span[-1] < Month.parse(last):
        span.append(span[-1].shift(1))
    return span


def ecos_row(area: str, month: Month, value: str, bank: str = "0960") -> dict[str, Any]:
    return {
        "STAT_CODE": "141Y005", "STAT_NAME": "예금은행 지역별 연체율", "ITEM_CODE1": "R4AB12",
        "ITEM_NAME1": "중소기업대출 연체율(전체1M)", "ITEM_CODE2": "X", "ITEM_NAME2": area, "ITEM_CODE3": bank,
        "ITEM_NAME3": "예금은행", "ITEM_CODE4": None, "ITEM_NAME4": None, "UNIT_NAME": "%",
        "TIME": f"{month.year}{month.month:02d}", "DATA_VALUE": value,
    }  # fmt: skip


def kosis_row(area: str, month: Month, item: str, value: str, table: str = "DT_1DA7004S") -> dict[str, Any]:
    return {
        "ORG_ID": "101", "TBL_ID": table, "C1": "00", "C1_NM": area, "C2": "C", "C2_NM": "제조업", "ITM_ID": "T90",
        "ITM_NM": item, "UNIT_NM": "%", "PRD_SE": "M", "PRD_DE": f"{month.year}{month.month:02d}", "DT": value,
    }  # fmt: skip


def customs_xml(items: list[dict[str, str]], code: str = "00", words: str = "정상서비스.") -> str:
    body = "".join(
        f"<item>{''.join(f'<{name}>{value}</{name}>' for name, value in item.items())}</item>"
        for item in items
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><response><header><resultCode>{code}</resultCode><resultMsg>{words}"
        f"</resultMsg></header><body><items>{body}</items></body></response>"
    )


class Services(ThreadingHTTPServer):
    """Server of all services; a test may override a response.

    Attributes:
        value: the value of an area and month, by service.
        override: returns a response to use instead of the ordinary one, or None.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.value: Callable[[str, Month], str] = lambda area, month: f"{len(area)}.{month.month:02d}"
        self.override: Callable[[str, dict[str, str]], Answer | None] = lambda _, __: None
        self.last_month = "202609"
        self.areas = ["전국", *SIDOS]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, fields: dict[str, str]) -> Answer:
        self.asked.append((path, fields))
        if (other := self.override(path, fields)) is not None:
            return other
        if path.startswith("/api/StatisticSearch/"):
            return 200, self._ecos(path.split("/"))
        if path.startswith("/openapi/"):
            return 200, self._kosis(fields)
        return 200, self._customs(path, fields)

    def _ecos(self, parts: list[str]) -> str:
        key, _, _, start, end, table, cycle, first, last, item = parts[3:]
        if unquote(key) != KEY:
            return json.dumps({"RESULT": {"CODE": "INFO-100", "MESSAGE": "인증키가 유효하지 않습니다."}})
        assert (table, cycle, item) == ("141Y005", "M", "R4AB12")
        rows = [
            ecos_row(area, month, self.value(area, month), bank)
            for month in months(first, last)
            if str(month).replace("-", "") <= self.last_month
            for area in self.areas
            for bank in ("0960", "0970", "0980")
        ]
        if not rows:
            return json.dumps({"RESULT": {"CODE": "INFO-200", "MESSAGE": "해당하는 데이터가 없습니다."}})
        page = rows[int(start) - 1 : int(end)]
        return json.dumps(
            {"StatisticSearch": {"list_total_count": len(rows), "row": page}}, ensure_ascii=False
        )

    def _kosis(self, fields: dict[str, str]) -> str:
        if fields.get("apiKey") != KEY:
            return '{err:"11",errMsg:"유효하지않은 인증KEY입니다."}'
        items = ("취업자", "실업률", "고용률") if fields["tblId"] == "DT_1DA7004S" else (
            "생산지수(원지수)", "생산자제품 출하지수(원지수)", "생산자제품 재고지수(원지수)", "생산지수(계절조정)"
        )  # fmt: skip
        rows = [
            kosis_row(area.replace("전국", "계"), month, item, self.value(area, month), fields["tblId"])
            for month in months(fields["startPrdDe"], fields["endPrdDe"])
            if str(month).replace("-", "") <= self.last_month
            for area in self.areas
            for item in items
        ]
        return (
            json.dumps(rows, ensure_ascii=False)
            if rows
            else '{err:"30",errMsg:"데이터가 존재하지 않습니다."}'
        )

    def _customs(self, path: str, fields: dict[str, str]) -> str:
        if fields.get("serviceKey") != KEY:
            return GATEWAY.format(words="SERVICE_KEY_IS_NOT_REGISTERED_ERROR", code="30")
        span = months(fields["strtYymm"], fields["endYymm"])
        if len(span) > 12:
            return customs_xml([], "99", "시작과 종료의 조회기간은 1년이내 기간만 가능합니다.")
        there = [month for month in span if str(month).replace("-", "") <= self.last_month]
        if path.endswith("getSidotradeList"):
            names = [FULL[code] for code in codes_of(span[0])] if there else []
            items = [
                {"priodTitle": str(span[0].year), "sidoNm": name, "expUsdAmt": "       1,234,567"}
                for name in names
            ]
            total = {"priodTitle": "총계", "expUsdAmt": "      99,999,999"}
            return customs_xml([total, *items] if there else [])
        if any(fields["sidoCd"] not in codes_of(month) for month in span):
            return customs_xml([], "99", "존재하지 않는 시도코드입니다.")
        total = {"priodTitle": "총계", "sidoSggNm": "-", "expUsdAmt": "9"}
        return customs_xml(
            [total]
            + [
                {"priodTitle": f"{month.year}.{month.month:02d}", "sidoSggNm": name, "expUsdAmt": "   12,345"}
                for month in there
                for name in self.sigungus(fields["sidoCd"])
            ]
        )

    def sigungus(self, code: str) -> list[str]:
        from sogong_pipeline.regions.reference import regions

        return [
            one.name
            for one in regions()
            if one.level == "sigungu" and not one.valid_to and one.name.startswith(FULL[code])
        ]


def codes_of(month: Month) -> set[str]:
    """Return the codes of the customs service in a month."""
    return set(FULL) - ({"12"} if month < Month(2026, 7) else {"29", "46"})


class Handler(BaseHTTPRequestHandler):
    server: Services

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        fields = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        status, text = self.server.answer(parts.path, fields)
        body = text.encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""
