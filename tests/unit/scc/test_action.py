"""What the action says of options, before it does anything."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.meshops.istio.plugins.action.mesh_scc import ActionModule


def _refusal(**args: Any) -> str:
    action = object.__new__(ActionModule)
    action._compute_environment_string = lambda environment: ""
    with pytest.raises(AnsibleActionFail) as caught:
        action._run_here(args)
    return str(caught.value)


def test_a_misspelt_option_is_named_before_what_is_missing_for_it() -> None:
    text = _refusal(ssc=["anyuid"], namespace="shop")
    assert text.startswith("Unsupported parameters for (meshops.istio.mesh_scc) module: ssc.")
    assert "missing" not in text


def test_what_is_missing_is_said_where_all_options_are_known() -> None:
    assert "all of the following are missing: scc" in _refusal(namespace="shop")
