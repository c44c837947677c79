"""The monthly file: its columns and lines, and how they become typed rows."""
