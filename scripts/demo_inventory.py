"""Print the inventory that fits the cluster of a kubeconfig.

    PYTHONPATH=.build python scripts/demo_inventory.py KUBECONFIG

Nodes played by kwok run no containers: no istiod answers there, which the labs' inventories allow
for.
"""

from __future__ import annotations

import sys

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds

# The group by which OpenShift describes itself.
OPENSHIFT = "config.openshift.io"


def inventory_for(kubeconfig: str) -> str:
    """The folder of the inventory. Raises KubeError when the cluster cannot be asked."""
    with Client(load_connection(ConnectionOptions(kubeconfig=kubeconfig))) as client:
        nodes = client.list(Kinds(client).find("v1", "Node")).items
        groups = {group["name"] for group in client.request("GET", "/apis")["groups"]}
    notes = [node["metadata"].get("annotations") or {} for node in nodes]
    simulated = bool(notes) and all("kwok.x-k8s.io/node" in note for note in notes)
    if not simulated:
        return "inventories/cluster"
    return "inventories/openshift-lab" if OPENSHIFT in groups else "inventories/lab"


if __name__ == "__main__":
    try:
        print(inventory_for(sys.argv[1]))
    except KubeError as error:
        sys.exit(str(error))
