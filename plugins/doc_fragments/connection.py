# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of a kubeconfig file, several paths joined by C(:), or the content of one as a
        dictionary.
      - Without it, and without O(host) together with credentials, the files in the environment
        variable C(KUBECONFIG) are read, else the service account of the pod the module runs in is
        used, else C(~/.kube/config) is read.
      - A task that gives no connection option at all takes those of its host from the variables
        C(mesh_kubeconfig), C(mesh_context) and so on, as the roles do.
      - Files are merged as C(kubectl) merges them. Exec plugins and the auth providers C(oidc)
        and C(gcp) need the Python library C(kubernetes) on the host that runs the module;
        certificates, tokens and passwords do not.
      - Can also be given by the environment variable E(K8S_AUTH_KUBECONFIG).
    type: raw
  context:
    description:
      - Name of the context to use from the kubeconfig; its current context by default.
      - Can also be given by the environment variable E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - Address of the API server, such as V(https://api.example.com:6443).
      - Can also be given by the environment variable E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - Bearer token to authenticate with.
      - Can also be given by the environment variable E(K8S_AUTH_API_KEY).
    type: str
  username:
    description:
      - User name to log in with. On OpenShift name and password are exchanged for a token at the
        cluster's OAuth server, and the token is deleted when the task ends. Other clusters are sent
        them as they are.
      - The exchange is done with the Python package C(openshift) on the host that runs the module;
        where that is not installed or cannot do it (a proxy, a password beyond ASCII), without it.
      - Can also be given by the environment variable E(K8S_AUTH_USERNAME).
    type: str
  password:
    description:
      - Password of O(username).
      - Can also be given by the environment variable E(K8S_AUTH_PASSWORD).
    type: str
  validate_certs:
    description:
      - Whether to check the API server's certificate, and that of OpenShift's OAuth server with
        O(username). By default what the kubeconfig says, else V(true).
      - Can also be given by the environment variable E(K8S_AUTH_VERIFY_SSL).
    type: bool
    aliases: [verify_ssl]
  ca_cert:
    description:
      - Path of the CA certificates to check the API server's certificate with.
      - With O(username) on OpenShift they hold for the OAuth server too, besides those of the
        system. That server has the certificate of the cluster's ingress, so the file may need
        the CA of both.
      - Can also be given by the environment variable E(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  client_cert:
    description:
      - Path of a client certificate to authenticate with.
      - Can also be given by the environment variable E(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - Path of the key of O(client_cert), without a passphrase.
      - Can also be given by the environment variable E(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  proxy:
    description:
      - URL of an HTTP proxy to reach the API server through, such as
        V(http://proxy.example.com:3128).
      - By default C(proxy-url) of the kubeconfig, else the environment variables C(HTTPS_PROXY)
        and C(HTTP_PROXY).
      - Can also be given by the environment variable E(K8S_AUTH_PROXY).
    type: str
  no_proxy:
    description:
      - Hosts that are reached without a proxy, separated by commas - names, domain suffixes,
        addresses, networks or V(*).
      - By default the environment variable C(NO_PROXY).
      - Can also be given by the environment variable E(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description: Headers for the proxy.
    type: dict
    suboptions:
      proxy_basic_auth:
        description:
          - Name and password for the proxy, joined by a colon.
          - Can also be given by the environment variable
            E(K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH).
        type: str
      basic_auth:
        description:
          - Name and password for a basic C(Authorization) header to the proxy, joined by a colon.
          - Can also be given by the environment variable E(K8S_AUTH_PROXY_HEADERS_BASIC_AUTH).
        type: str
      user_agent:
        description:
          - The C(User-Agent) the proxy is told.
          - Can also be given by the environment variable E(K8S_AUTH_PROXY_HEADERS_USER_AGENT).
        type: str
  persist_config:
    description:
      - Whether tokens that the auth provider C(oidc) renews are written back to the kubeconfig.
      - Can also be given by the environment variable E(K8S_AUTH_PERSIST_CONFIG).
    type: bool
  impersonate_user:
    description:
      - User to act as.
      - Can also be given by the environment variable E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - Groups to act as; needs O(impersonate_user).
      - Can also be given, separated by commas, by the environment variable
        E(K8S_AUTH_IMPERSONATE_GROUPS).
    type: list
    elements: str
"""
