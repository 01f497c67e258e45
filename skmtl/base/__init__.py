"""What joint models of every kind have in common."""

from ._joint_model import JointModel

__all__ = ["JointModel"]
