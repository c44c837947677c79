"""Keeping a lake whole: verify its digests, back up what cannot be made again, restore, make again, clean."""
