# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  version:
    description:
      - Istio's version, such as V(1.31.1). It must be the version of the charts.
      - Unset, it is whatever the charts are.
    type: str
  charts:
    description:
      - Where the release's charts come from, as a directory, an archive, the URL of an archive, a
        Helm repository (V(https://...)) or an OCI registry (V(oci://...)).
      - A relative path counts from the folder of the inventory, else from that of the playbook, else
        from the working directory.
      - A dictionary has it as C(source). C(digest) pins the content; C(username), C(password),
        C(ca_cert), C(validate_certs), C(plain_http) and C(timeout) say how to get in; C(mirrors)
        are asked when it cannot be reached; C(keyring) has the keys that must have signed.
      - Unset, it is Istio's own registry, and Istio's own repository when that cannot be reached.
      - What was fetched is kept, and a later run needs no network.
    type: raw
  charts_lock:
    description:
      - Lock file that the charts must agree with, made by M(meshops.istio.mesh_fetch_release).
    type: str
  profile:
    description:
      - Profile of the release, such as V(default), V(minimal), V(demo) or V(ambient).
    type: str
  platform:
    description:
      - Platform the charts are rendered for, such as V(openshift), V(gke) or V(k3s). V(kubernetes)
        means none in particular.
      - V(auto) asks the cluster.
    type: str
    default: auto
  revision:
    description:
      - Revision of the control plane, such as V(1-31-1). It must not have a dot.
      - Empty or unset means a control plane without a revision.
    type: str
  namespace:
    description:
      - Namespace of the control plane. It names the mesh.
    type: str
    default: istio-system
  hub:
    description:
      - Registry and path of Istio's images, V(docker.io/istio) when unset.
    type: str
  tag:
    description:
      - Tag of Istio's images. Unset, it is the version of the charts.
    type: str
  values:
    description:
      - Raw values of the charts, as one overlay or a list of overlays of which the last one wins.
    type: raw
  mesh_config:
    description:
      - Istio's mesh configuration (C(meshConfig)).
    type: dict
  components:
    description:
      - Components by name, namely C(base), C(istiod), C(cni) and C(ztunnel), each with C(enabled),
        C(values) and, for the last two, C(namespace). C(cni) also has C(chained), C(bin_dir),
        C(conf_dir), C(conf_file), C(exclude_namespaces) and C(repair) (V(none), V(label),
        V(delete) or V(repair)).
      - C(ingress_gateways) and C(egress_gateways) are lists of gateways, each with C(name),
        C(namespace), C(enabled), C(values), C(labels), C(revision) and C(routes). A list replaces
        the one of the profile.
      - C(routes) are OpenShift Routes to the gateway. Each is a host, or a dictionary with C(host)
        (the cluster chooses one by default; V(*.shop.example.com) is all hosts of a domain),
        C(name), C(path), C(port) (of the Service; the one that goes with C(termination) by
        default), C(termination) (V(none), V(edge), V(passthrough) or V(reencrypt)),
        C(insecure_policy) (V(none), V(allow) or V(redirect)), C(wildcard), C(certificate), C(key),
        C(ca_certificate), C(destination_ca_certificate), C(external_certificate) (the name of a
        Secret), C(labels) and C(annotations).
    type: dict
  members:
    description:
      - Namespaces of applications that belong to the mesh. Each is a name, or a dictionary with
        C(name), C(injection) (V(enabled), V(disabled), V(ambient) or V(none)), C(revision),
        C(labels) and C(annotations).
      - A namespace that is no longer listed loses the labels. It is never deleted.
    type: list
    elements: raw
  operator:
    description:
      - IstioOperator documents, which describe the mesh instead of O(components), as paths on the
        controller, as dictionaries or as texts, one or a list of them. They are merged in their
        order onto their profile.
      - O(profile), O(revision), O(namespace), O(platform), O(hub), O(tag), O(values) and
        O(mesh_config) count as a last document when they differ from their defaults.
    type: raw
  gateway_api:
    description:
      - CRDs of the Gateway API, with C(enabled) (V(auto), V(true) or V(false)), C(channel)
        (V(standard) or V(experimental)), C(version), C(source) (file, directory, archive or URL),
        C(digest), and how to get in as for O(charts).
      - They are a component of their own before all others. V(auto) means when there is a source,
        V(true) without a source fetches what the project has published, in the version that the
        release is built against.
      - They are installed when absent and upgraded when older than the source. They are never taken
        back to an older version nor from the experimental to the standard channel, and left alone
        where a platform (OpenShift from 4.19 on, GKE) owns them, or another tool unless adopting is
        allowed.
    type: dict
  openshift:
    description:
      - What the mesh gets on OpenShift besides. On other platforms it has no effect.
      - C(control_plane_sccs), C(application_sccs) and C(cni_sccs) are V(auto) (what the release
        needs) or lists of SCCs, C(least_privilege) replaces V(anyuid) and V(privileged) by SCCs of
        the mesh's own, C(network_attachments) is V(auto), V(none), V(default) or V(namespaces),
        C(grant_by) is V(role_binding) or V(scc_lists), C(grants) are further grants (C(scc),
        C(namespace), C(service_accounts), C(groups), C(users)), and C(facts) replaces what is
        detected (C(version), C(network_type), C(multus), C(gateway_api_owned),
        C(ingress_domain)); of these C(gateway_api_owned) alone changes what is installed.
    type: dict
  kubernetes_version:
    description:
      - Kubernetes version to render for. Unset, it is the cluster's.
    type: str
  jwt_policy:
    description:
      - Tokens by which workloads prove who they are to istiod, for releases up to 1.21 that leave the choice.
        V(third-party-jwt) are bound tokens.
      - V(auto) asks the cluster whether it issues those; rendered without a cluster it is V(third-party-jwt).
    type: str
    default: auto
    choices:
      - auto
      - third-party-jwt
      - first-party-jwt
  check_variables:
    description:
      - Fail when the host has a variable that begins with C(mesh_) and that no role of this collection
        knows.
    type: bool
    default: false
  plan:
    description:
      - The rendered mesh on its way to a remote host. Filled in by the action, not by people.
    type: dict
"""
