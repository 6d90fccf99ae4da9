package schemas

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// references judges names that must exist elsewhere in the tenant, and names that must not exist
// twice.
func (e *resolved) references() {
	spec := &e.environment.Spec
	for _, name := range sortedKeys(spec.Services) {
		s := spec.Services[name]
		path := manifest.Path{"spec", "services", name}
		e.ports(path, s)
		e.serviceSecrets(path, s)
		e.serviceCalls(path, s)
		e.sharedCalls(path, s)
		e.hostCalls(path, s)
		e.ranges(path, s)
		e.names(path, name)
		e.numbers(path, s)
		e.requests(path, s.Resources)
		e.mounts(path, s)
		e.pod(path, name, s)
		e.hosts(path, s)
		e.traffic(path, s)
		e.waf(path, s)
		e.identity(path, s)
		e.ending(path, s)
		e.onceSteps(path, s)
		e.wasted(path, s)
	}
	for _, name := range sortedKeys(spec.Databases) {
		e.deliveryAccount(manifest.Path{"spec", "databases", name}, name)
	}
	e.claimNames()
	e.stepFiles()
	e.certificates()
	e.routes()
	e.exposures()
	e.delivery()
	for i, a := range spec.Accepts {
		e.accept(manifest.Path{"spec", "accepts", i}, a)
	}
	if n := spec.Notifications.Slack; n != nil {
		e.secret(manifest.Path{"spec", "notifications", "slack", "urlFrom", "secret"}, n.URLFrom.Secret)
	}
	if n := spec.Notifications.PagerDuty; n != nil {
		e.secret(manifest.Path{"spec", "notifications", "pagerduty", "routingKeyFrom", "secret"}, n.RoutingKeyFrom.Secret)
	}
}

func (e *resolved) missing(path manifest.Path, what, name string, known []string) {
	e.complain(path, "there is no %s %s%s", what, name, suggest(name, known))
}

func (e *resolved) ports(path manifest.Path, s Service) {
	for i, x := range s.Expose {
		if _, ok := s.Ports[x.Port]; x.Port != "" && !ok {
			e.missing(path.Join("expose", i, "port"), "port", x.Port, s.portNames())
		}
	}
	e.probePorts(path, s.Probes, s.OwnPorts())
}

// probePorts refuses probes of ports that the container does not have.
func (e *resolved) probePorts(path manifest.Path, probes Probes, ports map[string]Port) {
	check := func(name string, p *Probe) {
		if p == nil || p.Port == "" {
			return
		}
		asked, ok := ports[p.Port]
		switch at := path.Join("probes", name, "port"); {
		case !ok:
			e.missing(at, "port", p.Port, sortedKeys(ports))
		case asked.Protocol == "UDP":
			e.complain(at, "%s is a port of UDP, and nobody can ask there whether a container works", p.Port).Remedy = "name a port of TCP, or use exec"
		}
	}
	check("ready", probes.Ready)
	check("live", probes.Live)
	check("startup", probes.Startup)
}

// requests refuses to promise a pod more than it may have.
func (e *resolved) requests(path manifest.Path, r ContainerResources) {
	check := func(figure string, asked, most *resource.Quantity) {
		if asked == nil || most == nil || asked.Cmp(*most) <= 0 {
			return
		}
		at := path.Join("resources", "requests", figure)
		if _, own := e.value(at); own {
			e.complain(at, "%s is above the limit of %s", asked, most)
			return
		}
		e.complain(path.Join("resources", "limits", figure), "%s is below the request of %s", most, asked)
	}
	check("cpu", r.Requests.CPU, r.Limits.CPU)
	check("memory", r.Requests.Memory, r.Limits.Memory)
}

func (e *resolved) serviceSecrets(path manifest.Path, s Service) {
	e.containerSecrets(path, s.Env, s.EnvFrom)
	for i, v := range s.Volumes {
		e.secret(path.Join("volumes", i, "secret"), v.Secret)
	}
}

// containerSecrets judges the secrets that a container has in its environment.
func (e *resolved) containerSecrets(path manifest.Path, env map[string]EnvValue, all []EnvFrom) {
	for _, name := range sortedKeys(env) {
		e.secret(path.Join("env", name, "secret"), env[name].Secret)
	}
	for i, from := range all {
		e.secret(path.Join("envFrom", i, "secret"), from.Secret)
	}
}

func (e *resolved) secret(path manifest.Path, name string) {
	secrets := e.environment.Spec.Secrets
	if _, ok := secrets[name]; name != "" && !ok {
		e.missing(path, "secret", name, sortedKeys(secrets))
	}
}

// hosts refuses hosts that are neither the tenant's nor under the platform's base domain.
func (e *resolved) hosts(path manifest.Path, s Service) {
	base := e.resolver.facts.BaseDomain
	for i, x := range s.Expose {
		ok := base != "" && within(x.Host, base)
		for _, d := range e.environment.Spec.Domains {
			ok = ok || within(x.Host, d)
		}
		if !ok {
			p := e.complain(path.Join("expose", i, "host"), "%s is none of the tenant's domains", x.Host)
			p.Remedy = "add it to spec.domains"
		}
	}
}

// within reports whether a host is a domain or under it. A wildcard covers its domain's hosts.
func within(host, domain string) bool {
	host, domain = strings.TrimPrefix(host, "*."), strings.TrimPrefix(domain, "*.")
	return host == domain || strings.HasSuffix(host, "."+domain)
}
