"""How surely each record is its customer's: as surely as the weakest link of the surest way to the customer's first record.

Belongs here: finding that way. Not here: the edges (edges.py), what is written of it (outcome.py). Where records are more than
two, a record may have a sure tie to one that has itself but a weak tie to the customer. The surest way between two nodes of a
graph lies in its maximum spanning tree (Hu, 1961). Of several ties between two records that counts which is told (outcome.py).
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

_CROWDS = "(select cluster from placed group by cluster having count(*) > 2)"
_NODES = f"select placed.no from placed semi join {_CROWDS} as crowds using (cluster) order by no"
_LINKS = f"""
    select edges.a, edges.b, arg_max(edges.confidence, (edges.place, edges.confidence)) as confidence
    from edges
    inner join placed as x on edges.a = x.no
    inner join placed as y on edges.b = y.no and x.cluster = y.cluster
    semi join {_CROWDS} as crowds on x.cluster = crowds.cluster
    group by edges.a, edges.b
"""
_ANCHORS = f"select anchors.no from anchors semi join {_CROWDS} as crowds using (cluster)"
_LONG = 2.0  # a link's length is this less its confidence, so that none is zero, which would be no link
_DIGITS = 9  # of a confidence
_SHORT = 0.5  # shorter than any of these: from the one root to every customer's first record


def find_certainty(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes `surely` (no, confidence) of customers with more than two records, from `placed`, `edges` and `anchors`."""
    nodes = np.asarray(connection.execute(_NODES).fetchnumpy()["no"], dtype=np.int64)
    certain = _widest(connection, nodes) if len(nodes) else np.empty(0)
    connection.register("found", pa.table({"no": nodes, "confidence": certain}))
    connection.execute("create or replace temp table surely as from found")
    connection.unregister("found")


def _widest(connection: duckdb.DuckDBPyConnection, nodes: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    links = connection.execute(_LINKS).fetchnumpy()
    confidence = np.asarray(links["confidence"], dtype=np.float64)
    anchors = np.searchsorted(nodes, connection.execute(_ANCHORS).fetchnumpy()["no"])
    root = len(nodes)
    a = np.concatenate([np.searchsorted(nodes, links["a"]), np.full(len(anchors), root)])
    b = np.concatenate([np.searchsorted(nodes, links["b"]), anchors])
    length = np.concatenate([_LONG - confidence, np.full(len(anchors), _SHORT)])
    tree = minimum_spanning_tree(coo_array((length, (a, b)), shape=(root + 1, root + 1)))
    _, above = breadth_first_order(tree, root, directed=False)
    above[root] = root
    certain = np.full(root + 1, np.inf)
    twigs = tree.tocoo()
    for child, parent in ((twigs.row, twigs.col), (twigs.col, twigs.row)):
        is_below = above[child] == parent
        certain[child[is_below]] = np.round(_LONG - twigs.data[is_below], _DIGITS)
    certain[anchors] = 1.0
    while (above != root).any():  # each round looks twice as far up
        certain, above = np.minimum(certain, certain[above]), above[above]
    return certain[:root]
