"""The audit of a large index: replicates per second, against NumPy and against COINr.

130 units, 80 indicators in 20 groups in 4 pillars, 10 % of the values missing. What is varied:
imputation (none, EM), the treatment of outliers (two rules), the normalisation (two ranges), all
weights, and the mean of the index (arithmetic, geometric). 60,000 replicates are a Sobol design
of 8,572 rows, columns exchanged factor by factor: rows x (5 factors + 2) computations.

`python benchmarks/audit.py` prints the median of five whole audits, each with its imputations and
treatments; the ratio to plain NumPy, where every replicate is built anew, after checking that
scores and ranks agree; the ratio to the recorded time of COINr; how time grows; and which way
of ranking is quicker for how many units. `python benchmarks/audit.py 1000000` goes further.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

import numpy as np
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from armillary.analyses.index import kernels
from armillary.analyses.index.missing import em
from armillary.analyses.index.pipeline import Inputs
from armillary.analyses.index.rank import rank
from armillary.analyses.index.robustness import sobol
from armillary.analyses.index.robustness.experiment import Experiment
from armillary.model.indicators import Framework, Node
from armillary.model.methods import MinMax, Winsorise
from armillary.model.recipe import Audit, IndexRecipe, Variation

UNITS, PILLARS, GROUPS, INDICATORS = 130, 4, 5, 4
REPLICATES, SAMPLE, RUNS, BATCH = 60_000, 200, 5, 10_000
# get_sensitivity() of COINr 1.1.14 under R 4.2.2 on two cores, 130 x 80, weights, treatment,
# normalisation and aggregation varied: measured once, seconds for each replicate.
COINR_SECONDS = 0.165
IMPUTE = ({"method": "none"}, {"method": "em"})
TREAT = ({"method": "winsorise", "maximum": 5}, {"method": "winsorise", "maximum": 3})
NORMALISE = ({"method": "minmax", "range": (1, 100)}, {"method": "minmax", "range": (10, 100)})
AGGREGATE = ({"method": "arithmetic"}, {"method": "geometric"})


def index(units: int = UNITS) -> tuple[Inputs, IndexRecipe]:
    """Make up an index: indicators that correlate, a few of them skewed."""
    nodes = [Node(code="I", name_en="I")]
    for p in range(PILLARS):
        nodes.append(Node(code=f"P{p}", name_en="P", parent="I"))
        for g in range(GROUPS):
            group = f"P{p}.{g}"
            nodes.append(Node(code=group, name_en="G", parent=f"P{p}"))
            nodes += [
                Node(code=f"{group}.{i}", name_en="X", parent=group) for i in range(INDICATORS)
            ]
    framework = Framework(tuple(nodes))
    generator = np.random.default_rng(7)
    leaves = len(framework.leaves)
    values = 0.7 * generator.normal(size=units) + 0.7 * generator.normal(size=(leaves, units))
    values[::4] = np.exp(1.5 * values[::4])
    values[generator.random(values.shape) < 0.1] = np.nan
    recipe = IndexRecipe(
        period=2024,
        minimum_coverage=0.0,
        treat=Winsorise(),
        normalise=MinMax(range=(1, 100)),
        audit=Audit(
            vary={
                "impute": Variation(choices=IMPUTE),
                "treat": Variation(choices=TREAT),
                "normalise": Variation(choices=NORMALISE),
                "aggregate.level.0": Variation(choices=AGGREGATE),
                "weight": Variation(spread=0.25),
            }
        ),
    )
    inputs = Inputs(
        framework=framework,
        periods=("2024",),
        units=tuple(f"U{u}" for u in range(units)),
        values=values[None],
    )
    return inputs, recipe


def design(experiment: Experiment, replicates: int, *, batch: int = 0) -> np.ndarray:
    """Rows of a Sobol design for all inputs, and with each exchanged; batches are independent."""
    factors = experiment.factors
    rows = -(-replicates // (len(factors) + 2))
    sizes = [f.columns.stop - f.columns.start for f in factors]
    a, b = sobol.design(sizes, rows=1 << (rows - 1).bit_length(), seed=1, batch=batch)
    a, b = a[:rows], b[:rows]
    exchanged = []
    for factor in factors:
        mixed = a.copy()
        mixed[:, factor.columns] = b[:, factor.columns]
        exchanged.append(mixed)
    return np.vstack([a, b, *exchanged])[:replicates]


def ours(inputs: Inputs, recipe: IndexRecipe, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A whole audit: nothing is kept from an earlier one."""
    scores = Experiment(inputs, recipe).scores(rows)
    return scores, rank(scores)


