"""Registers in an installation: one book for both sides of a comparison, nothing of a register leaves the lake."""

from __future__ import annotations

import logging
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.loaded import BOOK_MONTHS, book_months, registers, registers_in_force
from sogong_pipeline.indicators.quarter import window
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.steps.after import after_months
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.clean import removable
from tests.factories import registers as made
from tests.rows import header_line, lines, row
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.upkeep.test_verify import sogong

SECRETS = {"firm": "ZQX비밀정밀", "phone": "055-987-6543", "product": "ZQX비밀제품", "person": "ZQX홍길동"}
ADDRESS = "경기도 화성시 팔탄면 서근리 12"
COMPLEX = "가상일반산업단지"
MONTHS = QUARTER.months


def register(folder: Path, name: str, firms: list[str]) -> Path:
    """Write a register that assigns firms to the complex, including a planted one."""
    secret = {
        "회사명": SECRETS["firm"],
        "단지명": COMPLEX,
        "전화번호": SECRETS["phone"],
        "생산품": SECRETS["product"],
        "관리기관": SECRETS["person"],
        "공장주소_지번": ADDRESS,
    }
    rows = [{"회사명": firm, "단지명": COMPLEX, "공장주소_지번": ADDRESS} for firm in firms]
    return made.write(folder / name, made.FORM_B, [*rows, secret])


def ingest(pipeline: Installation, folder: Path, names: dict[Month, list[str]]) -> None:
    """Ingest months of workplaces by name; the number identifies the workplace."""
    for month, called in names.items():
        file = folder / f"가상 사업장 내역_{str(month.shift(1)).replace('-', '')}18.csv"
        rows = [
            row(
                data_month=str(month),
                workplace_name=name,
                business_number_prefix=f"{100000 + n}",
                postal_code="18577",
            )
            for n, name in enumerate(called)
        ]
        file.write_bytes(lines(rows, header=header_line(_header(month))))
        pipeline.months.ingest(month, str(file))


def _header(month: Month) -> tuple[str, ...]:
    from sogong_pipeline.nps.file.columns import vintage_for

    return tuple(vintage_for(month).header)


def members(pipeline: Installation, month: Month) -> dict[str, str | None]:
    """Return evidence by workplace under the quarter's book."""
    registry, vintage = registry_in_force(pipeline), pipeline.vintage_of(month)
    assert registry is not None
    assert vintage is not None
    matched = pipeline.months.match(month, districts_of(pipeline, registry, QUARTER), vintage)
    rows = pq.read_table(matched.path("district_member")).to_pylist()
    return {one["workplace_id"]: one["evidence"] for one in rows}


def test_the_months_of_a_book_are_those_of_an_edition() -> None:
    assert book_months(Quarter(2026, 3)) == window(Quarter(2026, 3))
    assert len(book_months(QUARTER)) == BOOK_MONTHS


def test_evidence_follows_the_workplace_through_names_and_registers(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path, kind="knowledge_industry_centre", name="가상지식산업센터")
    names = [f"가상상사{n}" for n in range(12)]
    later = ["다른이름", *names[1:]]
    ingest(pipeline, tmp_path, {MONTHS[0]: names, MONTHS[1]: later})
    before = members(pipeline, MONTHS[0])
    assert set(before.values()) == {"building"}  # a building claims no workplace by its place

    rows = [
        {"회사명": name, "지식산업센터명": "가상지식산업센터", "공장주소_지번": ADDRESS}
        for name in (names[0], names[1])
    ]
    pipeline.factories.load(made.write(tmp_path / "b_20211231.csv", made.FORM_B, rows))
    sides = [members(pipeline, month) for month in MONTHS[:2]]
    by_register = [{one for one, why in side.items() if why == "register_centre"} for side in sides]
    assert by_register[0] == by_register[1]  # the renamed workplace retains the evidence of its address
    assert len(by_register[0]) == 2
    learned = [{one for one, why in side.items() if why == "learned_place"} for side in sides]
    assert learned[0] == learned[1]
    assert len(learned[0]) == 10

    # A newer register that lacks a firm removes no workplace from the file or from one side only.
    pipeline.factories.load(made.write(tmp_path / "b_20221231.csv", made.FORM_B, [*rows[:1], *rows[:1]]))
    sides = [members(pipeline, month) for month in MONTHS[:2]]
    assert sides[0] == sides[1]
    registry = registry_in_force(pipeline)
    assert registry is not None
    districts = districts_of(pipeline, registry, QUARTER)
    moved = pipeline.months.traces.movement(MONTHS[1], districts, pipeline.vintage_of)
    assert moved is not None
    ways = pq.read_table(moved.path("movement")).column("direction").to_pylist()
    assert ways == ["stay"]  # the renamed one, in the same district


