"""The command line: one file per group of commands, their options, progress and interrupts."""
