"""The steps over the lake, as the command line and the DAGs call them.

Every step is `ensure`: it returns the partition made from the present inputs and builds it only when it is not
there. So any step may be called at any time, in any order, twice, or again after a crash.
"""
