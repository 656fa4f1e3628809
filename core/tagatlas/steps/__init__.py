"""The steps on an atlas: each takes what is stored, calls the step's functions, stores the result.

``add`` -> ``fetch`` -> ``tag`` -> ``map`` -> ``render``. No step prints, asks or exits, and none
repeats what an earlier run has already fetched, paid for or computed.
"""
