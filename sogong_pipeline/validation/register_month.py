"""Inputs of a measurement on a month of an installation; missing ones are built."""

from __future__ import annotations

from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.districts.matching import match
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.validation.register import Measured, measure
from sogong_pipeline.validation.register import Month as Files


def measure_register(installation: Installation, month: Month, seed: int) -> Measured:
    """Measure placing on the joined rows of a month; see `register.measure`.

    Args:
        installation: the installation.
        month: a month that is in.
        seed: seed for the folds of withheld rows.

    Raises:
        RefusedError: when the month, a registry or a factory register is missing.
    """
    registry, vintage = registry_in_force(installation), installation.vintage_of(month)
    if registry is None or vintage is None:
        raise RefusedError(
            f"{month} or a registry is not in; run `sogong registry load` and `sogong ingest {month}`"
        )
    districts = districts_of(installation, registry, month.quarter)
    book = installation.months.books.book(districts)
    if book is None or districts.book is None:
        raise RefusedError("no factory register is loaded; run `sogong factories load FILE` first")
    firms = installation.months.books.firms(districts.book)
    staged = installation.months.stage(month, vintage).path("workplace")
    trace = installation.months.traces.trace(month, vintage, installation.vintage_of)
    with installation.lake.workspace() as folder:
        placed = match(staged, trace.path("workplace_trace"), districts, month, folder).files[
            "district_member"
        ]
        files = Files(
            staged,
            placed,
            book.path("address_evidence"),
            book.path("learned_place"),
            firms.path("factory_firm"),
        )
        kinds = {district.district_id: district.kind for district in districts.districts}
        return measure(files, kinds, seed, folder)
