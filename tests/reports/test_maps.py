"""Maps: every district in view, labels that do not cover each other, far islands not lost."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.pages import geography
from sogong_pipeline.pages.drawings import Dot, StageMap
from sogong_pipeline.regions import reference
from sogong_pipeline.renderers.svg import insets, maps
from sogong_pipeline.renderers.svg.labels import Sheet
from sogong_pipeline.renderers.svg.projection import Box, Projection, frame

SVG = "{http://www.w3.org/2000/svg}"
EVERY_SIDO = frozenset(outline.code[:2] for outline in geography.outlines())


Draw = Callable[[frozenset[str], list[Dot]], ET.Element]


@pytest.fixture(scope="module")
def draw(parse_svg: Callable[[str], ET.Element]) -> Draw:
    def drawn(sidos: frozenset[str], dots: list[Dot]) -> ET.Element:
        names = tuple(geography.sigungu_labels(sidos))
        return parse_svg(
            maps.draw(StageMap("지도", geography.outlines(), sidos, tuple(dots), names, (560, 760)))
        )

    return drawn


@pytest.mark.parametrize("office", reference.offices(), ids=lambda office: office.code)
def test_each_office_has_a_map_that_fits(draw: Draw, office: reference.Office) -> None:
    root = draw(geography.current_sidos(office.sido_codes), [])
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert 0 < width <= 560 and 0 < height <= 760
    assert max(width / 560, height / 760) > 0.99
    assert any(text.text for text in root.iter(f"{SVG}text"))


def test_marks_differ_in_shape_and_the_worst_is_on_top(draw: Draw) -> None:
    stages = ("severe", "good", "caution", "undetermined")
    root = draw(frozenset({"41"}), [Dot((127.0, 37.3), stage, "산단") for stage in stages])
    marks = [node for node in root.iter() if node.get("stroke-width") == "0.8" and node.tag != f"{SVG}rect"]
    shapes = [(node.tag.removeprefix(SVG), node.get("d", "").count("L"), node.get("r")) for node in marks]
    assert [kind for kind, _, _ in shapes] == ["circle", "circle", "path", "path"]
    assert [corners for _, corners, _ in shapes[2:]] == [2, 3]
    assert marks[0].get("fill") == "#ffffff" != marks[1].get("fill")


def test_the_nation_shows_jeju_in_place_and_the_far_islands_in_two_corners(draw: Draw) -> None:
    view = frame((ring for outline in geography.outlines() for ring in outline.rings), [])
    assert view.holds((126.5, 33.4)), "Jeju is worth its sea"
    assert not view.holds((130.9, 37.5)), "Ulleung is not, and has an inset"
    words = [text.text for text in draw(EVERY_SIDO, []).iter(f"{SVG}text")]
    assert {"울릉도·독도", "백령도·대청도"} <= set(words)
    boxes = [
        place.rectangle
        for _, place in insets.placed(insets.of_sidos(EVERY_SIDO), [], Projection.fit(view, 560, 760))
    ]
    assert len(set(boxes)) == len(boxes) == 2


def test_every_district_is_in_view_wherever_it_lies() -> None:
    far = (126.2, 37.7)
    box = frame(
        (ring for outline in geography.outlines() if outline.code[:2] == "11" for ring in outline.rings),
        [far],
    )
    assert box.holds(far)


def test_a_coordinate_outside_korea_is_no_place() -> None:
    assert geography.is_in_korea((127.0, 37.5))
    assert not geography.is_in_korea((0.0, 0.0))
    assert not geography.is_in_korea((37.5, 127.0))


def test_projection_is_true_to_scale_in_the_middle() -> None:
    view = Projection.fit(Box(126, 37, 127, 38), 1000, 1000)
    (left, middle), (right, _) = view.pixel((126, 37.5)), view.pixel((127, 37.5))
    assert middle == pytest.approx(500)
    assert (right - left) / 1000 == pytest.approx(0.7934, abs=1e-3), "cos 37.5°"


places = st.tuples(st.floats(0, 200), st.floats(0, 200))


@given(st.lists(st.tuples(places, st.text("가a1 ", min_size=1, max_size=8)), max_size=40))
def test_labels_never_overlap_and_never_leave_the_map(wanted: list[tuple[tuple[float, float], str]]) -> None:
    sheet = Sheet((0, 0, 200, 200))
    for (x, y), words in wanted:
        sheet.beside([words, words[:1]], x, y, 5, 9)
        sheet.centred(words, x, y, 9)
    for left, top, right, bottom in sheet.taken:
        assert 0 <= left <= right <= 200 and 0 <= top <= bottom <= 200
    for one, other in itertools.combinations(sheet.taken, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_a_regions_name_gives_way_to_a_district(parse_svg: Callable[[str], ET.Element]) -> None:
    place = (127.2, 37.3)

    def height(dots: list[Dot]) -> float:
        names = (("가나다라시", place),)
        drawn = maps.draw(
            StageMap("지도", geography.outlines(), frozenset({"41"}), tuple(dots), names, (560, 760))
        )
        (name,) = [text for text in parse_svg(drawn).iter(f"{SVG}text") if text.text == "가나다라시"]
        return float(name.get("y", ""))

    assert height([Dot(place, "good", "산단")]) == height([])
    assert abs(height([Dot(place, "severe", "산단", 1)]) - height([])) >= 10


def test_a_shorter_wording_is_tried_where_the_long_one_does_not_fit() -> None:
    sheet = Sheet((0, 0, 60, 30))
    placed = sheet.beside(["7 가나다라마바사", "7"], 30, 15, 5, 9)
    assert placed is not None and placed.words == "7"
