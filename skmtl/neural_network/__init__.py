"""A small network with shared hidden layers and a head a task."""

from ._mlp import MultiTaskMLP

__all__ = ["MultiTaskMLP"]
