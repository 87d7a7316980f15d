"""Which component of an SDMX message goes to which column of `observation`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.model.codelists import codes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Keyed

    from armillary.sources.statistics.mapping import Mapping

# Names agencies give the components that Armillary holds in columns of their own.
_NAMES = {
    "INDICATOR": ("INDICATOR", "MEASURE", "SERIES_CODE"),
    "REF_AREA": ("REF_AREA", "GEO", "LOCATION", "COUNTRY", "REFERENCE_AREA", "REPORTER"),
    "TIME_PERIOD": ("TIME_PERIOD", "TIME"),
    "SECT_PERF": ("SECT_PERF", "SECTPERF", "PERF_SECTOR", "SECTOR_PERFORMANCE"),
    "SECT_FUND": ("SECT_FUND", "SECTFUND", "FUND_SECTOR", "SECTOR_FUNDS", "SECTFUND_SRC"),
    "TYPE_RD": ("TYPE_RD", "RD_ACTIVITY", "TYPE_ACTIVITY"),
    "FORD": ("FORD", "FOS", "FIELD"),
    "SEX": ("SEX",),
    "UNIT_MEASURE": ("UNIT_MEASURE", "UNIT"),
    "UNIT_MULT": ("UNIT_MULT", "UNIT_MULTIPLIER", "SCALE"),
    "PRICE_BASE": ("PRICE_BASE",),
    "OBS_STATUS": ("OBS_STATUS", "OBS_FLAG", "STATUS"),
}
_CONFIDENTIALITY = ("CONF_STATUS", "CONF_STATUS_OBS", "OBS_CONF")
# Names of attributes that a message may give once for a whole data set.
ATTRIBUTES = frozenset(
    {*_CONFIDENTIALITY, *_NAMES["UNIT_MEASURE"], *_NAMES["UNIT_MULT"], *_NAMES["PRICE_BASE"],
     *_NAMES["OBS_STATUS"]}
)  # fmt: skip
# Components that describe an observation in every known structure, and never tell two apart.
_ATTRIBUTES = {
    *_CONFIDENTIALITY, "ACTION", "BASE_PER", "BREAKS", "COLLECTION", "COLL_METHOD", "COMMENT",
    "COMMENT_OBS", "COMMENT_TS", "COMPILATION", "CURRENCY_SYMBOL", "DECIMALS", "DISS_ORG",
    "EMBARGO_TIME", "LAST_UPDATE", "METHOD_REF", "NOTES", "OBS_COM", "OBS_COMMENT", "OBS_PRE_BREAK",
    "PUBL_ECB", "PUBL_MU", "PUBL_PUBLIC", "SERIES_NAME", "SOURCE", "SOURCE_AGENCY", "SOURCE_PUB",
    "TIME_FORMAT", "TITLE", "TITLE_COMPL", "UNIT_INDEX_BASE", "UPDATED", "VALUATION",
}  # fmt: skip


class Components:
    """Sorts the components of one message into columns and further dimensions.

    Args:
        dimensions: Components the message says (or shows) to be dimensions; None where it
            does not tell them from attributes.
        structure: Id of the dataflow or data structure, as `AGENCY:ID(VERSION)`.
    """

    def __init__(
        self, mapping: Mapping | None, *, dimensions: Iterable[str] | None, structure: str
    ) -> None:
        chosen = mapping.columns if mapping else {}
        self.declared = set(mapping.dimensions) if mapping else set()
        self.dimensions = None if dimensions is None else set(dimensions)
        self.structure = structure
        self.constants = mapping.constants if mapping else {}
        self.names = {
            column: tuple(str(s).upper() for s in chosen.get(column, _NAMES.get(column, ())))
            for column in _NAMES
        }
        self._plans: dict[tuple[str | None, ...], tuple[list[tuple[str, str]], frozenset[str]]] = {}

    def sort(self, said: Keyed[str, str]) -> tuple[dict[str, str], frozenset[str]]:
        """Return the values by column, and the names of those that are further dimensions."""
        # Messages repeat the same few sets of components: each is thought about once.
        shape = (*said, None, *(name for name, value in said.items() if not value.strip()))
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = self._plan(said)
        columns, extra = plan
        values = {column: said[name] for column, name in columns}
        values.setdefault("INDICATOR", self.structure.split(":")[-1].split("(")[0])
        if "REF_AREA" not in self.constants:
            values.setdefault("REF_AREA", "_Z")
        values.setdefault("DATAFLOW", self.structure)
        if values.get("PRICE_BASE", "V") not in ("V", "Q", "_Z"):
            values["PRICE_BASE"] = "_U"
        kept_secret = [
            f"{name}={said[name]}"
            for name in _CONFIDENTIALITY
            if said.get(name, "F") not in ("F", "")
        ]
        if kept_secret:
            flags = [values.get("OBS_STATUS", ""), *kept_secret]
            values["OBS_FLAG"] = "; ".join(filter(None, flags))
        return values, extra

    def _plan(self, said: Keyed[str, str]) -> tuple[list[tuple[str, str]], frozenset[str]]:
        """Return column and component of each value, and the components that are dimensions."""
        upper = {name.upper(): name for name in said}
        columns: list[tuple[str, str]] = []
        used: set[str] = set()
        for column, names in self.names.items():
            found = next((upper[name] for name in names if name in upper), None)
            if found is not None and said[found].strip():
                columns.append((column, found))
                used.add(found)
        extra = frozenset(name for name in said if name not in used and self._is_dimension(name))
        return [*columns, *((name, name) for name in extra)], extra

    def _is_dimension(self, name: str) -> bool:
        if name in self.declared:
            return True
        if self.dimensions is not None:
            return name in self.dimensions
        return name.upper() not in _ATTRIBUTES and name not in codes("CL_OBS_STATUS")
