"""Whether customers can be clustered: the features are columns of the profile, of the right type, and the model in use fits them.

Belongs here: the check as a command. Not here: the features (dbt_project/models/intermediate/clusters/clusters.yml), their form
(clustering/features.py), the model's (clustering/model.py).
"""

from __future__ import annotations

import json
import sys
from typing import Any

from assets.clusters import cluster_model_in_use
from assets.dbt_runner import MANIFEST
from clustering.features import MODEL, Entries, FeatureError, entries, parsed
from clustering.model import ModelError
from foundation.settings import SettingsError, load_settings
from orchestration.compiling import columns_of

_DATES = ("date", "timestamp")
_NUMBERS = ("bigint", "integer", "double", "decimal")


def check_features(manifest: dict[str, Any]) -> Entries:
    """The features of a parsed project, all of them usable. Errors: FeatureError, naming every fault."""
    found = parsed(manifest["nodes"][f"model.customer_360.{MODEL}"]["config"]["meta"]["clustering"])
    profile = columns_of(manifest, "int_customers_profiled")
    faults = []
    for column, feature in found.named().items():
        wanted = _DATES if feature.transform == "days_since" else _NUMBERS
        if column not in profile:
            faults.append(f"feature {column} is no column of int_customers_profiled")
        elif not profile[column].startswith(wanted):
            faults.append(f"feature {column} is a {profile[column]}, and {feature.transform} takes {' or '.join(wanted)}")
    if faults:
        raise FeatureError("; ".join(faults))
    return found


def main() -> None:
    """Checks the parsed project's features and the model in use. Exits 1, naming every fault."""
    try:
        found = check_features(json.loads(MANIFEST.read_text(encoding="utf-8")))
        entries()  # the file from which the next fit reads them
        model = cluster_model_in_use(load_settings())
    except (SettingsError, FeatureError, ModelError) as error:
        sys.exit(f"customers cannot be clustered: {error}")
    sys.stdout.write(f"{len(found.features)} features, {len(model.clusters)} clusters of {model.version}\n")


if __name__ == "__main__":
    main()
