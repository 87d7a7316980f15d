"""SDMX-ML data: generic and structure-specific 2.1, structure-specific 3.0."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from lxml import etree

from armillary.errors import SourceError, listed
from armillary.sources.statistics.sdmx_components import ATTRIBUTES, Components

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from armillary.model.provenance import Reading
    from armillary.sources.statistics.mapping import Mapping
    from armillary.sources.statistics.observations import Observations

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_URN = re.compile(r"=([^=]+\([^)]*\))$")
_WATCHED = (
    "Structure",
    "DataSet",
    "Group",
    "Series",
    "Obs",
    "Message",
    "Structures",
    "ErrorMessage",
)


def read_sdmx_ml(
    raw: bytes,
    path: Path,
    *,
    mapping: Mapping | None,
    observations: Callable[[str, str], Observations],
) -> Reading:
    """Read an SDMX-ML data message.

    A generic message tells dimensions from attributes; in a structure-specific one, whatever
    is not a known attribute counts as a dimension, so that no two observations fall together.
    The message is read as a stream: of the XML, no more than one series is held at a time.
    Source: SDMX 2.1 and 3.0 Technical Specifications, section 3 (SDMX-ML).

    Raises:
        SourceError: It is cut off, declares a DTD, holds no data, or is the agency's answer
            that there are none or that they will be ready later.
    """
    message = _Message(path, mapping, observations)
    try:
        events = etree.iterparse(
            io.BytesIO(raw),
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in _WATCHED],
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            load_dtd=False,
            dtd_validation=False,
        )
        for event, element in events:
            message.hear(event, element)
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"The SDMX-ML is cut off or damaged: {error.msg}.",
            where=str(path),
            fix="fetch it again",
        ) from error
    if message.errors:
        raise SourceError(
            f"The agency sent an error instead of data: {listed(message.errors)}.",
            where=str(path),
            fix="correct what was asked of the agency, and fetch it again",
        )
    if message.notes:
        raise SourceError(
            f"The agency sent a note instead of data: {listed(message.notes)}",
            where=str(path),
            fix="fetch the data from the address in the note, when it is ready",
            retry=True,
        )
    if message.found is None or not message.found.n_read:
        said = "structures, not data" if message.structures else "no observations"
        raise SourceError(
            f"The SDMX-ML message holds {said}.",
            where=str(path),
            fix="download the data of the dataflow (GenericData or StructureSpecificData)",
        )
    return message.found.reading()


class _Message:
    """What has been heard of a message so far."""

    def __init__(
        self,
        path: Path,
        mapping: Mapping | None,
        observations: Callable[[str, str], Observations],
    ) -> None:
        self.path = path
        self.begun = False
        self.mapping = mapping
        self.observations = observations
        self.found: Observations | None = None
        self.structure_of: dict[str, tuple[str, str]] = {}
        self.structure, self.at_observation = "", "TIME_PERIOD"
        self.groups: list[tuple[dict[str, str] | None, dict[str, str]]] = []
        self.n_series = self.n_obs = self.n_sets = 0
        self.components: dict[tuple[str, frozenset[str] | None], Components] = {}
        self.in_series = False
        self.of_data_set: dict[str, str] | None = None
        self.notes: list[str] = []
        self.errors: list[str] = []
        self.structures = False

    def hear(self, event: str, element: etree._Element) -> None:
        name = _local(element)
        if event == "start":
            if not self.begun:
                self._refuse_dtd(element)
            if name == "DataSet":
                self._data_set(element)
            self.in_series = self.in_series or name == "Series"
            self.structures = self.structures or name == "Structures"
            return
        if name == "Structure" and (identity := element.get("structureID")):
            at = element.get("dimensionAtObservation", "TIME_PERIOD")
            self.structure_of[identity] = (_reference(element), at)
        elif name == "Group":
            self.groups.append(_group(element))
            element.clear()
        elif name == "Series":
            self._series(element)
            self.in_series = False
            _forget(element)
        elif name == "Obs" and not self.in_series:
            self.n_obs += 1
            self._observation(element, self._shared(element), set(), f"Obs {self.n_obs}")
            _forget(element)
        elif name == "Message" and "footer" in element.tag:
            self.notes += [t for t in map(str.strip, _texts(element)) if t][:2]
        elif name == "ErrorMessage":
            self.errors += [t for t in map(str.strip, _texts(element)) if t][:2]

    def _refuse_dtd(self, element: etree._Element) -> None:
        self.begun = True
        if element.getroottree().docinfo.internalDTD is not None:
            raise SourceError(
                "The SDMX-ML declares a document type (DTD), which no agency's message does.",
                where=str(self.path),
                fix="fetch it from the agency itself, or delete the <!DOCTYPE ...> declaration",
            )

    def _data_set(self, element: etree._Element) -> None:
        self.n_sets += 1
        self.n_series = self.n_obs = 0
        self.groups = []
        self.of_data_set = None
        reference = next(
            (v for k, v in element.attrib.items() if str(k).rpartition("}")[2] == "structureRef"),
            "",
        )
        known = list(self.structure_of.values()) or [("", "TIME_PERIOD")]
        self.structure, self.at_observation = self.structure_of.get(str(reference), known[0])

    def _shared(self, element: etree._Element) -> dict[str, str]:
        """Return what the data set says of all its observations, ahead of the first of them."""
        if self.of_data_set is None:
            parent = element.getparent()
            _, said = _parts(parent, "") if parent is not None else (None, {})
            self.of_data_set = {n: value for n, value in said.items() if n.upper() in ATTRIBUTES}
        return self.of_data_set

    def _series(self, element: etree._Element) -> None:
        self.n_series += 1
        key, attributes = _parts(element, "SeriesKey")
        said = {**self._shared(element), **attributes, **(key or {})}
        for group_key, group_attributes in self.groups:
            shared = (
                group_key
                if group_key is not None
                else {name: value for name, value in group_attributes.items() if name in said}
            )
            if shared and all(said.get(name) == value for name, value in shared.items()):
                said = {**group_attributes, **said}
        for number, child in enumerate((c for c in element if _local(c) == "Obs"), 1):
            locator = f"Series {self.n_series}, Obs {number}"
            self._observation(child, said, set(key or {}), locator)

    def _observation(
        self, element: etree._Element, outer: dict[str, str], keys: set[str], locator: str
    ) -> None:
        key, own = _parts(element, "ObsKey")
        generic = key is not None or bool(keys)
        said = {**outer, **own, **(key or {})}
        text = said.pop("OBS_VALUE", "")
        for child in element:
            if _local(child) == "ObsDimension":
                said[child.get("id") or self.at_observation] = child.get("value", "")
                keys = {*keys, child.get("id") or self.at_observation}
            elif _local(child) == "ObsValue":
                text = child.get("value", "")
        if self.at_observation not in said and element.get(_XSI_TYPE):
            said[self.at_observation] = str(element.get(_XSI_TYPE)).split(":")[-1]
        if self.found is None:
            kind = "generic" if generic else "structure-specific"
            self.found = self.observations(f"SDMX-ML ({kind})", "observations")
        dimensions = frozenset({*keys, *(key or {})}) if generic else None
        components = self.components.get((self.structure, dimensions))
        if components is None:
            components = Components(self.mapping, dimensions=dimensions, structure=self.structure)
            self.components[self.structure, dimensions] = components
        values, extra = components.sort(said)
        self.found.tell_apart_by(extra)
        prefix = f"DataSet {self.n_sets}, " if self.n_sets > 1 else ""
        self.found.add(locator=prefix + locator, text=text, values=values)


def _texts(element: etree._Element) -> list[str]:
    return [str(text) for text in element.itertext()]


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _parts(element: etree._Element, key_name: str) -> tuple[dict[str, str] | None, dict[str, str]]:
    """Return the key (None where the message is structure-specific) and the other components."""
    key: dict[str, str] | None = None
    others = {
        str(name): str(value)
        for name, value in element.attrib.items()
        if not str(name).startswith("{") and name not in ("action", "type")
    }
    for child in element:
        local = _local(child)
        if local == key_name:
            key = {v.get("id", ""): v.get("value", "") for v in child}
        elif local == "Attributes":
            others |= {v.get("id", ""): v.get("value", "") for v in child}
        elif local == "Comp":
            texts = [" ".join(_texts(v)).strip() for v in child if _local(v) == "Value"]
            others[child.get("id", "")] = "; ".join(texts)
    return key, others


def _group(element: etree._Element) -> tuple[dict[str, str] | None, dict[str, str]]:
    key, attributes = _parts(element, "GroupKey")
    return key, attributes


def _reference(structure: etree._Element) -> str:
    """Return `AGENCY:ID(VERSION)` of the structure a header names."""
    for element in structure.iter():
        if _local(element) == "Ref":
            agency, version = element.get("agencyID", ""), element.get("version", "")
            identity = element.get("id", "")
            return f"{agency}:{identity}({version})" if version else f"{agency}:{identity}"
        if element.text and (match := _URN.search(element.text.strip())):
            return match[1]
    return ""


def _forget(element: etree._Element) -> None:
    element.clear()
    while element.getprevious() is not None:
        parent = element.getparent()
        if parent is None:
            return
        del parent[0]
