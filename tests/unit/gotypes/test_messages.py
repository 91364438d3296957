"""The table of messages: complete in itself, and of kinds that are read and written."""

from __future__ import annotations

import time

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protoscalar import SCALARS


def test_every_type_that_is_named_is_there_and_every_kind_is_known() -> None:
    pending, seen = [messages.MESH_CONFIG, messages.VALUES], set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for field in messages.message(name).fields:
            if field.kind == "message":
                pending.append(field.type)
            elif field.kind == "enum":
                assert messages.enum(field.type).numbers
            else:
                assert field.kind in SCALARS, f"{name}.{field.name}"
    assert messages.PROXY_CONFIG in seen
    assert len(seen) > 100


def test_well_known_types_are_those_that_have_a_form_of_their_own() -> None:
    names = {name for name in messages.table()["messages"] if name.startswith("google.protobuf.")}
    wrappers = {
        f"google.protobuf.{kind}Value" for kind in ("Bool", "Int32", "Int64", "String", "UInt32")
    }
    assert names == wrappers | {
        f"google.protobuf.{name}" for name in ("Duration", "ListValue", "Struct", "Value")
    }


def test_members_of_a_oneof_stand_together() -> None:
    # Go's writer skips as many fields as a oneof has.
    for name in messages.table()["messages"]:
        fields = messages.message(name).fields
        for oneof in messages.message(name).oneofs:
            places = [field.index for field in fields if field.oneof == oneof]
            assert places == list(range(places[0], places[0] + len(places))), f"{name}.{oneof}"


def test_loading_is_quick() -> None:
    messages.table.cache_clear()
    started = time.perf_counter()
    messages.table()
    assert time.perf_counter() - started < 0.05
