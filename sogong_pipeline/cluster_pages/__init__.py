"""Pages on small manufacturers: overview of the policy unit, trades, 시도, clusters, special and wide-area centres."""
