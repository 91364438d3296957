package main

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	routev1 "github.com/openshift/api/route/v1"
	"github.com/openshift/library-go/pkg/route/routeapihelpers"
)

// rules of an IngressController: whether wildcards are admitted, and whether Routes of several
// namespaces may share a host.
type rules struct{ wildcards, namespaces bool }

// decision about a Route; one without a reason is admitted.
type decision struct {
	route           *routev1.Route
	reason, message string
}

// decide goes through the Routes by age: a host belongs to the oldest that has it, and to its
// namespace. The reasons and messages are those by which OpenShift's router rejects.
func decide(all []*routev1.Route, r rules) []decision {
	ordered := slices.SortedFunc(slices.Values(all), func(a, b *routev1.Route) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.UID, b.UID))
	})
	var holders []*routev1.Route
	decisions := make([]decision, 0, len(ordered))
	for _, route := range ordered {
		reason, message := judge(route, holders, r)
		if reason == "" {
			holders = append(holders, route)
			reason, message = judgeCertificate(route)
		}
		decisions = append(decisions, decision{route, reason, message})
	}
	return decisions
}

func judge(route *routev1.Route, holders []*routev1.Route, r rules) (reason, message string) {
	host := route.Spec.Host
	if host == "" {
		return "NoHostValue", "no host value was defined for the route"
	}
	if faults := routeapihelpers.ValidateHost(host, "false", field.NewPath("spec.host")); len(faults) > 0 {
		return "InvalidHost", fmt.Sprintf("host name validation errors: %v", faults.ToAggregate())
	}
	if isWildcard(route) && !r.wildcards {
		return "RouteNotAdmitted", "wildcard routes are not allowed"
	}
	for _, holder := range holders {
		if message := conflict(holder, route, r); message != "" {
			return "HostAlreadyClaimed", message
		}
	}
	return "", ""
}

// conflict says how an older Route keeps a newer one from being admitted; empty when it does not.
func conflict(older, newer *routev1.Route, r rules) string {
	host, home := newer.Spec.Host, older.Namespace == newer.Namespace
	shared := home || r.namespaces
	if older.Spec.Host == host && (!shared || overlap(older, newer)) {
		if home {
			return fmt.Sprintf("route %s already exposes %s and is older", older.Name, host)
		}
		return fmt.Sprintf("a route in another namespace holds %s and is older than %s", host, newer.Name)
	}
	if !r.wildcards || domain(older) != domain(newer) || !isWildcard(older) && !isWildcard(newer) {
		return ""
	}
	if !shared {
		return fmt.Sprintf("a route in another namespace holds host %s", host)
	}
	if isWildcard(older) && isWildcard(newer) && older.Spec.Path == newer.Spec.Path {
		return fmt.Sprintf("wildcard route %s/%s has host *.%s, blocking %s",
			older.Namespace, older.Name, domain(older), host)
	}
	return ""
}

// overlap tells whether two Routes of a host cannot be told apart by path. Where an older one
// passes TLS through, its connections are told apart by nothing but the host.
func overlap(older, newer *routev1.Route) bool {
	passes := older.Spec.TLS != nil && older.Spec.TLS.Termination == routev1.TLSTerminationPassthrough
	return older.Spec.Path == newer.Spec.Path || passes && newer.Spec.TLS != nil
}

func isWildcard(route *routev1.Route) bool {
	return route.Spec.WildcardPolicy == routev1.WildcardPolicySubdomain
}

func domain(route *routev1.Route) string {
	_, rest, _ := strings.Cut(route.Spec.Host, ".")
	return rest
}

// judgeCertificate rejects a certificate that HAProxy could not load; its Route keeps the host.
func judgeCertificate(route *routev1.Route) (reason, message string) {
	config := route.Spec.TLS
	if config == nil || config.Certificate == "" && config.Key == "" {
		return "", ""
	}
	if _, err := tls.X509KeyPair([]byte(config.Certificate), []byte(config.Key)); err != nil {
		path := field.NewPath("spec", "tls", "certificate")
		return "ExtendedValidationFailed", field.Invalid(path, "redacted certificate data", err.Error()).Error()
	}
	return "", ""
}
