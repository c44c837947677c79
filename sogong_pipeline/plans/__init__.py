"""Drafts of prevention plans (위기예방계획). What the program cannot know is an empty field. Sources: docs/plans.md."""
