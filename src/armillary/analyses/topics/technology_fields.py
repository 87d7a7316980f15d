"""Technology fields of patents: codes of the IPC to the 35 fields and 5 sectors of WIPO."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

    from armillary.model.table import Table

_SUBCLASS = r"^([A-H][0-9][0-9][A-Z])"
_GROUP = r"^[A-H][0-9][0-9][A-Z]0*([1-9][0-9]*)/"
# Some tables write A61K031426 for A61K 31/426: three digits of group, then the subgroup.
_PACKED_WHOLE = r"^[A-H][0-9][0-9][A-Z]([0-9]{3})[0-9]{2,}$"
_NOT_WITH_MEDICINES = ("F14", "F15")
_MEDICINES = "A61K"
_COSMETICS = "A61K8"


def technology_fields(
    patents: Table, concordance: Table, *, without_medicines: bool = True
) -> Table:
    """Give each patent its technology fields, by its IPC codes, else by its CPC codes.

    A patent in several fields is shared out among them. Organic fine chemistry and
    biotechnology leave out patents that also have a code of medicines (A61K), for which the
    classification has a field of its own; cosmetics (A61K 8) do not count as medicines.
    A code that the concordance does not have gives no field, and a patent without one no row.

    Source: Schmoch, U. (2008), Concept of a technology classification for country comparisons,
    report to WIPO.

    Args:
        patents: Columns `work`, `ipc`, `cpc`.
        concordance: Columns `ipc` (class, subclass or group such as A61K8), `field`, `sector`.
        without_medicines: Whether that exclusion applies.

    Returns:
        One row per patent and field: `work`, `field`, `sector`, `share` (0..1).
    """
    own = patents.ipc.length().fill_null(0) > 0
    codes = patents.select("work", code=ibis.ifelse(own, patents.ipc, patents.cpc).unnest())
    parts = _parts(codes).filter(_.subclass != "").distinct()
    medicines = parts.filter((_.subclass == _MEDICINES) & (_.main_group != _COSMETICS))
    fields = _fields(parts, concordance).select("work", "field", "sector").distinct()
    if without_medicines:
        barred = medicines.select("work").distinct().mutate(barred=True)
        fields = fields.left_join(barred, "work").select("work", "field", "sector", "barred")
        keep = ~fields.field.isin(_NOT_WITH_MEDICINES) | fields.barred.isnull()
        fields = fields.filter(keep).drop("barred")
    n_fields = fields.group_by("work").agg(n_fields=_.count())
    return fields.join(n_fields, "work").select(
        "work", "field", "sector", share=1 / _.n_fields.cast("float64")
    )


def _parts(codes: Table) -> Table:
    bare: StringValue = codes.code.upper().re_replace(r"[\s-]", "")
    subclass = bare.re_extract(_SUBCLASS, 1)
    packed = bare.re_extract(_PACKED_WHOLE, 1).re_replace("^0+", "")
    slashed = bare.re_extract(_GROUP, 1)
    group = ibis.ifelse(bare.contains("/"), slashed, packed)
    return codes.select(
        "work",
        subclass=subclass,
        main_group=ibis.ifelse(group != "", subclass + group, ""),
        ipc_class=subclass.substr(0, 3),
    )


def _fields(parts: Table, concordance: Table) -> Table:
    """Join the longest entry of the concordance: group, else subclass, else class."""
    found = parts
    for level in ("main_group", "subclass", "ipc_class"):
        entries = concordance.select(
            **{level: "ipc", f"{level}_field": "field", f"{level}_sector": "sector"}
        )
        found = found.left_join(entries, level).drop(f"{level}_right")
    return found.select(
        "work",
        field=ibis.coalesce(_.main_group_field, _.subclass_field, _.ipc_class_field),
        sector=ibis.coalesce(_.main_group_sector, _.subclass_sector, _.ipc_class_sector),
    ).filter(_.field.notnull())
