"""Looking into fitted joint models."""

from ._training_display import TrainingDisplay

__all__ = ["TrainingDisplay"]
