"""Districts: which there are, of what kind and since when, and which workplaces lie in them."""
