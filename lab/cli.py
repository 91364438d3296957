"""The command line: ``python -m lab build|up|down|status|kubeconfig|ensure|tools``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from lab import build, identities, seed
from lab.cluster import Lab
from lab.components import OPENSHIFT
from lab.console import say
from lab.errors import LabError
from lab.paths import runtime_root
from lab.report import labs_table, tools_table
from lab.state import load_all
from lab.targets import DEMO, REFERENCES, TARGETS, find_target

# What kubernetes.core and kubectl look at, in the order in which the collection does.
_USER_CLUSTER = ("K8S_AUTH_KUBECONFIG", "KUBECONFIG")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers go to standard output, everything else to standard error."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except LabError as error:
        say(f"lab: {error}")
        return 1
    except KeyboardInterrupt:
        say("lab: interrupted")
        return 130
    return code


def _build(options: argparse.Namespace) -> int:
    wanted = [find_target(name).name for name in options.targets]
    if options.all:
        wanted = [*DEMO, *REFERENCES]
    for name in wanted or DEMO:
        try:
            print(build.build(TARGETS[name]), flush=True)
        except LabError as error:
            if not options.all or name in DEMO:
                raise
            # What is compared with it is skipped and counted as such.
            say(f"lab: no reference on this machine: {error}")
    return 0


def _up(options: argparse.Namespace) -> int:
    platform = "" if options.platform == "kubernetes" else options.platform
    lab = Lab(options.name).up(options.audit or "", options.nodes, platform)
    say(f"  export KUBECONFIG={lab.kubeconfig()}")
    if options.audit:
        say(f"  audit log: {lab.audit_log}")
    return 0


def _down(options: argparse.Namespace) -> int:
    names = [each.name for each in load_all(runtime_root())] if options.all else [options.name]
    for name in names:
        lab = Lab(name)
        done = lab.down()
        logs = f"; logs are in {lab.logs}" if lab.logs.is_dir() else ""
        say(f"Lab {name} is down{logs}" if done else f"Lab {name} was not up.")
    return 0


def _status(options: argparse.Namespace) -> int:
    names = [options.name] if options.name else [each.name for each in load_all(runtime_root())]
    text, well = labs_table([Lab(name) for name in names])
    print(text)
    return 0 if well else 1


def _kubeconfig(options: argparse.Namespace) -> int:
    print(Lab(options.name).kubeconfig(options.user))
    return 0


def _ensure(options: argparse.Namespace) -> int:
    for variable in _USER_CLUSTER:
        value = os.environ.get(variable, "")
        if value:
            # KUBECONFIG may list several files, of which some may be missing; kubectl merges them.
            if not any(Path(part).is_file() for part in value.split(os.pathsep)):
                raise LabError(f"{variable}={value}: no such file; unset it to use the lab")
            print(value)
            return 0
    platform = "" if options.platform == "kubernetes" else options.platform
    print(Lab(options.name).up(platform=platform).kubeconfig(options.user))
    return 0


def _tools(options: argparse.Namespace) -> int:
    if options.path:
        print(build.find(find_target(options.path)) or "")
    else:
        print(tools_table(list(TARGETS.values())))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="An embedded cluster.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build_it = commands.add_parser("build", help="build programs; print where they are")
    build_it.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    build_it.add_argument("--all", action="store_true", help="also those that only tests need")
    build_it.set_defaults(run=_build)

    up = commands.add_parser("up", help="start a lab")
    _name(up)
    up.add_argument(
        "--audit",
        nargs="?",
        const="Metadata",
        choices=seed.AUDIT_LEVELS,
        help="write an audit log, at level Metadata or the one given",
    )
    up.add_argument("--nodes", type=int, default=3, help="how many (3)")
    _platform(up)
    up.set_defaults(run=_up)

    down = commands.add_parser("down", help="stop a lab; only its logs stay")
    _name(down)
    down.add_argument("--all", action="store_true", help="every lab of this user")
    down.set_defaults(run=_down)

    status = commands.add_parser("status", help="say how labs are; exit 1 unless all are well")
    status.add_argument("--name", help="only this one")
    status.set_defaults(run=_status)

    kubeconfig = commands.add_parser("kubeconfig", help="print the path of a kubeconfig")
    _name(kubeconfig)
    _user(kubeconfig)
    kubeconfig.set_defaults(run=_kubeconfig)

    ensure = commands.add_parser(
        "ensure", help="print the kubeconfig to use: the user's own, else of a lab it starts"
    )
    _name(ensure)
    _platform(ensure)
    _user(ensure)
    ensure.set_defaults(run=_ensure)

    tools = commands.add_parser("tools", help="list what can be built, and what is")
    tools.add_argument("--path", metavar="TARGET", help="print where it is, nothing if not built")
    tools.set_defaults(run=_tools)
    return parser


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default="demo", help="name of the lab (demo)")


def _platform(parser: argparse.ArgumentParser) -> None:
    choices = ("kubernetes", OPENSHIFT)
    parser.add_argument("--platform", default="kubernetes", choices=choices, help="(kubernetes)")


def _user(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", default="admin", choices=list(identities.USERS), help="(admin)")


if __name__ == "__main__":
    sys.exit(main())
