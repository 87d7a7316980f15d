"""What may be asked of a merge, and the lists it goes by."""

from __future__ import annotations

import msgspec

# Beginnings of DOIs that name another thing than the published version. From general knowledge
# of the registrants, not from a list anyone publishes: change them where they are wrong.
PREPRINTS = (
    "10.48550/", "10.2139/ssrn", "10.1101/", "10.64898/", "10.21203/", "10.20944/preprints",
    "10.31219/", "10.31234/", "10.31235/", "10.26434/", "10.36227/", "10.12074/",
)  # fmt: skip
REPOSITORIES = (
    "10.5281/zenodo", "10.6084/m9.figshare", "10.17605/", "10.13140/", "10.3929/", "10.25384/",
    "10.17863/", "10.7916/", "10.18419/",
)  # fmt: skip
ARCHIVES = ("10.2307/",)

# Titles that many works share. Compared without spaces, marks and case.
GENERIC = (
    "abstract", "abstracts", "acknowledgement", "acknowledgements", "acknowledgments",
    "announcement", "announcements", "appendix", "authorindex", "bibliography", "bookreview",
    "bookreviews", "booknotes", "calendar", "comment", "comments", "commentary", "committees",
    "conclusion", "conclusions", "contents", "contributors", "correction", "corrections",
    "correspondence", "corrigendum", "corrigenda", "cover", "discussion", "editorial",
    "editorialboard", "editorialintroduction", "editorscomment", "editorsintroduction",
    "editorsnote", "einleitung", "epilogue", "errata", "erratum", "foreword", "frontcover",
    "frontmatter", "fromtheeditor", "guesteditorial", "guesteditorsintroduction", "inmemoriam",
    "index", "inthisissue", "introduction", "introductiontothespecialissue", "issueinformation",
    "letter", "lettertotheeditor", "letterstotheeditor", "listofcontributors", "masthead", "news",
    "note", "notes", "notesoncontributors", "obituary", "overview", "panel", "poster", "preface",
    "presentation", "program", "programme", "prologue", "publishersnote", "reply", "response",
    "retraction", "review", "reviews", "specialissue", "subjectindex", "summary",
    "tableofcontents", "titlepage", "untitled", "vorwort", "welcome", "welcomemessage",
    "编者按", "编后记", "编者的话", "卷首语", "前言", "序", "序言", "引言", "后记", "结语", "书评",
    "目录", "总目录",
    "勘误", "更正", "更正声明", "征稿启事", "征稿简则", "投稿须知", "致谢", "启事",
    "本刊声明", "声明", "欢迎订阅", "稿约", "动态", "简讯", "消息", "会议通知", "封面", "摘要",
)  # fmt: skip


class MergeRules(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice of a merge; the same records and rules give the same works.

    The numbers are our own, found on a hand-checked set of one author's works in six databases
    and on simulated ones.

    Args:
        years: How far years may lie apart (early access against the issue).
        alike: Least share of characters that similar titles have in common, by edit distance.
        near: Least likeness of titles for a pair to be listed where it was not joined.
        whole_title: Letters from which a title tells enough without authors or without a year.
        cut_title: Letters a title cut short must keep.
        generic: Titles that many works share; only an identifier joins them.
        preprints: How DOIs of preprints begin.
        repositories: How DOIs of copies in repositories begin.
        archives: How DOIs begin that an archive gave to what has a publisher's DOI already.
        max_near: Most near misses listed, the closest first; the others are counted.
    """

    years: int = 1
    alike: float = 0.90
    near: float = 0.85
    whole_title: int = 30
    cut_title: int = 30
    generic: tuple[str, ...] = GENERIC
    preprints: tuple[str, ...] = PREPRINTS
    repositories: tuple[str, ...] = REPOSITORIES
    archives: tuple[str, ...] = ARCHIVES
    max_near: int = 100_000
