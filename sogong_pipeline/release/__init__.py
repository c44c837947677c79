"""The open release: what of a quarter goes out to anybody, described so that a program reads it without us."""
