"""Small manufacturers (소공인): open counts, the law's numbers, dated lists, clusters and shares.

A cell of dong, division and year that reaches the law's number is a *candidate*; only a designation makes a cluster.
Method, articles and limits: docs/clusters.md.
"""
