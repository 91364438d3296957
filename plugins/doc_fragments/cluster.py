# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The way to a cluster, for lookups that ask one when they are told to."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of a kubeconfig file, several paths joined by C(:), or the content of one as a dictionary.
      - Without it, and without O(host) together with credentials, the files in the environment variable E(KUBECONFIG) are
        read, else the service account of the pod that Ansible runs in is used, else C(~/.kube/config) is read.
    type: raw
    env:
      - name: K8S_AUTH_KUBECONFIG
    vars:
      - name: mesh_kubeconfig
  context:
    description:
      - Name of the context to use from the kubeconfig; its current context by default.
    type: str
    env:
      - name: K8S_AUTH_CONTEXT
    vars:
      - name: mesh_context
  host:
    description:
      - Address of the API server, such as V(https://api.example.com:6443).
    type: str
    env:
      - name: K8S_AUTH_HOST
    vars:
      - name: mesh_host
  api_key:
    description:
      - Bearer token to authenticate with.
    type: str
    env:
      - name: K8S_AUTH_API_KEY
    vars:
      - name: mesh_api_key
  username:
    description:
      - User name to log in with. On OpenShift it is exchanged, with O(password), for a token at the cluster's OAuth server,
        which is deleted when the lookup has its answer.
    type: str
    env:
      - name: K8S_AUTH_USERNAME
    vars:
      - name: mesh_username
  password:
    description:
      - Password of O(username).
    type: str
    env:
      - name: K8S_AUTH_PASSWORD
    vars:
      - name: mesh_password
  validate_certs:
    description:
      - Whether to check the API server's certificate. By default what the kubeconfig says, else V(true).
    type: bool
    env:
      - name: K8S_AUTH_VERIFY_SSL
    vars:
      - name: mesh_validate_certs
  ca_cert:
    description:
      - Path of the CA certificates to check the API server's certificate with.
    type: path
    env:
      - name: K8S_AUTH_SSL_CA_CERT
    vars:
      - name: mesh_ca_cert
  client_cert:
    description:
      - Path of a client certificate.
    type: path
    env:
      - name: K8S_AUTH_CERT_FILE
    vars:
      - name: mesh_client_cert
  client_key:
    description:
      - Path of the key of O(client_cert).
    type: path
    env:
      - name: K8S_AUTH_KEY_FILE
    vars:
      - name: mesh_client_key
  proxy:
    description:
      - URL of an HTTP proxy on the way to the API server.
    type: str
    env:
      - name: K8S_AUTH_PROXY
    vars:
      - name: mesh_proxy
  no_proxy:
    description:
      - Hosts that are reached without O(proxy), joined by commas.
    type: str
    env:
      - name: K8S_AUTH_NO_PROXY
    vars:
      - name: mesh_no_proxy
  impersonate_user:
    description:
      - User to act as.
    type: str
    env:
      - name: K8S_AUTH_IMPERSONATE_USER
    vars:
      - name: mesh_impersonate_user
  impersonate_groups:
    description:
      - Groups to act as; needs O(impersonate_user).
    type: list
    elements: str
    env:
      - name: K8S_AUTH_IMPERSONATE_GROUPS
    vars:
      - name: mesh_impersonate_groups
"""
