# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Base of actions that run a module's code in the controller's process when the target is local.

A module costs some 400 ms a task: packing, an interpreter, imports. The strategy loads action
plugins in the parent process, so what they import is paid for once a play.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.meshops.istio.plugins.module_utils._kube.options import (
    connection_argument_spec,
)

display = Display()

RUN_AS_MODULE = "mesh_run_as_module"


class InProcessAction(ActionBase):
    """Subclasses name the module and give its argument spec and the function it calls."""

    _supports_async = True
    _supports_check_mode = True

    module_name: ClassVar[str]
    rules: ClassVar[dict[str, Any]] = {}
    # Options of type raw that may be large: the validator would only copy them, node by node.
    raw_options: ClassVar[tuple[str, ...]] = ()

    def argument_spec(self) -> dict[str, Any]:
        """Argument spec of the module."""
        raise NotImplementedError

    def execute(self, params: dict[str, Any]) -> dict[str, Any]:
        """What the module does with its validated parameters; returns its result."""
        raise NotImplementedError

    def prepare(self, args: dict[str, Any], local: bool) -> dict[str, Any]:
        """Arguments after what only the controller can do, such as finding files."""
        return args

    @property
    def check_mode(self) -> bool:
        """Whether the task must not write."""
        return bool(self._task.check_mode)

    @property
    def diff_mode(self) -> bool:
        """Whether the task shows differences."""
        return bool(self._task.diff)

    def progress(self, line: str) -> None:
        """Tell how a long task goes on, to those who ask with -v."""
        display.v(f"{self._task.get_name()}: {line}", host=self._host)

    @property
    def _host(self) -> str:
        return str(self._play_context.remote_addr or "localhost")

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run here or there; same code, same result."""
        task_vars = task_vars or {}
        result: dict[str, Any] = super().run(None, task_vars)
        local = self._is_local(task_vars)
        args = self.prepare(self._with_connection(dict(self._task.args), task_vars), local)
        if local:
            result.update(self._run_here(args))
        else:
            answer = self._execute_module(
                module_name=self.module_name,
                module_args=args,
                task_vars=task_vars,
                wrap_async=self._task.async_val,
            )
            # With -vvv it would show every object, and the content of a kubeconfig.
            answer.pop("invocation", None)
            result.update(answer)
        return result

    def _with_connection(self, args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """A host is a cluster: a task that names no connection gets that of its host.

        The variables are the roles' (`mesh_kubeconfig`, `mesh_context`, ...). Options given in the
        task are never mixed with them.
        """
        options = set(connection_argument_spec(env_fallback)) & set(self.argument_spec())
        if options & {name for name, value in args.items() if value is not None}:
            return args
        found = {
            name: self._templar.template(task_vars[f"mesh_{name}"])
            for name in sorted(options)
            if task_vars.get(f"mesh_{name}") is not None
        }
        return {**args, **{name: value for name, value in found.items() if value is not None}}

    def _is_local(self, task_vars: dict[str, Any]) -> bool:
        if boolean(self._templar.template(task_vars.get(RUN_AS_MODULE, False)), strict=False):
            return False
        become = bool(self._connection.become)
        return self._connection.transport == "local" and not become and not self._task.async_val

    def _run_here(self, args: dict[str, Any]) -> dict[str, Any]:
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        # This process is a fork made for the task; nobody else sees its environment.
        os.environ.update({str(key): str(value) for key, value in environment.items()})
        validator = ArgumentSpecValidator(self.argument_spec(), **self.rules)
        large = {name: args[name] for name in self.raw_options if args.get(name)}
        checked = validator.validate({**args, **dict.fromkeys(large, True)})
        if checked.error_messages:
            # An option that is misspelt is missing as well; its name says more than that.
            unknown = next((e for e in checked.errors if isinstance(e, UnsupportedError)), None)
            if unknown is None:
                raise AnsibleActionFail(checked.errors.msg)
            raise AnsibleActionFail(
                f"Unsupported parameters for ({self.module_name}) module: {unknown.msg}"
            )
        result = self.execute({**checked.validated_parameters, **large})
        secrets = checked._no_log_values
        if secrets:
            result = remove_values(result, secrets)
        return result
