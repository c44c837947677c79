"""The lake: partitions in a folder or a bucket, and the table of the layers that lie in it."""
