"""Indexes as other tools keep them: COINr, the COIN Tool, and a plain wide table."""

from armillary.sources.indexes.coin_tool import is_coin_tool, read_coin_tool
from armillary.sources.indexes.coinr import read_coinr
from armillary.sources.indexes.wide import IndexData, read_wide

__all__ = ["IndexData", "is_coin_tool", "read_coin_tool", "read_coinr", "read_wide"]
