"""Templates that select every field of mesh and proxy configuration, two messages deep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import (
    Function,
    gofunc,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    DurationView,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.table import (
    functions_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import format_duration


@gofunc("formatDuration", ("*durationpb.Duration",))
def format_view(value: DurationView) -> str:
    """Return a Duration as Go prints a time.Duration."""
    return format_duration(value.nanos or 0)


@gofunc("toYaml", (object,))
def to_yaml(value: Any) -> str:
    """Return YAML with its last line break, as injection's function does."""
    return dump(value)


FUNCTIONS: dict[str, Function] = {
    **functions_for("seed"),
    "formatDuration": format_view,
    "toYaml": to_yaml,
}


def templates() -> Iterator[str]:
    """Yield one template for each field of both configurations, and some of whole ones."""
    for root, name in (
        (".MeshConfig", messages.MESH_CONFIG),
        (".ProxyConfig", messages.PROXY_CONFIG),
    ):
        message = messages.message(name)
        yield f"{{{{ toYaml {root} }}}}{{{{ toJson {root} }}}}"
        yield f"{{{{ if {root} }}}}yes{{{{ end }}}} {{{{ eq {root} nil }}}} {{{{ empty {root} }}}}"
        for field in (each for each in message.fields if not each.dropped):
            yield _of_field(root, field, depth=2)
        for oneof in sorted(message.oneofs):
            members = [field for field in message.fields if field.oneof == oneof]
            yield f"{{{{ if {root}.{oneof} }}}}{_one_of(members, root)}{{{{ end }}}}"


def _one_of(members: list[messages.Field], root: str) -> str:
    first, *rest = members
    text = (
        f"{{{{ if {root}.Get{first.go} }}}}{{{{ {root}.{first.oneof}.{first.go} }}}}{{{{ end }}}}"
    )
    return text + "".join(f"{{{{ {root}.Get{field.go} }}}}" for field in rest)


def _of_field(root: str, field: messages.Field, depth: int) -> str:
    """Return a template of one field below ``root``, which is no nil pointer."""
    getter = f"{root}.Get{field.go}"
    value = getter if field.oneof else f"{root}.{field.go}"
    if field.card == "list":
        inner = _of_value(".", field, depth)
        return f"{{{{ len {value} }}}}{{{{ range {getter} }}}}{inner};{{{{ end }}}}"
    if field.card == "map":
        inner = _of_value("$v", field, depth)
        ranged = f"{{{{ range $k, $v := {value} }}}}{{{{ $k }}}}={inner};{{{{ end }}}}"
        return f"{ranged}{{{{ with index {getter} `a` }}}}a{{{{ end }}}}{{{{ len {value} }}}}"
    return _of_value(value, field, depth) + f"{{{{ if {getter} }}}}+{{{{ end }}}}"


def _of_value(value: str, field: messages.Field, depth: int) -> str:
    """Return a template of one value, which may be a nil pointer."""
    if field.kind == "enum":
        shown = f"{{{{ {value} }}}} {{{{ printf `%d` {value} }}}} {{{{ toJson {value} }}}}"
        return shown + ("" if value == "." else f" {{{{ {value}.String }}}}")
    if field.kind != "message":
        return f"{{{{ {value} }}}} {{{{ toJson {value} }}}}"
    kind = field.type.removeprefix("google.protobuf.")
    tests = f"{{{{ eq {value} nil }}}} {{{{ empty {value} }}}}"
    if kind in ("Struct", "Value", "ListValue"):
        return tests
    if kind == "Duration":
        seconds = "" if value == "." else f"{{{{ {value}.GetSeconds }}}}.{{{{ {value}.GetNanos }}}}"
        printed = f"{{{{ formatDuration {value} }}}} {{{{ {value} }}}} {{{{ toYaml {value} }}}}"
        return tests + seconds + printed
    if kind != field.type:
        inner = (
            f"{{{{ {value}.GetValue }}}}{{{{ if {value} }}}}{{{{ {value}.Value }}}}{{{{ end }}}}"
        )
        return f"{tests}{inner}{{{{ toYaml {value} }}}}{{{{ {value} }}}}"
    if not depth:
        return tests
    fields = [each for each in messages.message(field.type).fields if not each.dropped]
    inside = "".join(_of_field("$m", inner, depth - 1) for inner in fields)
    body = f"{{{{ $m := {value} }}}}{inside}{{{{ toJson $m }}}}"
    nothing = "".join(_getter(value, inner) for inner in fields if value != ".")
    return f"{tests}{{{{ if {value} }}}}{body}{{{{ else }}}}{nothing}{{{{ end }}}}"


def _getter(value: str, field: messages.Field) -> str:
    """Return a template of a getter of a nil pointer."""
    if field.card or field.kind == "message":
        return f"{{{{ if {value}.Get{field.go} }}}}!{{{{ end }}}}"
    return f"{{{{ {value}.Get{field.go} }}}},"
