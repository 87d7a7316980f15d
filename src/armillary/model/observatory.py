"""What a user defines: the observatory and its parts, as frozen structs without I/O."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

SourceKind = Literal["statistics", "works", "policies", "simulated", "simulated_indicators"]
LANGUAGES = ("en", "zh")


class Text(msgspec.Struct, frozen=True):
    """A text in English and Chinese; either may be absent, not both.

    Examples:
        >>> Text(en="Innovation", zh="创新").in_language("zh")
        '创新'
        >>> Text(en="Innovation").in_language("zh")
        'Innovation'
    """

    en: str = ""
    zh: str = ""

    def in_language(self, language: str) -> str:
        """Return the text in `language`, or in the other one where it is absent."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second

    def language_shown(self, language: str) -> str:
        """Return the language `in_language` really answers in, for a `lang` attribute."""
        own = self.zh if language == "zh" else self.en
        return language if own else ("en" if language == "zh" else "zh")


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """A corpus the simulator makes, with planted topics.

    Args:
        works: Number of works, 200 or more.
        first_year: First year of the corpus.
        last_year: Last year of the corpus, at least eight years after the first.
        topics: Number of planted topics.
        emerging: How many of them are young and rising at the end.
        seed: Seed of every random draw.
        growth: Yearly growth of the corpus, beside what the courses of its topics add (0.05 is
            5 % a year).
        chinese: Share of works in Chinese; the others are in English.
        noise: Share of works that belong to no topic.
        mixed: Share of works that take half their words from a second topic.
        references: Mean number of cited works inside the corpus, once it is some years old.
        inside_topic: Share of references a work of a topic makes because the cited work is of
            its own topic.
        inside_area: Share it makes to works of its area, whatever their topic; what is left
            goes to works of any area.
    """

    works: int = 6_000
    first_year: int = 2010
    last_year: int = 2024
    topics: int = 40
    emerging: int = 6
    seed: int = 1
    growth: float = 0.05
    chinese: float = 0.15
    noise: float = 0.08
    mixed: float = 0.10
    references: float = 8.0
    inside_topic: float = 0.60
    inside_area: float = 0.25


class IndicatorSimulation(msgspec.Struct, frozen=True, kw_only=True):
    """Observations the simulator makes for every indicator of a framework, with planted levels.

    Args:
        framework: The framework (CSV) whose indicators are simulated.
        units: Codes of the units.
        units_file: Where the units were read from, if from a file.
        whole: Code of a further unit whose values are the means of the others, e.g. the nation.
        first_year: First year.
        last_year: Last year.
        seed: Seed of every random draw.
        agreement: Share of the variance of a level that a node has from the group above it.
        trend: Mean rise of levels a year, in standard deviations of the first year.
        noise: Standard deviation of what a year adds to an indicator by chance.
        skewed: Share of indicators (other than shares and those with standards) that are skewed.
        outliers: Share of the series of such indicators that lie far above the others.
        missing: Share of values that are missing; more of them where the level is low.
    """

    framework: Path
    units: tuple[str, ...]
    units_file: Path | None = None
    whole: str | None = None
    first_year: int = 2020
    last_year: int = 2024
    seed: int = 1
    agreement: float = 0.75
    trend: float = 0.1
    noise: float = 0.15
    skewed: float = 0.4
    outliers: float = 0.005
    missing: float = 0.05


class OpenAlexQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to fetch from the API of OpenAlex.

    Args:
        filter: Filter as the API writes it, e.g. "topics.id:T10102,type:article".
        search: Words to search for in titles, abstracts and full texts.
        from_year: First year of publication.
        to_year: Last year of publication.
        per_page: Works a page, 1 to 100.
    """

    filter: str = ""
    search: str = ""
    from_year: int | None = None
    to_year: int | None = None
    per_page: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100


class OpenAlexSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source whose works are fetched from the API of OpenAlex.

    Args:
        query: What to fetch.
        home: Folder of its snapshots.
        contact: Mail address named to the API.
        rate: Most requests a second.
        snapshot: The snapshot to read, by its name; None reads the latest.
    """

    query: OpenAlexQuery
    home: Path
    contact: str = ""
    rate: float = 5.0
    snapshot: str | None = None


class SourceDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One `[sources.ID]` of observatory.toml.

    Args:
        id: Name in observatory.toml.
        kind: What the files hold.
        files: The files, absolute, in the order of their names; empty for a simulation.
        mapping: TOML file that says how to read a statistical table; None where none is needed.
        areas: CSV file that maps area names to codes; None where codes or known names are used.
        codebook: File with the codes of a policy database; None where none is needed.
        simulation: What to simulate, for kind "simulated".
        indicators: What to simulate, for kind "simulated_indicators".
        openalex: What to fetch from OpenAlex, for kind "works"; `files` are then those of its
            snapshot, none before it was fetched.
    """

    id: str
    kind: SourceKind
    title: Text
    files: tuple[Path, ...] = ()
    mapping: Path | None = None
    areas: Path | None = None
    codebook: Path | None = None
    simulation: Simulation | None = None
    indicators: IndicatorSimulation | None = None
    openalex: OpenAlexSource | None = None
    producer: str | None = None
    address: str | None = None
    licence: str | None = None
    cite: str | None = None
    date_published: str | None = None
    vintage: str | None = None


class IndexDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One `[index.ID]`: which framework and recipe score which observations.

    Args:
        units: Table of units (CSV): column `unit`, and one for each way to group them.
    """

    id: str
    title: Text
    framework: Path
    recipe: Path
    sources: tuple[str, ...]
    about: Text = Text()
    units: Path | None = None


class StatisticsDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One `[statistics.ID]`: an indicator broken down by one dimension.

    Args:
        indicator: INDICATOR code, e.g. GERD.
        dimension: SECT_PERF, SECT_FUND or TYPE_RD.
        area: Area shown first on the page; other areas follow.
        tolerance: Share of a total by which its parts may differ from it beyond rounding,
            before that is a finding; for sources that hold more than rounding noise.
    """

    id: str
    title: Text
    sources: tuple[str, ...]
    indicator: str
    dimension: Literal["SECT_PERF", "SECT_FUND", "TYPE_RD"] = "SECT_PERF"
    area: str | None = None
    tolerance: float = 0.0
    about: Text = Text()


Relatedness = Literal[
    "auto",
    "direct citation",
    "extended direct citation",
    "bibliographic coupling",
    "co-citation",
    "text",
    "combined",
]


class TopicsDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One `[topics.ID]`: a topic map of one or more works sources.

    Args:
        works: Works sources that make the corpus.
        topics: Number of topics wanted.
        clusters: Number of clusters of topics wanted; 0 makes none.
        areas: Number of areas of clusters wanted; 0 makes none.
        relatedness: How works are related, see `TopicRecipe`.
        hot: Length of the list of hot topics.
        growing: Length of the list of growing topics.
        recent_years: Years of the recent window; the window before it is as long.
        last_year: Last complete year; None takes the last year with at least half the works
            of the year before.
        min_works: Fewest works of a topic; smaller ones are merged.
        seed: Seed of the clustering.
        resamplings: Maps made again to measure the stability of each topic; 0 for none.
        incomplete: Years whose works are known to be incomplete; growth leaves them out.
        backtest: Whether the lists of rising topics and terms are backtested.
    """

    id: str
    title: Text
    works: tuple[str, ...]
    topics: int = 100
    hot: int = 20
    growing: int = 10
    recent_years: int = 3
    last_year: int | None = None
    min_works: int = 10
    seed: int = 1
    clusters: int = 0
    areas: int = 0
    relatedness: Relatedness = "auto"
    resamplings: int = 5
    incomplete: tuple[int, ...] = ()
    backtest: bool = True
    about: Text = Text()

    @property
    def merged(self) -> str | None:
        """Return the source its merged works have; None where one source needs no merging."""
        return f"merge:{self.id}" if len(self.works) > 1 else None

    @property
    def read_from(self) -> tuple[str, ...]:
        """Return the sources whose works are mapped: the merged one, or the only one."""
        return (self.merged,) if self.merged else self.works


class PoliciesDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """`[policies.ID]`: a register shown and searched as one."""

    id: str
    title: Text
    sources: tuple[str, ...]
    about: Text = Text()


class LensDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """`[lenses.ID]`: queries that find the works about each goal of a list.

    Args:
        queries: XML files of the queries; they are the user's own.
        sources: Sources of works that are looked at.
        within_years: Keep to the years the authors of the queries searched.
    """

    id: str
    title: Text
    queries: tuple[Path, ...]
    sources: tuple[str, ...]
    within_years: bool = False


class ReportDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """`[report]`: the PDF report; empty lists mean everything the observatory holds."""

    title: Text = Text()


class Observatory(msgspec.Struct, frozen=True, kw_only=True):
    """One observatory: the folder and everything its files define.

    Args:
        root: Folder that holds observatory.toml.
        title: Title of the site and the report.
        languages: Languages of the publications, first the default one.
    """

    root: Path
    title: Text
    languages: tuple[str, ...] = LANGUAGES
    about: Text = Text()
    institute: Text = Text()
    licence: str = ""
    sources: dict[str, SourceDefinition] = {}
    indexes: dict[str, IndexDefinition] = {}
    statistics: dict[str, StatisticsDefinition] = {}
    topics: dict[str, TopicsDefinition] = {}
    policies: dict[str, PoliciesDefinition] = {}
    lenses: dict[str, LensDefinition] = {}
    report: ReportDefinition = ReportDefinition()
