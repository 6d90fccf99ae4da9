package conformance

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	randomPlatforms = 8
	randomTenants   = 230 // on each platform
	leastAccepted   = 500 // of all; more are refused than a careful author would see
	accepted        = "random tenants accepted by validate"
	renderedTenants = "random tenants rendered and judged"
)

// TestRandom judges tenants that nobody thought of: what validate accepts, upstream accepts.
func TestRandom(t *testing.T) {
	l := readCRDs(t)
	for n := range uint64(randomPlatforms) {
		d := dice{rand.New(rand.NewPCG(n, 3))}
		p, names := d.platform(t), []string{}
		for i := range randomTenants {
			names = append(names, fmt.Sprintf("tenant-%d-%d", n, i))
			p.add(names[i], d.tenant(names[i], p.environments))
		}
		_, wrong := p.validate()
		rendered, said := p.render()
		count(t, "tenants hold our own rules of progressive delivery", p.holds())
		for _, name := range names {
			if len(wrong[name]) > 0 {
				count(t, "random tenants refused by validate", 1)
				continue
			}
			count(t, accepted, 1)
			found := false
			for _, env := range p.environments {
				s, ok := rendered[name+"-"+env]
				if found = found || ok; !ok {
					continue
				}
				l.exam(t, s)
			}
			if assert.True(t, found, "%s: is accepted and not rendered: %s", name, about(said, name)) {
				count(t, renderedTenants, 1)
			}
		}
	}
	counted(t, leastAccepted, accepted, renderedTenants)
	countedAll(t)
}

// dice roll the same in every run.
type dice struct{ *rand.Rand }

func (d dice) one(in int) bool { return d.IntN(in) == 0 }

func (d dice) between(least, most int) int { return least + d.IntN(most-least+1) }

