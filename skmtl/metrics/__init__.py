"""Scores by task, and scorers."""

from ._d2 import mean_d2

__all__ = ["mean_d2"]
