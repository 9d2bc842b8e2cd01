"""One file per family; a metric is a function `(gold, predicted) -> float`, 0 (worst) to 1 (best).

A family that can be resampled also has `table`: the sufficient counts per example, so that a thousand
bootstrap resamples cost one matrix product each and not a thousand passes over the examples.
"""
