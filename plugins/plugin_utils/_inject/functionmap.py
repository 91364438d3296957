# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All functions of injection templates: sprig's, Istio's own, and those bound to a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import type_name
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    MessageView,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import PROXY_CONFIG
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protoscalar import (
    duration_text,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protowrite import to_json
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.value_view import (
    DurationView,
    WrapperView,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import dumps, loads
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.table import (
    functions_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.functions import FUNCTIONS
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.clean import (
    clean_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import Minor

Function = Callable[..., Any]

# What Helm adds to sprig; charts have it, injection templates do not.
_HELM_ONLY: Final = frozenset(
    (
        "fromJsonArray", "fromToml", "fromYaml", "fromYamlArray", "lookup", "mustToToml",
        "mustToYaml", "required", "toToml", "toYamlPretty",
    )
)  # fmt: skip


def _proto_to_json(release: Minor) -> Function:
    @gofunc("protoToJSON", (object,))
    def proto_to_json(value: Any) -> str:
        """A message as JSON; a proxy configuration without what is the default anyway."""
        if value is None:
            return "{}"
        if not isinstance(value, (DurationView, MessageView, WrapperView)):
            raise FunctionError(
                f"wrong type for value; expected protoreflect.ProtoMessage; got {type_name(value)}"
            )
        if isinstance(value, DurationView):
            return "{}" if value.nanos is None else dumps(duration_text(value.nanos))
        if value.value is None:
            return "{}"
        if isinstance(value, WrapperView):
            return dumps(value.value)
        name, content = value.message.name, value.value
        if name == PROXY_CONFIG:
            content = clean_proxy_config(content, release=release)
        return to_json(name, content)

    return proto_to_json


def _env(environment: Mapping[str, str]) -> Function:
    @gofunc("env", (str, str))
    def env(name: str, fallback: str) -> str:
        """A variable of istiod's environment, or the fallback if it is empty or not set."""
        return environment.get(name) or fallback

    return env


@gofunc("fail", (str,))
def fail(message: str) -> str:
    """An error."""
    raise FunctionError(message)


@gofunc("fromJson", (str,))
def sprig_from_json(text: str) -> Any:
    """Any JSON value; nil for what is none."""
    try:
        return loads(text)
    except GoDataError:
        return None


def template_functions(release: Minor, environment: Mapping[str, str]) -> dict[str, Function]:
    """Return all functions of injection templates: sprig's and Istio's own, without ``render``.

    ``release`` decides which proxy configuration is the default. ``environment`` is istiod's, as
    far as templates may see it. Random functions give the same each time.
    """
    sprig = functions_for("injection")
    return {
        **{name: function for name, function in sprig.items() if name not in _HELM_ONLY},
        "fromJson": sprig_from_json,
        **FUNCTIONS,
        "fail": fail,
        "env": _env(environment),
        "protoToJSON": _proto_to_json(release),
    }
