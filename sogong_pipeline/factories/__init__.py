"""Factory registers: which firms stand in which complex, and the places that their rows teach."""
