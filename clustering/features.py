"""By what customers are clustered: the reviewed entries, read and checked.

Belongs here: the entries' form and reading them. Not here: the entries themselves (clusters.yml of dbt, which computes them),
standardising and fitting (fit.py), what dbt makes of them (dbt_project/models/intermediate/clusters).
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

ENTRIES = Path(__file__).resolve().parent.parent / "dbt_project" / "models" / "intermediate" / "clusters" / "clusters.yml"
MODEL = "int_customer_behaviour"

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Chinese = Annotated[str, Field(pattern=r"[一-鿿]")]
Transform = Literal["none", "log1p", "signed_log", "days_since"]


class FeatureError(ValueError):
    """The entries cannot be used. The message names the entry and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phrase(_Strict):
    """What is said, in both languages."""

    en: Text
    zh: Chinese


class Words(Phrase):
    """What is said of customers far from the mean, and a name's part."""

    name_en: Text
    name_zh: Chinese


class Feature(_Strict):
    """A column of the profile as one of the things by which customers are told apart."""

    column: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    theme: Text
    transform: Transform
    fill: Literal["zero", "median", "most"]
    clip: tuple[float, float] = (1.0, 99.0)
    high: Words
    low: Words

    @model_validator(mode="after")
    def _percentiles(self) -> Self:
        if not 0 <= self.clip[0] < self.clip[1] <= 100:
            raise ValueError("clip is two percentiles, the lower first")
        return self


class Entries(_Strict):
    """The features, and how clusters are looked for."""

    least_clusters: Annotated[int, Field(ge=2)]
    most_clusters: Annotated[int, Field(le=30)]
    least_share: Annotated[float, Field(ge=0, lt=0.5)]
    seed: Annotated[int, Field(ge=0)]
    said_from: Annotated[float, Field(gt=0)]
    plain: Words
    in_sum: Phrase
    features: Annotated[tuple[Feature, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.least_clusters > self.most_clusters:
            raise ValueError("least_clusters is above most_clusters")
        if twice := [column for column, times in Counter(each.column for each in self.features).items() if times > 1]:
            raise ValueError(f"{', '.join(twice)} stands more than once")
        return self

    def named(self) -> dict[str, Feature]:
        """The features by column, in the columns' order: the order of the entries means nothing."""
        return {each.column: each for each in sorted(self.features, key=lambda each: each.column)}


def parsed(content: Any) -> Entries:
    """The entries of a parsed document. Errors: FeatureError."""
    try:
        return Entries.model_validate(content)
    except ValidationError as error:
        raise FeatureError("; ".join(_told(fault, content) for fault in error.errors(include_url=False))) from None


def _told(fault: Any, content: Any) -> str:
    place = list(fault["loc"])
    if place[:1] == ["features"] and len(place) > 1:
        entry = content["features"][place[1]]
        name = entry.get("column", place[1] + 1) if isinstance(entry, dict) else place[1] + 1
        place = [f"feature {name}", *place[2:]]
    return ": ".join([*map(str, place), str(fault["msg"])])


@cache
def entries(path: Path = ENTRIES) -> Entries:
    """The reviewed entries. Errors: FeatureError."""
    try:
        models = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        content = next(each for each in models if each["name"] == MODEL)["config"]["meta"]["clustering"]
    except (KeyError, TypeError, StopIteration, yaml.YAMLError) as error:
        raise FeatureError(f"{path.name} has no config.meta.clustering under {MODEL} ({type(error).__name__})") from None
    return parsed(content)
