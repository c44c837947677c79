from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from country.evaluation.stages.living import Lived, live
from country.law import load_law
from sogong_pipeline.stages.likelihood.judge import Judge
from sogong_pipeline.stages.likelihood.parameters import Parameters
from sogong_pipeline.stages.rules import load_likelihood


@pytest.fixture(scope="session")
def rule() -> Parameters:
    return load_likelihood("own_1").likelihood


@pytest.fixture(scope="session")
def lived() -> Lived:
    """Forty districts over 13 quarters, corporations only, so that nothing spans the change of coverage."""
    country = live(load_law(1), 5, 40, months="2022-07..2025-09", outside=0.0)
    rows = np.flatnonzero(country.corporate)
    columns = ("subscribers", "payroll", "area", "division", "sector", "corporate")
    return replace(country, **{name: getattr(country, name)[rows] for name in columns})


@pytest.fixture(scope="session")
def judge(lived: Lived, rule: Parameters) -> Judge:
    return Judge(lived.panel(), rule)
