"""The notebooks run from a release alone, and what they show is what plain pandas computes from its files."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.release.conftest import Town
from tests.support.notebooks import cells, shown

pytestmark = pytest.mark.slow

NAMES = ("my_office", "how_sure", "compare_rules")


@pytest.fixture(scope="module")
def folder(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The final version alone, away from the installation."""
    folder = tmp_path_factory.mktemp("stranger") / "2022.2.3"
    shutil.copytree(town.versions[-1], folder)
    return folder


def read(folder: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(folder / "data" / f"{table}.csv", encoding="utf-8-sig")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_as_jupyter_has_it_without_outputs_in_two_languages(folder: Path, name: str) -> None:
    path = folder / "examples" / f"{name}.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["execution_count"], cell["outputs"]) == (None, [])
    for text in cells(path, "markdown"):
        assert re.search(r"[가-힣]", text)
        assert re.search(r"[a-z]{4}", text)
    imported = {line.split()[1] for source in cells(path, "code") for line in source.splitlines()
                if line.startswith(("import ", "from "))}  # fmt: skip
    assert imported <= {"pathlib", "json", "pandas", "duckdb"}


def test_my_office_shows_its_districts_months_and_a_change_that_adds_up(folder: Path) -> None:
    values = shown(folder / "examples" / "my_office.ipynb")
    by_stage, months, change, decided = values[2], values[4], values[6], values[7]
    report = read(folder, "district_report")
    assert by_stage.iloc[:, 0].sum() == len(report[report["office_code"] == "gyeonggi"]) == 2
    own = read(folder, "fact_district_month").groupby("data_month")["workers"].sum()
    assert months["workers"].to_dict() == own.to_dict()
    assert (months["difference"] == 0).all()
    parts, office = change.iloc[:, 0]
    assert parts == pytest.approx(office)
    assert decided.loc["판정보류", "주의"] == 1


def test_my_office_of_an_office_without_districts_says_so(folder: Path) -> None:
    with pytest.raises(ValueError, match="'busan': 이 판에 이 지방청의 밀집지역이 없습니다"):
        shown(folder / "examples" / "my_office.ipynb", OFFICE="busan")


def test_how_sure_shows_errors_confidence_and_chance(folder: Path) -> None:
    values = shown(folder / "examples" / "how_sure.ipynb", DISTRICT="D2")
    one, by_size, confidence, undetermined, chance = (values[place] for place in (1, 2, 3, 4, 6))
    sure = read(folder, "change_confidence")
    sure = sure[sure["district_id"] == "D2"]
    assert len(one) == len(sure)
    assert one["low"].sum() == pytest.approx((sure["change_pct"] - 2 * sure["standard_error_points"]).sum())
    assert by_size["districts"].sum() <= 2
    assert confidence.to_numpy().sum() == 2
    proposals = read(folder, "stage_proposal")
    counted = proposals[proposals["stage"] == "undetermined"].groupby("rule_set").size()
    assert undetermined.sum().to_dict() == counted.to_dict()
    placebo = read(folder, "placebo_cut").groupby("rule_set")["judged"].sum()
    assert chance["judged"].to_dict() == placebo.to_dict()


def test_compare_rules_never_adds_stages_of_different_rule_sets(folder: Path, tmp_path: Path) -> None:
    """Another rule set that calls every district severe changes no line about the others."""
    path = folder / "examples" / "compare_rules.ipynb"
    before = shown(path)
    proposals = read(folder, "stage_proposal")
    by_rule, pair = before[1].set_index("rule_set"), before[2]
    assert by_rule["districts"].to_dict() == dict.fromkeys(proposals["rule_set"].unique(), 2)
    assert (by_rule.drop(columns="districts").sum(axis=1) == by_rule["districts"]).all()
    assert pair["districts"].sum() == 2
    other = tmp_path / "release"
    shutil.copytree(folder, other)
    parquet = other / "data" / "stage_proposal.parquet"
    kept = pd.read_parquet(parquet)
    planted = kept[kept["rule_set"] == "own_1"].assign(rule_set="zz_planted", stage="severe")
    pd.concat([kept, planted]).to_parquet(parquet)
    after = shown(other / "examples" / "compare_rules.ipynb")
    assert after[1]["rule_set"].to_list() == [*before[1]["rule_set"], "zz_planted"]
    for first, second in zip(before[1:], after[1:], strict=True):
        pd.testing.assert_frame_equal(first, _without(second), check_dtype=False)


def _without(frame: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in ("rule_set", "other_rule_set") if name in frame]
    return frame[~(frame[names] == "zz_planted").any(axis=1)].reset_index(drop=True) if names else frame


def test_the_five_lines_of_python_in_the_readme_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (source,) = re.findall(r"```python\n(.*?)```", Path("README.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(source, "README.md", "exec"), names)  # noqa: S102 - ours
    assert len(names["report"]) == 2
    for language in ("R", "Excel", "SQL"):
        assert f"\n## {language}\n" in Path("README.md").read_text(encoding="utf-8")
