"""The steps on an atlas: each reads stored data, calls the step's functions, stores the result.

``add`` -> ``fetch`` -> ``tag`` -> ``map`` -> ``render``. No step prints, asks or exits, and none
repeats work that an earlier run has already done or paid for.
"""
