"""Armillary: the workbench of science, technology and innovation policy institutes."""

__version__ = "0.1.0"
