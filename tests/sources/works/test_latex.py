from __future__ import annotations

import pytest

from armillary.sources.works.latex import plain


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (r"G{\"o}del, \'{E}tude, \'etude, {\'\i}", "Gödel, Étude, étude, í"),
        (r"\v{S}afa\v{r}\'{\i}k and \c{C}a\u{g}lar", "Šafařík and Çağlar"),
        (r"{\O}rsted \& Stra{\ss}e {\AA} \L{}odz", "Ørsted & Straße Å Łodz"),
        (r"100\% of \#1, a\_b, \$5", "100% of #1, a_b, $5"),
        (r"$\beta$-cells and {DNA}", "β-cells and DNA"),
        (r"{[}Anonymous], \{x\}", "[Anonymous], {x}"),
        (r"\emph{Drosophila} \unknowncommand{kept}", r"Drosophila \unknowncommandkept"),
        ("two\n   lines", "two lines"),
        ("=SUM(A1) <b>bold</b>", "=SUM(A1) <b>bold</b>"),
        ("", ""),
    ],
)
def test_latex_becomes_plain_text(written, said):
    assert plain(written) == said
