"""Pages on small manufacturers: the policy unit's, per trade, 시도, cluster, special centre and wide-area centre."""
