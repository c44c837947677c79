"""Any drawing as SVG."""

from __future__ import annotations

from sogong_pipeline.pages import drawings
from sogong_pipeline.renderers.svg import charts, limited, maps, marks


def draw(drawing: drawings.Drawing) -> str:  # noqa: PLR0911 - one kind of drawing a line
    """The drawing as one `<svg>` element with its alternative text as title."""
    match drawing:
        case drawings.Sparkline():
            return charts.sparkline(drawing)
        case drawings.IndexChart():
            return charts.index_chart(drawing)
        case drawings.StageBar():
            return charts.stage_bar(drawing)
        case drawings.StageBars():
            return charts.stage_bars(drawing)
        case drawings.StageMark():
            return marks.sample(drawing.stage)
        case drawings.LineSample():
            return charts.line_sample(drawing.measure)
        case drawings.LimitedSparkline():
            return limited.sparkline(drawing)
        case drawings.StageMap():
            return maps.draw(drawing)
