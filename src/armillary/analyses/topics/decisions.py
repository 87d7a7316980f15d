"""What experts decided about topics, applied to every map anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.leiden import by_size
from armillary.model.columns import table_of
from armillary.model.literature import TopicDecision

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

_LEAST = 0.5  # share of the works named that one topic must hold to be the topic meant


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one decision.

    Args:
        decision: As read.
        cluster: Topic it is about on this map, -1 where none is meant any more.
        done: Whether it was applied.
        note: Why not, or what was done.
    """

    decision: TopicDecision
    cluster: int
    done: bool
    note: str


class Regrouped(msgspec.Struct, frozen=True, kw_only=True):
    """Topics after merges and splits.

    Args:
        labels: Topic of each work by size, -1 for none, shape (works,).
        applied: One entry per decision, in the order given.
    """

    labels: NDArray[np.int32]
    applied: tuple[Applied, ...]


def regroup(
    labels: NDArray[np.int32],
    ids: Sequence[str],
    *,
    decisions: Sequence[TopicDecision],
    users: Callable[[str], NDArray[np.bool_]],
) -> Regrouped:
    """Apply splits, then merges, and find the topics all other decisions are about.

    Whether a decision still applies is settled on the map as it is, topic by topic: the topic
    that holds most of the works named is meant, if it holds half of those that are on the map.
    No method of its own.

    Args:
        labels: Topic of each work, -1 for none, shape (works,).
        ids: Ids of the works, shape (works,).
        decisions: In the order of the file.
        users: Which works use a term, shape (works,).
    """
    place = {work: n for n, work in enumerate(ids)}
    now = labels.copy()
    notes: dict[int, tuple[bool, str]] = {}
    for action in ("split", "merge"):
        for number, decision in enumerate(decisions):
            if decision.action == action:
                now, notes[number] = _moved(now, decision, place=place, users=users)
    held = now >= 0
    final = np.full_like(now, -1)
    final[held] = by_size(now[held])
    applied = []
    for number, decision in enumerate(decisions):
        cluster = meant(final, decision.works, place=place)
        if number in notes:
            done, note = notes[number]
        elif cluster >= 0 or (decision.terms and not decision.works):
            done, note = True, ""
        else:
            done, note = False, _why_not(decision.works, place)
        applied.append(Applied(decision=decision, cluster=cluster, done=done, note=note))
    return Regrouped(labels=final, applied=tuple(applied))


def meant(labels: NDArray[np.int32], works: Sequence[str], *, place: dict[str, int]) -> int:
    """Return the topic that some works stand for, -1 where it cannot be told.

    No method of its own.

    Args:
        labels: Topic of each work, -1 for none, shape (works,).
        works: Ids of works named by a decision; those no longer read are passed over.
        place: Number of each work.
    """
    known = [labels[place[work]] for work in works if work in place]
    held = np.array([label for label in known if label >= 0], dtype=np.int64)
    if not held.size:
        return -1
    counts = np.bincount(held)
    best = int(counts.argmax())
    return best if counts[best] >= _LEAST * len(known) else -1


def _why_not(works: Sequence[str], place: dict[str, int]) -> str:
    read = sum(work in place for work in works)
    if not read:
        return "None of the works it names is read any more."
    return f"No topic holds half of the {read} works it names that are still read."


def _moved(
    labels: NDArray[np.int32],
    decision: TopicDecision,
    *,
    place: dict[str, int],
    users: Callable[[str], NDArray[np.bool_]],
) -> tuple[NDArray[np.int32], tuple[bool, str]]:
    topic = meant(labels, decision.works, place=place)
    if topic < 0:
        return labels, (False, _why_not(decision.works, place))
    if decision.action == "merge":
        other = meant(labels, decision.other, place=place)
        if other < 0:
            return labels, (False, _why_not(decision.other, place))
        if other == topic:
            return labels, (True, "The two are one topic on this map already.")
        return np.where(labels == other, np.int32(topic), labels), (True, "")
    leaving = np.zeros(labels.size, dtype=np.bool_)
    leaving[[place[work] for work in decision.other if work in place]] = True
    for term in decision.terms:
        leaving |= users(term)
    leaving &= labels == topic
    stays = np.zeros(labels.size, dtype=np.bool_)
    stays[[place[work] for work in decision.works if work in place]] = True
    leaving &= ~stays
    n_leaving, n_all = int(leaving.sum()), int((labels == topic).sum())
    if n_leaving in {0, n_all}:
        said = "no work" if n_leaving == 0 else "every work"
        return labels, (False, f"By what it says {said} would leave the topic.")
    new = np.int32(labels.max() + 1)
    return np.where(leaving, new, labels), (True, f"{n_leaving:,} of {n_all:,} works left.")


def decision_tables(
    cluster: pa.Table, applied: Sequence[Applied], *, corpus: str
) -> dict[str, pa.Table]:
    """Name and hide topics as decided, and write down what became of every decision.

    No method of its own.

    Args:
        cluster: Table `cluster` of the map, in order of labels.
        applied: What became of each decision.
        corpus: Topic map.

    Returns:
        `cluster` with names and `hidden`, `topic_decision`, and `emerging_technology`: what
        experts chose or rejected, in the order of the file.
    """
    rows = cluster.to_pylist()
    names = [row["cluster"] for row in rows]
    decided, technologies = [], []
    for position, one in enumerate(applied, 1):
        decision, row = one.decision, rows[one.cluster] if one.cluster >= 0 else None
        said = {
            "corpus": corpus,
            "position": position,
            "by": decision.by,
            "date": decision.date,
            "why": decision.why,
        }
        own = [names[one.cluster]] if row is not None else []
        if decision.action in {"choose", "reject"}:
            technologies.append(
                {
                    **said,
                    "decision": decision.action,
                    "name_en": decision.label_en or (row["label"] if row else decision.terms[0]),
                    "name_zh": decision.label_zh or (row["label"] if row else decision.terms[0]),
                    "clusters": own,
                    "terms": list(decision.terms),
                }
            )
        elif row is not None and one.done:
            row["hidden"] = row["hidden"] or decision.action == "hide"
            for language in ("en", "zh"):
                name = getattr(decision, f"label_{language}")
                if name:
                    row[f"label_{language}"] = name
            row["label"] = decision.label_en or decision.label_zh or row["label"]
        decided.append(
            {
                **said,
                "action": decision.action,
                "cluster": own[0] if own else None,
                "done": one.done,
                "note": one.note or None,
                "label_en": decision.label_en,
                "label_zh": decision.label_zh,
            }
        )
    return {
        "cluster": table_of("cluster", rows),
        "topic_decision": table_of("topic_decision", decided),
        "emerging_technology": table_of("emerging_technology", technologies),
    }
