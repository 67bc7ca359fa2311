"""What a cluster is called and how it is described: by the features that set its centre apart from the mean.

Belongs here: choosing among the reviewed phrases. Not here: the phrases (clusters.yml).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from clustering.features import Entries, Words

_IN_NAME, _IN_DESCRIPTION = 2, 3


@dataclass(frozen=True)
class Said:
    """A cluster's names and descriptions."""

    name_en: str
    name_zh: str
    description_en: str
    description_zh: str


def _phrases(centroid: Mapping[str, float], entries: Entries) -> list[Words]:
    """The phrases that hold, the farthest from the mean first; one a theme, for two of a theme would say the same twice."""
    said, themes = [], set()
    named = entries.named()
    for column in sorted(centroid, key=lambda column: (-abs(centroid[column]), column)):
        feature, value = named[column], centroid[column]
        if abs(value) >= entries.said_from and feature.theme not in themes:
            themes.add(feature.theme)
            said.append(feature.high if value > 0 else feature.low)
    return said or [entries.plain]


def _named(phrases: list[Words], code: str, taken: Set[str]) -> tuple[str, str]:
    """The first phrases' names; more of them where another cluster is called so, at last with the code."""
    for count in range(min(_IN_NAME, len(phrases)), len(phrases) + 1):
        used = phrases[:count]
        english, chinese = ", ".join(each.name_en for each in used), "、".join(each.name_zh for each in used)
        name = english[0].upper() + english[1:], chinese
        if not taken & set(name):
            return name
    return f"{name[0]} ({code})", f"{name[1]}（{code}）"


def say(centroid: Mapping[str, float], entries: Entries, *, code: str, taken: Set[str]) -> Said:
    """The words for one centre. `taken`: the names that other clusters have."""
    phrases = _phrases(centroid, entries)
    told = phrases[:_IN_DESCRIPTION]
    english, chinese = "; ".join(each.en for each in told), "；".join(each.zh for each in told)
    return Said(*_named(phrases, code, taken), english[0].upper() + english[1:], chinese)
