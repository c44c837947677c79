"""The public data portal: its pages, its rate limits and the download of a file."""
