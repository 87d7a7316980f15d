"""Patents: their numbers, their exports, and the table `patent`."""

from __future__ import annotations
