"""Full-text search over policy registers in English and Chinese, in one SQLite file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sized
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import PolicyError
from armillary.evidence.search_marks import Segment, marked, pattern_of, snippet
from armillary.evidence.search_text import fold, phrases, runs, spelt, tokens
from armillary.model.progress import silent

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from armillary.evidence.search_text import Phrase
    from armillary.model.progress import Progress

_FORMAT = 1
_TEXTS = (
    "title_en",
    "title_zh",
    "title_original",
    "issuer_en",
    "issuer_zh",
    "highlights_en",
    "highlights_zh",
    "document_number",
)
_LANGUAGES = {"en": "title_en", "zh": "title_zh", "other": "title_original"}
# bm25 weighs a word in the title ten times, in the issuer or the number four times.
_WEIGHTS = (10.0, 10.0, 10.0, 4.0, 4.0, 1.0, 1.0, 4.0)
_COLUMNS = ", ".join(_TEXTS)
# ASCII: tokens are made here, so SQLite must not cut or fold them once more.
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, date TEXT, year INTEGER,
    {", ".join(f"{name} TEXT" for name in _TEXTS)}
);
CREATE TABLE spelling (n INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE register (register TEXT, n INTEGER, PRIMARY KEY (register, n)) WITHOUT ROWID;
CREATE TABLE facet (
    facet TEXT, code TEXT, n INTEGER, PRIMARY KEY (n, facet, code)
) WITHOUT ROWID;
CREATE INDEX facet_code ON facet (facet, code, n);
CREATE VIRTUAL TABLE words USING fts5 ({_COLUMNS}, content = '', tokenize = 'ascii');
"""
_STEP = 500
_MOST_CODES = 200


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One initiative as it is searched.

    Args:
        id: Initiative.
        registers: Registers of observatory.toml that show it.
        date: Date of issue (YYYY, YYYY-MM or YYYY-MM-DD).
        facets: Codes by facet, e.g. {"theme": ["TH13"], "area": ["CHN"]}.
    """

    id: str
    registers: tuple[str, ...] = ()
    title_en: str | None = None
    title_zh: str | None = None
    title_original: str | None = None
    issuer_en: str | None = None
    issuer_zh: str | None = None
    highlights_en: str | None = None
    highlights_zh: str | None = None
    document_number: str | None = None
    date: str | None = None
    facets: dict[str, list[str]] = {}


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One initiative found; the texts are segments, so that a page escapes and marks them."""

    id: str
    score: float
    title_en: tuple[Segment, ...]
    title_zh: tuple[Segment, ...]
    title_original: tuple[Segment, ...]
    snippet_en: tuple[Segment, ...]
    snippet_zh: tuple[Segment, ...]


class SearchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a query found.

    Args:
        total: Initiatives found.
        hits: The page asked for, best first.
        facets: Number of initiatives by code in each facet, the 200 most frequent codes and
            those chosen. A facet that is itself chosen from counts as if it were not, so that
            a reader sees what another choice gives.
        years: Number of initiatives by year, whatever years were chosen.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]]
    years: dict[int, int]


def documents(
    initiatives: pa.Table, facets: pa.Table, *, registers: Mapping[str, Sequence[str]]
) -> list[Document]:
    """Make documents of the tables of the store, in the order of their ids.

    Args:
        initiatives: Table `initiative`.
        facets: Table `initiative_facet`; the facets `area` and `language` (of the titles: en,
            zh, other) are added from `initiatives`.
        registers: Registers that show each source; initiatives of other sources go.
    """
    held: dict[str, dict[str, list[str]]] = {}
    for row in facets.select(["initiative", "facet", "code"]).to_pylist():
        held.setdefault(row["initiative"], {}).setdefault(row["facet"], []).append(row["code"])
    made = []
    names = ["initiative", "source", "date", "REF_AREA", "area_name", *_TEXTS]
    for row in initiatives.select(names).to_pylist():
        if row["source"] not in registers:
            continue
        area = row["REF_AREA"] or row["area_name"]
        own = dict(held.get(row["initiative"], {}))
        own["area"] = [area] if area else []
        own["language"] = [code for code, title in _LANGUAGES.items() if row[title]]
        made.append(
            Document(
                id=row["initiative"],
                registers=tuple(registers[row["source"]]),
                date=row["date"],
                facets={facet: codes for facet, codes in own.items() if codes},
                **{name: row[name] for name in _TEXTS},
            )
        )
    return sorted(made, key=lambda document: document.id)