# -- the same in plain NumPy, one replicate at a time ---------------------------------------


def skewness(known: np.ndarray) -> float:
    n, d = known.size, known - known.mean()
    return float((d**3).mean() / (d**2).mean() ** 1.5 * np.sqrt(n * (n - 1)) / (n - 2))


def kurtosis(known: np.ndarray) -> float:
    n, d = known.size, known - known.mean()
    excess = (d**4).mean() / (d**2).mean() ** 2 - 3
    return float((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6))


def treated(values: np.ndarray, maximum: int) -> np.ndarray:
    """Winsorise until skewness < 2 or kurtosis < 3.5; else the logarithm of the raw values."""

    def passes(row: np.ndarray) -> bool:
        known = row[~np.isnan(row)]
        return abs(skewness(known)) < 2 or kurtosis(known) < 3.5

    out = values.copy()
    for i, row in enumerate(out):
        touched: set[int] = set()
        while not passes(row) and len(touched) < maximum:
            known = row[~np.isnan(row)]
            high = skewness(known) >= 0
            end = known.max() if high else known.min()
            rest = known[known != end]
            touched |= set(np.flatnonzero(row == end).tolist())
            row[row == end] = rest.max() if high else rest.min()
        if not passes(row):
            low, span = np.nanmin(values[i]), np.nanmax(values[i]) - np.nanmin(values[i])
            out[i] = np.log(values[i] - low + 0.01 * span)
    return out


