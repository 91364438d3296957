"""The lab: an embedded Kubernetes cluster of real parts, and reference tools, for demo and tests.

Run it as ``python -m lab`` from the root of the repository; ``lab.cluster.Lab`` is the same for
tests. Standard library only. No plugin of the collection knows of it.
"""
