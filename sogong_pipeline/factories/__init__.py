"""Factory registers: firms of each industrial complex, and the places learned from their addresses."""