def plain(
    inputs: Inputs, row: np.ndarray, experiment: Experiment, filled: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Build one replicate anew; imputed values, which are the dearest, are given for nothing."""
    framework = inputs.framework
    picked = {f.path: f for f in experiment.factors}

    def choice(path: str) -> dict:
        factor = picked[path]
        return factor.choices[int(row[factor.columns.start] * len(factor.choices))]

    values = filled if choice("impute")["method"] == "em" else inputs.values[0]
    values = treated(values, choice("treat")["maximum"])
    low, high = choice("normalise")["range"]
    least = np.nanmin(values, axis=1, keepdims=True)
    span = np.nanmax(values, axis=1, keepdims=True) - least
    scores = low + (values - least) / span * (high - low)
    weights = experiment.tree.weights.copy()
    drawn = picked["weight"]
    weights[list(drawn.nodes)] *= 1 + 0.25 * (2 * row[drawn.columns] - 1)
    held = dict(zip(experiment.tree.codes, scores, strict=False))
    number = experiment.tree.number
    for group in framework.groups:
        parts = [part.code for part in framework.children[group.code]]
        below = np.stack([held[code] for code in parts])
        own = weights[[number[code] for code in parts]][:, None] * ~np.isnan(below)
        logged = group is framework.root and choice("aggregate.level.0")["method"] == "geometric"
        mean = np.nansum(own * (np.log(below) if logged else below), axis=0) / own.sum(axis=0)
        held[group.code] = np.exp(mean) if logged else mean
    root = held[framework.root.code]
    return root, rankdata(-root, method="min")


def peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def median(function, *arguments, runs: int = RUNS) -> tuple[float, float]:
    """Median wall and CPU seconds."""
    wall, cpu = [], []
    for _ in range(runs):
        begun, worked = time.perf_counter(), time.process_time()
        function(*arguments)
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - worked)
    return statistics.median(wall), statistics.median(cpu)


def compare() -> None:
    inputs, recipe = index()
    experiment = Experiment(inputs, recipe)
    rows = design(experiment, REPLICATES)
    begun = time.perf_counter()
    scores, ranks = ours(inputs, recipe, rows)
    print(f"first audit, compiling or loading kernels: {time.perf_counter() - begun:.2f} s")
    wall, cpu = median(ours, inputs, recipe, rows)
    steps, _ = median(lambda: Experiment(inputs, recipe).always_ranked())
    print(
        f"{UNITS} units x {len(inputs.framework.leaves)} indicators x {REPLICATES:,} replicates, "
        f"median of {RUNS}: {wall:.2f} s ({cpu:.2f} s of CPU), {1e6 * wall / REPLICATES:.1f} us "
        f"each; {steps:.2f} s of it are imputation, treatment and normalisation; peak {peak()}"
    )
    with threadpool_limits(1, user_api="blas"):
        filled = em.fit(inputs.values[0]).filled
    chosen = np.random.default_rng(1).choice(REPLICATES, SAMPLE, replace=False)
    begun = time.perf_counter()
    expected = [plain(inputs, rows[r], experiment, filled) for r in chosen]
    each = (time.perf_counter() - begun) / SAMPLE
    gap = max(
        float(np.abs(scores[r] - one).max()) for r, (one, _) in zip(chosen, expected, strict=True)
    )
    same = sum((ranks[r] == one).all() for r, (_, one) in zip(chosen, expected, strict=True))
    print(
        f"plain NumPy, every replicate anew ({SAMPLE} of them, imputation not counted): "
        f"{1e3 * each:.1f} ms each, ratio {each * REPLICATES / wall:,.0f}; largest gap of a score "
        f"{gap:.1e}, equal ranks in {same} of {SAMPLE}"
    )
    assert gap < 1e-6, "the peer computes other scores"
    print(
        f"COINr, {COINR_SECONDS} s each as recorded on another two-core machine: "
        f"ratio {COINR_SECONDS * REPLICATES / wall:,.0f}"
    )


def growth(most: int) -> None:
    for units in (UNITS, 1_000):
        inputs, recipe = index(units)
        for replicates in (10_000, 100_000, 1_000_000):
            if replicates > most or (units > UNITS and replicates > most // 10):
                continue
            begun, worked = time.perf_counter(), time.process_time()
            experiment = Experiment(inputs, recipe)
            for batch in range(replicates // BATCH):
                rank(experiment.scores(design(experiment, BATCH, batch=batch)))
            wall, cpu = time.perf_counter() - begun, time.process_time() - worked
            print(
                f"{units:5} units, {replicates:9,} replicates: {wall:7.2f} s "
                f"({cpu:.2f} s of CPU), {1e6 * wall / replicates:.1f} us each, peak {peak()}"
            )


def ranking() -> None:
    """Counting compares every pair, sorting does not: where do they cross?"""
    generator = np.random.default_rng(1)
    for units in (50, 130, 200, 300, 400, 500, 700, 1_000, 3_000):
        scores = generator.random((max(20, 400_000 // units), units))
        out = np.empty(scores.shape, dtype=np.int64)
        other = np.empty_like(out)
        for function, to in ((kernels.rank, out), (kernels.rank_sorted, other)):
            function(scores[:1], to[:1])
        counted, _ = median(kernels.rank, scores, out)
        ordered, _ = median(kernels.rank_sorted, scores, other)
        assert (out == other).all()
        print(
            f"{units:5} units: counting {1e6 * counted / len(scores):7.1f} us a row, "
            f"sorting {1e6 * ordered / len(scores):7.1f} us, ratio {ordered / counted:.2f}"
        )


def main(most: int = 100_000) -> None:
    compare()
    growth(most)
    ranking()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