def build_search(path: Path, documents: Iterable[Document], *, progress: Progress = silent) -> None:
    """Write the index to a draft and put it in place whole; readers keep the old one open.

    Args:
        path: The index file.
        documents: What is searched; ids must differ.
        progress: Hears how many documents are done.

    Raises:
        PolicyError: Two documents have one id.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    total = len(documents) if isinstance(documents, Sized) else 0
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(_TABLES)
            connection.execute("BEGIN")
            done = 0
            for done, document in enumerate(documents, 1):
                _add(connection, done, document)
                if done % _STEP == 0:
                    progress("indexing policies", done, max(total, done))
            connection.execute("INSERT INTO meta VALUES ('format', ?)", (str(_FORMAT),))
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            connection.execute("COMMIT")
            connection.execute("ANALYZE")
            progress("indexing policies", done, done)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _add(connection: sqlite3.Connection, n: int, document: Document) -> None:
    texts = [getattr(document, name) or "" for name in _TEXTS]
    found = [runs(fold(text)) for text in texts]
    year = int(document.date[:4]) if document.date else None
    try:
        connection.execute(
            f"INSERT INTO document VALUES (?, ?, ?, ?{', ?' * len(_TEXTS)})",  # noqa: S608 - marks
            (n, document.id, document.date, year, *(text or None for text in texts)),
        )
    except sqlite3.IntegrityError as error:
        raise PolicyError(
            f"Two policies have the id {document.id!r}.",
            where="evidence.search.build_search",
            fix="give each its own id",
        ) from error
    connection.execute(
        f"INSERT INTO words (rowid, {_COLUMNS}) VALUES (?{', ?' * len(_TEXTS)})",  # noqa: S608 - marks
        (n, *(" ".join(tokens(run)) for run in found)),
    )
    spelling = "\n".join(filter(None, map(spelt, found)))
    connection.execute("INSERT INTO spelling VALUES (?, ?)", (n, spelling))
    connection.executemany(
        "INSERT INTO register VALUES (?, ?)", [(r, n) for r in dict.fromkeys(document.registers)]
    )
    connection.executemany(
        "INSERT INTO facet VALUES (?, ?, ?)",
        [(f, code, n) for f, codes in document.facets.items() for code in dict.fromkeys(codes)],
    )


class Search:
    """An index open for reading, from any number of threads.

    Args:
        path: The index; it is read as it was when opened, also while a new one is written.

    Raises:
        PolicyError: There is no index, or it was written by another version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        again = "run: armillary build"
        if not path.is_file():
            raise PolicyError("There is no search index.", where=str(path), fix=again)
        try:
            row = self._connection().execute("SELECT value FROM meta WHERE key = 'format'")
            written = row.fetchone()
        except sqlite3.DatabaseError as error:
            self.close()
            raise PolicyError(
                f"The search index is damaged: {error}.", where=str(path), fix=again
            ) from error
        if written != (str(_FORMAT),):
            self.close()
            raise PolicyError(
                "The search index was written by another version.", where=str(path), fix=again
            )

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._local = threading.local()

    def find(
        self,
        query: str,
        *,
        facets: Mapping[str, Sequence[str]] | None = None,
        register: str | None = None,
        year_from: int | None = None,
        year_to: int | None = None,
        limit: int = 20,
        offset: int = 0,
        prefix: bool = False,
        latest_first: bool = False,
    ) -> SearchResult:
        """Find initiatives; no query is an error, an empty one finds all, latest first.

        Every phrase must be found, in any field. Chinese is found character by character,
        other languages by whole words, case, width and accents aside.
        Source: Robertson & Zaragoza (2009), doi:10.1561/1500000019, BM25, titles weighing 10.

        Args:
            query: Words; "quoted phrases"; `inno*` for words that begin so.
            facets: Codes wanted by facet: one of each facet's codes must apply.
            register: Register of observatory.toml; None searches all.
            year_from: First year; initiatives without a date go.
            year_to: Last year.
            limit: Hits of one page.
            offset: Hits before it.
            prefix: Let the last word go on, as while typing.
            latest_first: Order by date, not by how well an initiative fits.
        """
        asked = phrases(query, prefix=prefix)
        if query.strip() and not asked:
            return SearchResult(total=0, hits=(), facets={}, years={})
        chosen = {name: list(codes) for name, codes in (facets or {}).items() if codes}
        connection = self._connection()
        wanted = _Wanted(connection, asked, register)
        years = (_bounded(year_from), _bounded(year_to))
        clause, values = wanted.clause(chosen, years)
        total = connection.execute(f"SELECT count(*) FROM found WHERE {clause}", values)  # noqa: S608
        order = ["found.score", "document.date DESC NULLS LAST"]
        ordered = ", ".join(reversed(order) if latest_first else order)
        page = connection.execute(
            f"SELECT document.*, found.score FROM found JOIN document USING (n) WHERE {clause} "  # noqa: S608
            f"ORDER BY {ordered}, document.id LIMIT ? OFFSET ?",
            [*values, max(0, min(limit, 1_000)), max(0, min(offset, 2**53))],
        )
        page.row_factory = sqlite3.Row
        pattern = pattern_of(asked)
        return SearchResult(
            total=total.fetchone()[0],
            hits=tuple(_hit(row, pattern) for row in page),
            facets=wanted.facet_counts(chosen, years),
            years=wanted.year_counts(chosen),
        )

    def _connection(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is None:
            address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            held = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
            held.execute("PRAGMA temp_store = MEMORY")
            self._local.connection = held
            with self._lock:
                self._open.append(held)
        return held


class _Wanted:
    """What one query found, as a temporary table that is narrowed and counted."""

    def __init__(
        self, connection: sqlite3.Connection, asked: Sequence[Phrase], register: str | None
    ) -> None:
        self._connection = connection
        match = " AND ".join(m for phrase in asked for m in phrase.matches())
        literals = [text for phrase in asked if (text := phrase.literal()) is not None]
        weights = ", ".join(map(str, _WEIGHTS))
        clauses, values = [], []
        if match:
            rows = (
                f"SELECT rowid AS n, bm25(words, {weights}) AS score FROM words WHERE words MATCH ?"  # noqa: S608 - our own constants
            )
            values.append(match)
        else:
            rows = "SELECT n, 0.0 AS score FROM document"
        for text in literals:
            clauses.append("instr((SELECT text FROM spelling s WHERE s.n = hit.n), ?) > 0")
            values.append(text)
        if register is not None:
            clauses.append("n IN (SELECT n FROM register WHERE register = ?)")
            values.append(_storable(register))
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        connection.execute("DROP TABLE IF EXISTS temp.found")
        years = "SELECT year FROM document AS d WHERE d.n = hit.n"
        find = f"SELECT hit.n, hit.score, ({years}) AS year FROM ({rows}) AS hit {where}"  # noqa: S608 - our own clauses
        connection.execute(f"CREATE TEMP TABLE found AS {find}", values)

    def clause(
        self, chosen: Mapping[str, Sequence[str]], years: tuple[int | None, int | None]
    ) -> tuple[str, list[Any]]:
        """Return the condition on `found` for facets and years, with its values."""
        clauses, values = ["true"], []
        for name, codes in chosen.items():
            marks = ", ".join("?" * len(codes))
            clauses.append(
                f"found.n IN (SELECT n FROM facet WHERE facet = ? AND code IN ({marks}))"  # noqa: S608
            )
            values += [_storable(name), *map(_storable, codes)]
        for year, sign in zip(years, (">=", "<="), strict=True):
            if year is not None:
                clauses.append(f"found.year {sign} {year:d}")
        return " AND ".join(clauses), values

    def facet_counts(
        self, chosen: Mapping[str, Sequence[str]], years: tuple[int | None, int | None]
    ) -> dict[str, dict[str, int]]:
        """Count initiatives by facet and code, each facet without its own choice."""
        clause, values = self.clause(chosen, years)
        counts = self._counted(clause, values, None)
        for name in chosen:
            others = {other: codes for other, codes in chosen.items() if other != name}
            clause, values = self.clause(others, years)
            counts[name] = self._counted(clause, values, name).get(name, {})
        return {
            name: {
                code: count
                for place, (code, count) in enumerate(counts[name].items())
                if place < _MOST_CODES or code in chosen.get(name, ())
            }
            for name in sorted(counts)
        }

    def _counted(
        self, clause: str, values: Sequence[Any], facet: str | None
    ) -> dict[str, dict[str, int]]:
        only = "" if facet is None else "AND facet = ?"
        rows = self._connection.execute(
            f"SELECT facet, code, count(*) FROM facet "  # noqa: S608
            f"WHERE n IN (SELECT n FROM found WHERE {clause}) {only} "
            "GROUP BY facet, code ORDER BY facet, count(*) DESC, code",
            [*values, *([] if facet is None else [_storable(facet)])],
        )
        counts: dict[str, dict[str, int]] = {}
        for name, code, count in rows:
            counts.setdefault(name, {})[code] = count
        return counts

    def year_counts(self, chosen: Mapping[str, Sequence[str]]) -> dict[int, int]:
        """Count initiatives by year, whatever years were chosen."""
        clause, values = self.clause(chosen, (None, None))
        rows = self._connection.execute(
            f"SELECT year, count(*) FROM found WHERE {clause} AND year IS NOT NULL "  # noqa: S608
            "GROUP BY year ORDER BY year",
            values,
        )
        return dict(rows.fetchall())


def _hit(row: sqlite3.Row, pattern: re.Pattern[str] | None) -> Hit:
    return Hit(
        id=row["id"],
        score=round(-row["score"], 6) or 0.0,
        title_en=marked(row["title_en"] or "", pattern),
        title_zh=marked(row["title_zh"] or "", pattern),
        title_original=marked(row["title_original"] or "", pattern),
        snippet_en=snippet(row["highlights_en"] or "", pattern, language="en"),
        snippet_zh=snippet(row["highlights_zh"] or "", pattern, language="zh"),
    )


def _bounded(year: int | None) -> int | None:
    return None if year is None else max(-9_999, min(year, 9_999))


def _storable(text: str) -> str:
    """Return a text SQLite can hold: half of a surrogate pair cannot be UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
