"""What an asset is linked with: as a picture the server draws, and as a list that says the same.

Positions are attributes, so the strict content security policy needs no exception for styles.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from fireline.usecases.asset_views import Edge, Node, RelationView

MAX_IN_COLUMN = 14
_COLUMN, _BOX_WIDTH, _BOX, _ROW, _MARGIN = 300, 210, 42, 54, 10
_MOST_LETTERS = 27
_BEND = 45


@dataclass(slots=True)
class Branch:
    """An asset in the list, by which link it was met first, and what was met from it."""

    node: Node
    relation: str = ""
    outward: bool = True
    below: list["Branch"] = field(default_factory=list["Branch"])


def branches(view: RelationView) -> Branch:
    """Return what an asset is linked with as a tree: each asset where it is met first."""
    nodes = {node.key: node for node in view.nodes}
    linked: defaultdict[str, list[tuple[str, bool, str]]] = defaultdict(list)
    for edge in view.edges:
        linked[edge.start].append((edge.relation, True, edge.end))
        linked[edge.end].append((edge.relation, False, edge.start))
    root = Branch(view.nodes[0])
    met, ring = {root.node.key}, [root]
    while ring:
        following: list[Branch] = []
        for branch in ring:
            for relation, outward, other in linked[branch.node.key]:
                if other not in met:
                    met.add(other)
                    branch.below.append(Branch(nodes[other], relation, outward))
            following += branch.below
        ring = following
    return root


def graph(view: RelationView) -> Markup:
    """Draw an asset and what it is linked with, a column for each link away. Empty: nothing is."""
    if not view.edges:
        return Markup("")
    columns = _columns(view.nodes)
    places = {
        node.key: (_MARGIN + column * _COLUMN, _MARGIN + row * _ROW)
        for column, nodes in enumerate(columns)
        for row, node in enumerate(nodes)
    }
    hidden = len(view.nodes) - len(places)
    width = _MARGIN * 2 + (len(columns) - 1) * _COLUMN + _BOX_WIDTH + (_BEND if hidden else 0)
    height = _MARGIN * 2 + max(len(nodes) for nodes in columns) * _ROW
    lines = [_line(edge, places) for edge in view.edges if {edge.start, edge.end} <= places.keys()]
    boxes = [_box(node, places[node.key]) for nodes in columns for node in nodes]
    head = Markup(
        '<svg class="graph" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="group" aria-label="{label}"><defs><marker id="arrow" viewBox="0 0 8 8" refX="8"'
        ' refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/>'
        "</marker></defs>"
    ).format(width=width, height=height, label=f"Picture of what {_title(view.nodes[0])} links to")
    return Markup("").join([head, *lines, *boxes, Markup("</svg>")])


def hidden_in(view: RelationView) -> int:
    """Count the assets that the list has and the picture has no room for."""
    return len(view.nodes) - sum(len(nodes) for nodes in _columns(view.nodes))


def _columns(nodes: Sequence[Node]) -> list[list[Node]]:
    found: defaultdict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        if len(found[node.depth]) < MAX_IN_COLUMN:
            found[node.depth].append(node)
    return [found[depth] for depth in sorted(found)]


def _line(edge: Edge, places: Mapping[str, tuple[int, int]]) -> Markup:
    (x1, y1), (x2, y2) = places[edge.start], places[edge.end]
    middle = _BOX // 2
    if x1 == x2:
        # Both stand in one column: round the outside of it.
        side = x1 + _BOX_WIDTH
        bend = f"C{side + _BEND} {y1 + middle} {side + _BEND} {y2 + middle}"
        path = f"M{side} {y1 + middle}{bend} {side} {y2 + middle}"
    else:
        start = x1 + (_BOX_WIDTH if x1 < x2 else 0)
        end = x2 + (0 if x1 < x2 else _BOX_WIDTH)
        half = (start + end) // 2
        bend = f"C{half} {y1 + middle} {half} {y2 + middle}"
        path = f"M{start} {y1 + middle}{bend} {end} {y2 + middle}"
    return Markup(
        '<path class="edge" d="{path}" marker-end="url(#arrow)"><title>{said}</title></path>'
    ).format(path=path, said=edge.relation)


def _box(node: Node, place: tuple[int, int]) -> Markup:
    x, y = place
    kind = "node" + (" here" if node.depth == 0 else "") + (" gone" if node.gone else "")
    drawn = Markup(
        '<g class="{kind}"><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
        '<text class="kind" x="{tx}" y="{ty}">{of}</text> '
        '<text x="{tx}" y="{by}">{title}</text></g>'
    ).format(
        kind=kind,
        x=x,
        y=y,
        width=_BOX_WIDTH,
        height=_BOX,
        tx=x + 8,
        ty=y + 16,
        by=y + 33,
        of=node.ref.kind.removeprefix("aws.") + (" (gone)" if node.gone else ""),
        title=_cut(_title(node)),
    )
    if node.id is None or node.depth == 0:
        return drawn
    return Markup('<a href="/assets/{id}">{drawn}</a>').format(id=node.id, drawn=drawn)


def _title(node: Node) -> str:
    return node.name or node.ref.id


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"
