"""Build the font of the PDFs from Pretendard GOV: every Hangul syllable and the signs our documents use, renamed.

    npm pack pretendard-gov@1.3.9 && tar xzf pretendard-gov-1.3.9.tgz package/dist/public/static
    uv run --with fonttools python -m tools.fonts package/dist/public/static

The licence (SIL Open Font License 1.1) reserves the name Pretendard, so the changed font has another.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

from sogong_pipeline.renderers.fonts import FAMILY, FOLDER

RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x1E9E, 0x1E9E), (0x391, 0x3C9), (0x2010, 0x2027),
    (0x2030, 0x203B), (0x2070, 0x209C), (0x20A9, 0x20A9), (0x20AC, 0x20AC), (0x2100, 0x214F), (0x2150, 0x218B),
    (0x2190, 0x2199), (0x21D2, 0x21D2), (0x21D4, 0x21D4), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x257F),
    (0x25A0, 0x25FF), (0x2605, 0x2606), (0x260E, 0x260F), (0x2640, 0x2642), (0x2713, 0x2717), (0x3000, 0x303F),
    (0x3130, 0x318F), (0x3200, 0x33FF), (0xAC00, 0xD7A3), (0xFF01, 0xFFE6),
)  # fmt: skip


def build(source: Path, weight: str) -> Path:
    """Subset and rename one weight; the same source gives the same bytes."""
    font = TTFont(source / f"PretendardGOV-{weight}.otf", recalcTimestamp=False)
    options = subset.Options(
        layout_features=["kern", "ccmp"], hinting=False, notdef_outline=True, name_IDs=["*"]
    )
    options.drop_tables += ["vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    cutter.subset(font)
    names, postscript = font["name"], f"{FAMILY.replace(' ', '')}-{weight}"
    names.names = [record for record in names.names if record.nameID in {0, 13, 14}]
    for number, text in enumerate((FAMILY, weight, postscript, f"{FAMILY} {weight}", "1.0", postscript), 1):
        names.setName(text, number, 3, 1, 0x409)
    table = font["CFF "].cff
    table.fontNames[0] = postscript
    table.topDictIndex[0].FullName, table.topDictIndex[0].FamilyName = f"{FAMILY} {weight}", FAMILY
    target = FOLDER / f"{postscript}.otf"
    font.save(target)
    return target


def main() -> None:
    """Read the arguments and build both weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("source", type=Path, help="folder of the font's static OTF files")
    arguments = parser.parse_args()
    built = [build(arguments.source, weight) for weight in ("Regular", "Bold")]
    known = set.intersection(*(set(TTFont(path).getBestCmap()) for path in built))
    starts = [code for code in sorted(known) if code - 1 not in known]
    ends = [code for code in sorted(known) if code + 1 not in known]
    lines = [f"{first:X}-{last:X}" for first, last in zip(starts, ends, strict=True)]
    (FOLDER / "coverage.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
