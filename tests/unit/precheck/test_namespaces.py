"""Namespaces that nobody makes, or that are on their way out."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.module_utils._precheck.finding import FAILED, OK
from ansible_collections.meshops.istio.plugins.module_utils._precheck.ownership import (
    check_namespaces,
)
from tests.unit.precheck.api import NOW, Api, component, obj, plan

HOME = obj("Namespace", "istio-system")
GRANT = obj("RoleBinding", "istio-scc-anyuid", "shop")


def test_one_that_is_there_or_made_will_do() -> None:
    wanted = plan(component("base", HOME), component("platform", GRANT))
    assert check_namespaces(Api([obj("Namespace", "shop")]), wanted).level == OK
    made = plan(component("base", HOME, obj("Namespace", "shop")), component("platform", GRANT))
    assert check_namespaces(Api(), made).level == OK


def test_one_that_nobody_makes_is_told_with_what_belongs_into_it() -> None:
    finding = check_namespaces(Api(), plan(component("base", HOME), component("platform", GRANT)))
    assert finding.level == FAILED
    assert "shop, for RoleBinding istio-scc-anyuid" in finding.message


def test_one_that_may_not_be_read_is_no_alarm() -> None:
    wanted = plan(component("base", HOME), component("platform", GRANT))
    assert check_namespaces(Api(hidden=["namespaces"]), wanted).level == OK


def test_one_that_is_being_deleted() -> None:
    leaving = obj("Namespace", "shop", metadata={"deletionTimestamp": NOW.isoformat()})
    finding = check_namespaces(Api([leaving]), plan(component("base", HOME, GRANT)))
    assert finding.level == FAILED
    assert "shop: since" in finding.message
