"""Queries of tests on editions."""

from __future__ import annotations

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.stages.rules import DEFAULT


def proposals_of(catalogue: Catalogue, edition: Partition, rule_set: str = DEFAULT) -> Partition:
    """The stages of an edition, which must have been proposed."""
    proposals = catalogue.proposals(edition, rule_set)
    assert proposals is not None
    return proposals
