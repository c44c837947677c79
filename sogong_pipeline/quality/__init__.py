"""Quality: the gate a staged month passes before it is measured."""
