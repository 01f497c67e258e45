"""Small networks with shared hidden layers and a head a task.

The parameters of an ensemble are one array, trained at once; from ``fit`` downwards: what is prepared, trained, kept. A
new activation, optimiser or way to balance losses is a function or a file, and a line of a table.
"""

from ._mlp import MultiTaskMLP

__all__ = ["MultiTaskMLP"]
