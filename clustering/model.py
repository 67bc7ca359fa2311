"""A model of clusters: the file that says what is standardised how, and where each cluster's centre lies.

Belongs here: the file's form, reading and writing it. Not here: fitting (fit.py), which code a cluster gets (labels.py), its
words (words.py), assigning customers: that is SQL (dbt_project/models/intermediate/clusters).
A file never changes once it is in use, but for its words; fitting writes another. So nobody's cluster moves by itself.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from clustering.features import ENTRIES, Chinese, Entries, Text, Transform, entries

SHIPPED = Path(__file__).resolve().parent / "models" / "shipped-1.json"
Code = Annotated[str, Field(pattern=r"^cluster_\d{2,}$")]
Number = Annotated[float, Field(allow_inf_nan=False)]


class ModelError(ValueError):
    """A model's file cannot be used. The message names it and the mend."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Standard(_Strict):
    """How one feature is standardised: unknown becomes `fill`, then clipped, then (value - centre) / scale."""

    column: str
    transform: Transform
    fill: Number
    low: Number
    high: Number
    centre: Number
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Named(_Strict):
    """A code with its names: all that is kept of a cluster that is no more."""

    code: Code
    name_en: Text
    name_zh: Chinese


class Cluster(Named):
    """A cluster: its words, its centre by feature (standardised), and its share of the customers it was fitted on."""

    description_en: Text
    description_zh: Chinese
    share: Annotated[float, Field(ge=0, le=1)]
    centroid: dict[str, Number]


class Model(_Strict):
    """A whole file. `silhouettes` says how well each number of clusters parted the customers when it was fitted."""

    version: Text
    fitted_on: date
    rows: Annotated[int, Field(gt=0)]
    silhouettes: dict[int, Number]
    features: Annotated[tuple[Standard, ...], Field(min_length=2)]
    clusters: Annotated[tuple[Cluster, ...], Field(min_length=2)]
    retired: tuple[Named, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        columns = {each.column for each in self.features}
        if len(columns) != len(self.features):
            raise ValueError("a feature stands more than once")
        for cluster in self.clusters:
            if set(cluster.centroid) != columns:
                raise ValueError(f"{cluster.code}: its centroid names other features than the file's")
        codes = [each.code for each in (*self.clusters, *self.retired)]
        if len(set(codes)) != len(codes):
            raise ValueError("a code stands more than once, among clusters and retired ones")
        for names in ([each.name_en for each in self.clusters], [each.name_zh for each in self.clusters]):
            if len(set(names)) != len(names):
                raise ValueError("two clusters have the same name")
        if any(each.low > each.high for each in self.features):
            raise ValueError("a feature's low lies above its high")
        return self


def _told(error: ValidationError) -> str:
    return "; ".join(": ".join([*map(str, fault["loc"]), fault["msg"]]) for fault in error.errors(include_url=False)[:5])


def read(path: Path) -> Model:
    """A file's model, whatever features it was fitted on: what another is fitted after. Errors: ModelError."""
    try:
        return Model.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ModelError(
            f"{path} is no model of clusters: {_told(error)}. Mend it or fit another with `make fit-clusters`"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read ({type(error).__name__}): name a file that `make fit-clusters` wrote") from error


def load(path: Path, known: Entries | None = None) -> Model:
    """A model to use with the features there are (by default the reviewed ones). Errors: ModelError, FeatureError.

    An entry that the model does not know yet counts for nothing until the next fit.
    """
    model, named = read(path), (known or entries()).named()
    for each in model.features:
        if each.column not in named:
            raise ModelError(f"{path} was fitted on {each.column}, which {ENTRIES.name} does not have: fit anew, or put it back")
        if named[each.column].transform != each.transform:
            raise ModelError(
                f"{path} was fitted on {each.column} with transform {each.transform}, and {ENTRIES.name} has"
                f" {named[each.column].transform}: fit anew, or put it back"
            )
    return model


def save(model: Model, path: Path) -> None:
    """Writes a model's file, whole or not at all. Errors: FileExistsError, for a model never changes once it may be in use."""
    if path.exists():
        raise FileExistsError(f"{path} exists, and a model in use never changes: choose another name")
    draft = path.with_name(f".{path.name}")
    draft.write_text(model.model_dump_json(indent=1) + "\n", encoding="utf-8")
    draft.replace(path)
