"""Takes the pictures of README and docs from the demo's pages, in the Chromium of the tests: `make pictures`.

Only pages of an invented country are taken: one without its mark is refused.
"""

from __future__ import annotations

import base64
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from sogong_pipeline.pages.wording import texts
from tools.png import indexed

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / ".demo" / "home" / "reports"
IMAGES = ROOT / "docs" / "images"
TALLEST = 4_000
DECODE = """async (data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const drawn = canvas.getContext("2d");
    drawn.drawImage(image, 0, 0);
    const pixels = drawn.getImageData(0, 0, image.width, image.height).data;
    let text = "";
    for (let place = 0; place < pixels.length; place += 32768)
        text += String.fromCharCode(...pixels.subarray(place, place + 32768));
    return { width: image.width, height: image.height, data: btoa(text) };
}"""


def take(browser: Browser, reports: Path, one: dict[str, Any]) -> bytes:
    """One picture as a PNG of few colours.

    Raises:
        SystemExit: when the page is not of the demo.
    """
    file = reports / one["page"]
    if not file.exists():
        raise SystemExit(f"{file} is not there; run `make demo` first")
    if texts().report["demo"] not in file.read_text(encoding="utf-8"):
        raise SystemExit(f"{file} is not of an invented country")
    context = browser.new_context(viewport={"width": one["width"], "height": 900}, locale="ko-KR")
    page = context.new_page()
    page.goto(file.as_uri())
    top = 0.0
    if "from" in one:
        box = page.locator(one["from"]).first.bounding_box()
        if box is None:
            raise SystemExit(f"{file} has no {one['from']}")
        top = box["y"]
    whole = page.evaluate("document.documentElement.scrollHeight")
    height = min(one.get("height", TALLEST), whole - top)
    shot = page.screenshot(
        full_page=True,
        clip={"x": 0, "y": top, "width": one["width"], "height": height},
        animations="disabled",
    )
    context.close()
    return indexed(pixels(browser, shot))


def pixels(browser: Browser, shot: bytes) -> NDArray[np.uint8]:
    """The pixels of a screenshot as rows x columns x RGB, decoded by the browser that made it."""
    context = browser.new_context()
    page = context.new_page()
    found = page.evaluate(DECODE, base64.b64encode(shot).decode())
    context.close()
    flat = np.frombuffer(base64.b64decode(found["data"]), np.uint8)
    return flat.reshape(found["height"], found["width"], 4)[:, :, :3]


def main(reports: Path = REPORTS, images: Path = IMAGES) -> None:
    """Take every picture that pictures.yaml names."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no chromium; scripts/chromium.sh installs it")
    wanted = yaml.safe_load((Path(__file__).parent / "pictures.yaml").read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for one in wanted:
            data = take(browser, reports, one)
            (images / one["file"]).write_bytes(data)
            sys.stdout.write(f"{one['file']}: {len(data):,} bytes\n")
        browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
