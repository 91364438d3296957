"""Templates that select every field of a Kubernetes struct, some structs deep."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import (
    LEAVES,
    LIST,
    MAP,
    SCALARS,
    struct,
)

_PLAIN_KEYS = ("Labels", "Annotations", "NodeSelector")


def templates(name: str, depth: int) -> Iterator[str]:
    """Yield one template for each field of a struct."""
    for field in struct(name).fields:
        yield _value(f".{field.go}", field.type, depth)
    for inlined in struct(name).inlined:
        yield f"{{{{ toJson .{inlined} }}}}"


def _value(path: str, expression: str, depth: int) -> str:
    """Return template text that looks at the value of an expression of that type."""
    target = expression.removeprefix("*")
    all_types = (
        f"{{{{ toJson {path} }}}} {{{{ if {path} }}}}yes{{{{ end }}}} {{{{ empty {path} }}}}"
    )
    if target != expression:
        return f"{all_types} {{{{ eq {path} nil }}}} {_target(path, target, depth)}\n"
    return f"{all_types} {_plain(path, target, depth)}\n"


def _target(path: str, target: str, depth: int) -> str:
    """Return text for a pointer, which may be nil."""
    if target in SCALARS:
        return f"{{{{ {path} }}}} {{{{ default 7 {path} }}}}"
    return f"{{{{ if {path} }}}}{_plain(path, target, depth)}{{{{ end }}}}"


def _plain(path: str, target: str, depth: int) -> str:
    if target.startswith(LIST):
        inner = _value(f"$e{depth}", target.removeprefix(LIST), depth - 1)
        start = f"{{{{ len {path} }}}}{{{{ range $i, $e{depth} := {path} }}}}{{{{ $i }}}}"
        return f"{start}{inner}{{{{ end }}}}"
    if target.startswith(MAP):
        elem = target.removeprefix(MAP)
        start = f"{{{{ len {path} }}}}{{{{ range $k, $e{depth} := {path} }}}}{{{{ $k }}}}"
        # Some other maps have keys of a type of their own.
        last = f'{{{{ index {path} "none" }}}}' if path.endswith(_PLAIN_KEYS) else ""
        return f"{start}{_value(f'$e{depth}', elem, depth - 1)}{{{{ end }}}}{last}"
    if target == "string":
        return f'{{{{ {path} }}}}{{{{ eq {path} "a" }}}}{{{{ printf "%v %q" {path} {path} }}}}'
    if target in ("int32", "int64"):
        return f"{{{{ {path} }}}} {{{{ gt {path} 79 }}}} {{{{ add {path} 1 }}}}"
    if target == "intOrString":
        return f"{{{{ {path}.Type }}}} {{{{ {path}.IntVal }}}} {{{{ {path}.StrVal }}}}"
    if target in SCALARS or target in ("time", "microTime"):
        return f"{{{{ {path} }}}}"
    if target in LEAVES or depth <= 0:
        # Go prints what no template wants: the fields of a number, addresses.
        return ""
    fields = struct(target).fields
    return "".join(_value(f"{path}.{field.go}", field.type, depth - 1) for field in fields)