func choice[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

// some are a few of them, in their order.
func some[T any](d dice, from ...T) (out []T) {
	for _, v := range from {
		if d.one(2) {
			out = append(out, v)
		}
	}
	return out
}

// maybe sets a field in one of so many cases.
func (d dice) maybe(in int, f fields, key string, value func() any) {
	if d.one(in) {
		f[key] = value()
	}
}

// The operators of most clusters, and the least that a gate and a secret need.
var (
	full = []string{"rollouts", "external-secrets", "prometheus", "keda", "vpa"}
	bare = []string{"rollouts", "external-secrets", "prometheus"}
)

// platform has one to three clusters of any kind. Policies judge later what a random tenant asks for
// (more than its quota, as a rule), so that only the gravest findings hold one back here.
func (d dice) platform(t *testing.T) platform {
	clusters := map[string]fields{}
	for i := range d.between(1, 3) {
		c := fields{
			"router": choice(d, "none", "istio", "istio", "gateway-api", "gateway-api"), "mesh": choice(d, "none", "none", "istio"),
			"gateway": choice(d, "shared", "edge-1"), "ingressClass": "shared", "dns": choice(d, "coredns", "nodelocal", "openshift"),
			"operators":      append(some(d, "prometheus-adapter", "cert-manager"), choice(d, full, full, full, bare)...),
			"storageClasses": fields{"fast": fields{"encrypted": true}},
		}
		d.maybe(2, c, "metrics", func() any {
			return fields{"address": "https://metrics.example.com/prometheus", "requests": "app:requests_total", "status": "status", "latency": "app_seconds"}
		})
		d.maybe(3, c, "sidecar", func() any { return fields{"requests": fields{"cpu": "10m", "memory": "64Mi"}} })
		if c["mesh"] == "istio" && c["sidecar"] == nil {
			c["dataPlane"] = choice(d, "sidecar", "ambient")
		}
		clusters[fmt.Sprintf("env-%d", i)] = c
	}
	return newPlatform(t, "critical", clusters)
}

// tenant has one to three services, and all that they need of it.
func (d dice) tenant(name string, environments []string) fields {
	in := fields{choice(d, environments...): fields{}}
	for _, env := range some(d, environments...) {
		in[env] = fields{}
	}
	services := fields{}
	for i := range d.between(1, 3) {
		service := fmt.Sprintf("%s-%d", choice(d, "web", "api", "a", "a-service-with-a-name-as-long-as-services-may"), i)
		services[service] = d.service(service + "." + name)
	}
	return fields{
		"tier": choice(d, "free", "basic", "premium", "premium", "enterprise", "enterprise", "enterprise", "enterprise", "enterprise"), "environments": in, "services": services,
		"owners":  []fields{{"group": name, "role": choice(d, "viewer", "developer", "deployer", "admin")}},
		"secrets": fields{"db": fields{"path": name + "/db", "refresh": "1h"}}, "tags": fields{"team": "shop"},
	}
}

func (d dice) service(host string) fields {
	kind := choice(d, "service", "service", "service", "service", "service", "service", "worker", "worker", "job", "cronjob", "statefulset")
	s := fields{"kind": kind, "image": choice(d, "ghcr.io/example/web:1.0.0", "docker.io/library/nginx:1", "registry.example.com:5000/a/b:v2")}
	ports := fields{}
	if kind == "service" || d.one(3) {
		ports[choice(d, "http", "http", "http-api", "grpc", "web", "tcp")] = 8080
		d.maybe(3, ports, "metrics", func() any { return 9090 })
		d.maybe(4, ports, "dns", func() any { return fields{"port": 5353, "protocol": choice(d, "UDP", "TCP")} })
		s["ports"] = ports
	}
	d.container(s, ports)
	d.beside(s, kind)
	d.runs(s, kind)
	d.scale(s, kind)
	if kind == "service" || kind == "worker" {
		d.maybe(2, s, "release", func() any { return d.release() })
	}
	if kind == "service" {
		d.maybe(2, s, "expose", func() any { return d.expose(host, ports) })
	}
	d.maybe(3, s, "calls", func() any {
		return some(d, fields{"host": "api.example.com", "port": 443}, fields{"cidr": "10.1.0.0/16", "port": 5432}, fields{"cidr": "fd00::/64", "port": 53})
	})
	return s
}

// container sets what a container is and mounts.
func (d dice) container(s, ports fields) {
	d.maybe(3, s, "command", func() any { return []string{"/app"} })
	d.maybe(3, s, "args", func() any { return []string{"serve", "--on={{args.x}}", "$(POD)"} })
	d.maybe(3, s, "env", func() any {
		return fields{"CACHE": "on", "DB": fields{"secret": "db", "key": "uri"}, "POD": fields{"field": choice(d, "metadata.name", "status.podIP")}}
	})
	d.maybe(3, s, "files", func() any { return fields{"/etc/app/app.yaml": "log: info\n", "/etc/app.d/b": "a\ttext"} })
	d.maybe(3, s, "volumes", func() any {
		return some(d, fields{"mount": "/tmp", "emptyDir": "1Gi"}, fields{"mount": "/secret", "secret": "db", "readOnly": true}, choice(d,
			fields{"mount": "/cache", "emptyDir": "10Mi"}, fields{"mount": "/data", "claim": "1Gi", "class": "fast"}))
	})
	port := slices.Sorted(maps.Keys(ports))
	if len(port) > 0 {
		d.maybe(2, s, "probes", func() any {
			return fields{"ready": fields{"path": "/ready", "port": port[0]}, "live": fields{"grpc": true, "port": port[0]}, "startup": fields{"exec": []string{"/ok"}, "period": 5}}
		})
	}
	d.maybe(2, s, "resources", func() any {
		return fields{"requests": fields{"cpu": choice(d, "10m", "50m", "1"), "memory": choice(d, "32Mi", "64Mi")}, "limits": fields{"memory": choice(d, "64Mi", "128Mi")}}
	})
	d.maybe(4, s, "securityContext", func() any { return fields{"runAsUser": 1000, "fsGroup": d.between(1, 65535)} })
	d.maybe(4, s, "critical", func() any { return d.one(2) })
	d.maybe(4, s, "terminationGracePeriod", func() any { return choice(d, 1, 2, 600) })
}

// beside sets what else is in pods, and where they run.
func (d dice) beside(s fields, kind string) {
	d.maybe(4, s, "sidecars", func() any {
		c := fields{"image": "ghcr.io/example/proxy:1", "ports": fields{"side": 9300}, "probes": fields{"startup": fields{"port": "side"}, "live": fields{"exec": []string{"/ok"}}}}
		d.maybe(2, c, "resources", func() any {
			return choice(d, fields{"limits": fields{"cpu": "100m"}}, fields{"requests": fields{"cpu": "10m"}})
		})
		d.maybe(2, c, "preStop", func() any { return fields{"exec": []string{"/drain"}} })
		return fields{"a-sidecar-with-a-name-as-long-as-those-may-be-here": c, "b": fields{"args": []string{"b"}, "securityContext": fields{"runAsUser": 7}}}
	})
	d.maybe(4, s, "envFrom", func() any { return []fields{{"secret": "db", "prefix": "DB_"}, {"secret": "db"}} })
	d.maybe(4, s, "pullSecrets", func() any { return []string{"db"} })
	d.maybe(4, s, "placement", func() any {
		return fields{"architecture": choice(d, "amd64", "arm64"), "spread": fields{"node": choice(d, "prefer", "require"), "zone": choice(d, "prefer", "require")}}
	})
	d.maybe(4, s, "preStop", func() any { return choice(d, fields{"sleep": "0s"}, fields{"exec": []string{"/drain"}}) })
	if kind == "statefulset" {
		d.maybe(2, s, "podManagement", func() any { return choice(d, "ordered", "parallel") })
	}
	if d.one(4) && s["init"] == nil {
		s["init"] = []fields{{"name": "warm", "args": []string{"warm"}}, {"name": "a-step-with-a-name-as-long-as-those-may-be-in-here", "image": "ghcr.io/example/step:1"}}
	}
}

// runs sets what services whose pods end say of their runs, and others of what runs before a release.
func (d dice) runs(s fields, kind string) {
	if kind == "service" || kind == "worker" {
		d.maybe(6, s, "init", func() any {
			return []fields{{"name": "migrate", "once": true, "args": []string{"up"}, "deadline": "1h", "retries": d.between(0, 20)}, {"name": "index", "once": true, "command": []string{"/index"}}}
		})
	}
	if kind != "job" && kind != "cronjob" {
		return
	}
	if probes, ok := s["probes"].(fields); ok {
		delete(probes, "ready")
	}
	d.maybe(2, s, "deadline", func() any { return choice(d, "1s", "30d") })
	d.maybe(2, s, "retries", func() any { return d.between(0, 20) })
	if d.one(4) && s["volumes"] == nil {
		s["completions"], s["parallelism"] = 5, d.between(1, 2)
	}
	if kind == "cronjob" {
		s["schedule"] = choice(d, "*/15 * * * *", "0 2 * * MON", "0 0-6/2 1,15 JAN-MAR 1-5")
		d.maybe(2, s, "timeZone", func() any { return choice(d, "Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC") })
		d.maybe(2, s, "startingDeadline", func() any { return choice(d, "10s", "30d") })
		d.maybe(2, s, "history", func() any { return fields{"succeeded": d.between(0, 10), "failed": d.between(0, 10)} })
		if s["volumes"] == nil {
			d.maybe(2, s, "concurrency", func() any { return choice(d, "forbid", "replace", "allow") })
			if s["concurrency"] == "allow" {
				s["deadline"] = "1m" // runs that pile up have no room
			}
		}
	}
}

// scale sets how many pods there are, or what decides it.
func (d dice) scale(s fields, kind string) {
	switch {
	case d.one(3) && kind != "job" && kind != "cronjob":
		s["replicas"] = d.between(0, 3)
	case d.one(2) && (kind == "service" || kind == "worker"):
		least := d.between(1, 2)
		a := fields{"min": least, "max": d.between(least, 5)}
		d.maybe(2, a, "cpuPercent", func() any { return d.between(1, 100) })
		d.maybe(4, a, "requestsPerSecond", func() any { return d.between(1, 1000) })
		d.maybe(3, a, "triggers", func() any {
			a["min"] = d.between(0, least)
			return []fields{choice(d,
				fields{"type": "rabbitmq", "metadata": fields{"queueName": "orders", "mode": "QueueLength", "value": "20"}, "secrets": fields{"host": fields{"secret": "db", "key": "uri"}}},
				fields{"type": "cron", "metadata": fields{"timezone": "UTC", "start": "0 6 * * *", "end": "0 20 * * *", "desiredReplicas": "2"}})}
		})
		s["autoscaling"] = a
	}
	d.maybe(8, s, "verticalScaling", func() any {
		v := fields{"mode": choice(d, "recommend", "recommend", "initial", "recreate", "inPlace")}
		d.maybe(3, v, "min", func() any { return fields{"cpu": "10m", "memory": "32Mi"} })
		d.maybe(3, v, "max", func() any { return fields{"cpu": "100m", "memory": "128Mi"} })
		return v
	})
}

// release has fields of one strategy only.
func (d dice) release() fields {
	r := fields{"strategy": choice(d, "rolling", "canary", "canary", "canary", "blueGreen", "blueGreen", "abTest", "abTest")}
	if r["strategy"] == "rolling" {
		return r
	}
	d.maybe(2, r, "approval", func() any { return choice(d, "auto", "manual") })
	d.maybe(2, r, "gate", func() any { return d.gate() })
	switch r["strategy"] {
	case "canary":
		if d.one(3) {
			r["steps"] = d.steps()
			break
		}
		d.maybe(2, r, "weights", func() any { return append(some(d, 1, 7, 33), d.between(34, 99)) })
	case "blueGreen":
		d.maybe(2, r, "keepOldFor", func() any { return choice(d, "30s", "15m", "1h") })
		d.maybe(2, r, "smoke", func() any { return fields{"path": choice(d, "/", "/healthz?deep=1&x=$(POD)", "/a;b,c")} })
	case "abTest":
		r["match"] = choice(d, fields{"header": "x-cohort", "value": "b"}, fields{"cookie": "co.h+ort", "value": "b.*[x]"}, fields{"header": "X-On", "value": "true"})
		r["duration"], r["replicas"] = choice(d, "30s", "1h", "2h"), d.between(1, 2)
		if d.one(3) {
			r["duration"], r["image"] = choice(d, "121m", "1d", "14d"), "ghcr.io/example/web:2.0.0"
		}
	}
	return r
}

func (d dice) gate() fields {
	g := fields{}
	d.maybe(2, g, "successRate", func() any { return choice(d, 0, 50, 99.5, 99.999, 100) })
	d.maybe(2, g, "p99", func() any { return choice(d, "1ms", "500ms", "3s", "1m") })
	d.maybe(3, g, "noData", func() any { return choice(d, "hold", "pass") })
	d.maybe(3, g, "dryRun", func() any { return d.one(2) })
	return g
}

// steps are in Rollouts' own words.
func (d dice) steps() (out []fields) {
	for weight := d.between(1, 40); weight <= 100; weight += d.between(10, 40) {
		out = append(out, fields{"setWeight": weight}, choice(d,
			fields{"pause": fields{}}, fields{"pause": fields{"duration": choice[any](d, 30, "30s", "10m", "1h")}},
			fields{"setCanaryScale": choice(d, fields{"replicas": 1}, fields{"weight": 50}, fields{"matchTrafficWeight": true})},
			fields{"experiment": fields{"duration": "5m", "templates": []fields{{"name": "a", "specRef": "stable", "replicas": 1}, {"name": "b", "specRef": "canary"}}}},
		))
	}
	return out
}

func (d dice) expose(host string, ports fields) []fields {
	port := slices.Sorted(maps.Keys(ports))
	out := []fields{{"host": host + ".apps.example.com", "path": choice(d, "/", "/api", "/a/b"), "port": port[len(port)-1]}}
	if d.one(2) {
		out = append(out, fields{"host": host + ".apps.example.com", "path": "/more", "port": choice(d, port...)})
	}
	if d.one(3) {
		out = append(out, fields{"host": "second." + host + ".apps.example.com", "port": choice(d, port...)})
	}
	return out
}