def test_a_register_makes_quarters_stale_and_is_kept(pipeline: Installation, tmp_path: Path) -> None:
    load_registry(pipeline, tmp_path)
    ingest(pipeline, tmp_path, {month: [f"가상상사{n}" for n in range(12)] for month in MONTHS})
    pipeline.quarters.propose(QUARTER)
    assert pipeline.quarters.stale(QUARTER) == []
    first = register(tmp_path, "b_20211231.csv", ["가상상사1", "가상상사2"])
    assert pipeline.factories.load(first).is_new
    assert not pipeline.factories.load(first).is_new
    assert any(line.startswith("registers: nothing ->") for line in pipeline.quarters.stale(QUARTER))
    edition, _ = pipeline.quarters.propose(QUARTER)
    assert pipeline.quarters.stale(QUARTER) == []
    assert pipeline.quarters.propose(QUARTER) == (edition, False)

    second = register(tmp_path, "b_20221231.csv", [f"가상상사{n}" for n in range(9)])
    pipeline.factories.load(second)
    assert [one.facts["as_of"] for one in registers(pipeline)] == ["2021-12-31", "2022-12-31"]
    assert [one.facts["as_of"] for one in registers_in_force(pipeline)] == ["2022-12-31"]
    old = registers(pipeline)[0].facts["version"]
    difference = pipeline.factories.difference(old, None, MONTHS[2])
    assert (difference.rows, difference.moved) == (12, 0)
    layers = {one.name.parts[0] for one in removable(pipeline)}
    assert "registers" not in layers


def test_names_are_settled_by_a_person_from_the_day_on_that_is_given(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path)
    rows = [{"회사명": "가상상사1", "단지명": "옛이름지방산업단지", "공장주소_지번": ADDRESS}]
    pipeline.factories.load(made.write(tmp_path / "b_20211231.csv", made.FORM_B, rows))
    (name,) = pipeline.factories.names(QUARTER)
    assert name.state == "open"
    file = tmp_path / "names.csv"
    head = "name,sigungu_code,district_ids,valid_from,valid_to,reason"
    file.write_text(f"{head}\n옛이름지방산업단지,,D1,2022-01-01,,관리공단\n", encoding="utf-8")
    registry = registry_in_force(pipeline)
    assert registry is not None
    file.write_text(
        file.read_text("utf-8").replace("D1", registry.districts[0].district_id), encoding="utf-8"
    )
    assert pipeline.factories.record_aliases(file) == (1, True)
    assert pipeline.factories.record_aliases(file) == (1, False)
    assert [one.state for one in pipeline.factories.names(QUARTER)] == ["settled"]
    assert [one.state for one in pipeline.factories.names(Quarter(2021, 4))] == ["open"]


@pytest.mark.slow
def test_nothing_that_only_a_register_holds_leaves_the_lake(
    pipeline: Installation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    load_registry(pipeline, tmp_path)
    file = register(tmp_path, "b_20211231.csv", [f"가상상사{n}" for n in range(5)])
    outputs = [sogong(pipeline.settings, "factories", "load", str(file)).output]
    for month in MONTHS:
        pipeline.months.ingest(month, str(month_file(tmp_path, str(month))))
    after_months(pipeline, MONTHS)
    pipeline.quarters.propose(QUARTER)
    publish_draft(pipeline, QUARTER, pipeline.settings.home / "reports")
    pipeline.warehouse.rebuild()
    for command in (
        ("factories", "list"),
        ("factories", "names"),
        ("factories", "names", "--out", str(tmp_path / "proposals.csv")),
        ("evaluate", "register"),
        ("status",),
        ("verify",),
    ):
        outputs += [sogong(pipeline.settings, *command, *json).output for json in ((), ("--json",))]
    texts = {"commands": "\n".join(outputs).encode(), "log": caplog.text.encode()}
    texts |= {str(path): path.read_bytes() for path in pipeline.settings.home.rglob("*") if path.is_file()}
    texts["proposals"] = (tmp_path / "proposals.csv").read_bytes()
    assert len(texts) > 30
    contents = ""
    for partition in registers(pipeline):
        contents += str(pq.read_table(partition.path("register")).to_pylist())
    assert SECRETS["firm"] in contents  # the lake needs it to join
    for what, secret in SECRETS.items():
        assert what == "firm" or secret not in contents
        for encoding in ("utf-8", "cp949", "utf-16-le"):
            leaks = [name for name, content in texts.items() if secret.encode(encoding) in content]
            allowed = [
                name for name in leaks if what == "firm" and "/lake/" in name and name.endswith(".parquet")
            ]
            assert leaks == allowed, (what, encoding)


def test_commands_refuse_in_one_line_without_what_they_need(pipeline: Installation, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no registry is loaded"):
        pipeline.factories.names(QUARTER)
    load_registry(pipeline, tmp_path)
    with pytest.raises(RefusedError, match="no factory register is loaded"):
        pipeline.factories.names(QUARTER)
    with pytest.raises(RefusedError, match="2022-04 is not in"):
        pipeline.factories.difference("x", None, MONTHS[0])
    refused = sogong(pipeline.settings, "factories", "fetch", "15083277")
    assert refused.exit_code == 1
    assert "none of the registers on the portal" in refused.output
