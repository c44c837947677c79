"""Quality pages: results of the gate for each month."""
