"""Drafts of prevention plans (위기예방계획); unknown content is an empty field. Sources: docs/plans.md."""
