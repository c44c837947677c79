"""Clusters of small manufacturers (소공인): open counts, legal thresholds, dated lists, cluster tables and shares.

A dong, division and year that reaches the legal threshold is a *candidate*; only a designation makes a cluster.
Method, articles and limits: docs/clusters.md.
"""
