package schemas

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const head = "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: acme}\nspec:\n"

// jargon are the words of CUE that mean nothing to the authors of tenants.
var jargon = []string{"conflicting", "incomplete", "disjunction", "_|_", "mismatched", "out of bound", "non-concrete", "=~", "^[", "cue"}

// same compares problems with the wanted lines, and checks what holds for all of them.
func same(t *testing.T, want string, problems []manifest.Problem) {
	t.Helper()
	require.Equal(t, strings.TrimSpace(want), strings.TrimSpace(strings.ReplaceAll(lines(problems), "acme.yaml:", "")))
	for _, p := range problems {
		require.Equal(t, "schema", p.Check)
		require.Equal(t, manifest.Error, p.Severity)
		require.True(t, strings.HasPrefix(p.Rule.File, "schemas/") && p.Rule.Line > 0, "%s: rule %v", p.Field, p.Rule)
		for _, word := range jargon {
			require.NotContains(t, p.Message, word)
		}
	}
}

func TestInputProblems(t *testing.T) {
	c := checked(t, nil)
	for _, tt := range []struct{ name, doc, want string }{
		{"header", "apiVersion: tenantsmith.dev/v1\nkind: Tenannt\nmetadata: {}\nfoo: 1\n", `
1:13: apiVersion: must be tenantsmith.dev/v1alpha1
2:7: kind: must be Tenant
3:1: metadata.name: is required
4:1: foo: unknown field`},
		{"no header", "spec: {}\n", `
1:1: apiVersion: is required
1:1: kind: is required
1:1: metadata: is required`},
		{"name", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: ../x}\nspec: 3\n", `
3:18: metadata.name: "../x" is no tenant name; write lower-case letters, digits and dashes, at most 40, such as acme-corp
4:7: spec: must be a map, not a number`},
		{"quantities", head + "  resources: {cpu: 4x, memory: 4, storage: lots}\n", `
5:20: spec.resources.cpu: "4x" is no quantity; write 500m, 2 or 1.5
5:32: spec.resources.memory: must be a string, not a number; write a number with a unit, such as 512Mi or 10Gi
5:44: spec.resources.storage: "lots" is no quantity; write a number with a unit, such as 512Mi or 10Gi`},
		{"all at once", head + "  tier: free\n  lifecycle: activ\n  services:\n    Web: {image: x}\n    web: {imge: nginx, replicas: -1, ports: {http: 70000, x: {prt: 3}, y: {port: 0}, z: eighty}}\n", `
6:14: spec.lifecycle: must be one of active, suspended, offboarding; did you mean active?
8:5: spec.services.Web: "Web" is no service name; write lower-case letters, digits and dashes, a letter first, at most 50, such as web
9:11: spec.services.web.imge: unknown field; did you mean spec.services.web.image?
9:34: spec.services.web.replicas: must be at least 0
9:52: spec.services.web.ports.http: must be at most 65535
9:59: spec.services.web.ports.x.port: is required
9:63: spec.services.web.ports.x.prt: unknown field; did you mean spec.services.web.ports.x.port?
9:82: spec.services.web.ports.y.port: must be at least 1
9:89: spec.services.web.ports.z: must be a whole number or a map, not a string`},
		{"lists", head + "  servces: {}\n  owners: [{group: x}, {group: 3, role: boss}, 3]\n  domains: shop.example.com\n", `
5:3: spec.servces: unknown field; did you mean spec.services?
6:12: spec.owners[0].role: is required
6:32: spec.owners[1].group: must be a string, not a number; put it in quotes
6:41: spec.owners[1].role: must be one of viewer, developer, deployer, admin
6:48: spec.owners[2]: must be a map, not a number
7:12: spec.domains: must be a list, not a string`},
		{"tags", head + "  tags: {a: 1, b: true, c: ä, d/e: x}\n", `
5:13: spec.tags.a: must be a string, not a number; put it in quotes
5:19: spec.tags.b: must be a string, not true; put it in quotes
5:28: spec.tags.c: "ä" is no value of a tag; write letters, digits, dashes, underscores and dots, at most 63, such as payments
5:31: spec.tags["d/e"]: "d/e" is no key of a tag; write letters, digits, dashes, underscores and dots, at most 63, such as cost-center`},
		{"env", head + "  services:\n    web:\n      env: {A: 1, B: true, C: {secret: x}, D: {field: spec.foo}, F: [1], 1A: x, G: 1.5}\n", `
7:16: spec.services.web.env.A: must be a string or a map, not a number; put it in quotes
7:22: spec.services.web.env.B: must be a string or a map, not true; put it in quotes
7:28: spec.services.web.env.C.key: is required
7:55: spec.services.web.env.D.field: must be one of metadata.name, metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, status.podIP, status.hostIP
7:66: spec.services.web.env.F: must be a string or a map, not a list
7:74: spec.services.web.env.1A: "1A" is no name of an environment variable; write letters, digits and underscores, no digit first, such as LOG_LEVEL
7:84: spec.services.web.env.G: must be a string or a map, not a number; put it in quotes`},
		{"times", head + "  backup: {schedule: 99 * * * *, retention: 30}\n  secrets: {db: {path: ../x, refresh: daily}}\n", `
5:22: spec.backup.schedule: "99 * * * *" is no schedule; write five fields, minute hour day month weekday, such as 0 2 * * *
5:45: spec.backup.retention: must be a string, not a number; write a number with a unit, such as 500ms, 30s, 15m, 1h or 30d
6:24: spec.secrets.db.path: "../x" is no path of a secret; write names with slashes between them, such as acme-corp/db
6:39: spec.secrets.db.refresh: "daily" is no duration; write a number with a unit, such as 500ms, 30s, 15m, 1h or 30d`},
		{"release", head + "  services:\n    web:\n      replicas: 1.5\n      release: {strategy: bluegreen, weights: [0, 10], gate: {successRate: 101, p99: fast, noData: 1}}\n", `
7:17: spec.services.web.replicas: must be a whole number, not 1.5
8:27: spec.services.web.release.strategy: must be one of rolling, canary, blueGreen, abTest; did you mean blueGreen?
8:48: spec.services.web.release.weights[0]: must be at least 1
8:76: spec.services.web.release.gate.successRate: must be at most 100
8:86: spec.services.web.release.gate.p99: "fast" is no duration; write a number with a unit, such as 500ms, 30s, 15m, 1h or 30d
8:100: spec.services.web.release.gate.noData: must be a string, not a number; write hold or pass`},
		{"service", head + "  services:\n    web:\n      command: run\n      probes: {redy: {}, live: {exec: []}}\n      image: a b\n      expose: [{waf: of}]\n      calls: [{host: stripe, port: 443}, {cidr: 10.1.0.0}]\n      volumes: [{emptyDir: 1Gi}]\n      files: {a: x, /b: 2}\n", `
7:16: spec.services.web.command: must be a list, not a string
8:16: spec.services.web.probes.redy: unknown field; did you mean spec.services.web.probes.ready?
8:33: spec.services.web.probes.live.exec: must not be empty
9:14: spec.services.web.image: "a b" is no image; write registry/name:tag, at most 512 characters, such as ghcr.io/example/backend:1.4.2
10:16: spec.services.web.expose[0].host: is required
10:16: spec.services.web.expose[0].port: is required
10:22: spec.services.web.expose[0].waf: must be one of off, detect, block; did you mean off?
11:22: spec.services.web.calls[0].host: "stripe" is no host; write a name with a dot in lower-case letters, digits and dashes, such as shop.example.com
11:49: spec.services.web.calls[1].cidr: "10.1.0.0" is no range of addresses; write an address and a length, such as 10.1.0.0/16
12:17: spec.services.web.volumes[0].mount: is required
13:15: spec.services.web.files.a: "a" is no path to mount at; write a path below / that has no .. in it, such as /data
13:25: spec.services.web.files["/b"]: must be a string, not a number; put it in quotes`},
		{"environments", head + "  environments:\n    production: {services: {web: {image: 'x:'}}, nope: 1, tier: free}\n    Prod: {}\n    staging:\n", `
6:42: spec.environments.production.services.web.image: "x:" is no image; write registry/name:tag, at most 512 characters, such as ghcr.io/example/backend:1.4.2
6:50: spec.environments.production.nope: unknown field
6:59: spec.environments.production.tier: is the same in all environments, and only the tenant's spec.tier sets it
7:5: spec.environments.Prod: "Prod" is no name; write lower-case letters, digits and dashes, at most 63, such as main
8:13: spec.environments.staging: must be a map, not nothing`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same(t, tt.want, c.session().input("Tenant", parseNode(t, "acme.yaml", tt.doc)))
		})
	}
}

func TestOtherKinds(t *testing.T) {
	c := checked(t, nil)
	const platform = "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: example}\nspec:\n"
	same(t, `
5:29: spec.clusters.main.router: must be one of none, istio, gateway-api; did you mean istio?
6:18: spec.environments[0].cluster: is required
7:21: spec.namespacePattern: "{tenant}-{stage}" is no pattern of names; write a name with {tenant} and {env}, such as {tenant}-{env}
8:33: spec.tiers.gold.cpu.maximum: "much" is no quantity; write 500m, 2 or 1.5
9:3: spec.tier: unknown field; did you mean spec.tiers?`, c.session().input("Platform", parseNode(t, "acme.yaml", platform+
		"  clusters: {main: {router: itsio}}\n  environments: [{name: production}]\n  namespacePattern: '{tenant}-{stage}'\n  tiers: {gold: {cpu: {maximum: much}}}\n  tier: x\n")))
	same(t, `5:3: spec.tier: is the same in all environments, and only the tenant's spec.tier sets it`,
		c.session().input("Override", parseNode(t, "acme.yaml", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nspec:\n  lifecycle: active\n  tier: free\n")))
	same(t, `
4:1: spec.approvedBy: is required
4:1: spec.created: is required
4:1: spec.expires: is required
4:1: spec.reason: is required
4:1: spec.requestedBy: is required
4:1: spec.ticket: is required
4:8: spec.checks: must not be empty`,
		c.session().input("Waiver", parseNode(t, "acme.yaml", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Waiver\nmetadata: {name: w}\nspec: {checks: [], tenant: acme}\n")))
}

func TestComplete(t *testing.T) {
	s := checked(t, nil).session()
	same(t, `
2:1: spec.environments: is required
2:1: spec.owners: is required
2:1: spec.tier: is required`, s.complete(parseNode(t, "acme.yaml", "kind: Tenant\nspec: {}\n")))
	same(t, `1:1: spec: is required`, s.complete(parseNode(t, "acme.yaml", "kind: Tenant\n")))
	same(t, `1:17: spec.owners: must not be empty`, s.complete(parseNode(t, "acme.yaml", "spec: {tier: x, owners: [], environments: {a: {}}}\n")))
}

func TestRules(t *testing.T) {
	c := checked(t, nil)
	for _, tt := range []struct{ name, spec, want string }{
		{"kinds", "services:\n    web: {kind: service}\n    cron: {kind: cronjob, image: x}\n    b: {kind: worker, image: x, schedule: x, replicas: 1, autoscaling: {min: 1}}\n    job: {kind: job, image: x, autoscaling: {min: 1, max: 2}, expose: [], release: {strategy: canary}}", `
3:5: spec.services.web.image: is required
3:5: spec.services.web.ports: is required of services of kind service
4:5: spec.services.cron.schedule: is required of services of kind cronjob
5:43: spec.services.b.schedule: is for services of kind cronjob, and this one is of kind worker
5:56: spec.services.b.replicas: cannot stand beside autoscaling; keep one of the two
5:59: spec.services.b.autoscaling.max: is required
6:32: spec.services.job.autoscaling: is for services of kind service or worker, and this one is of kind job
6:63: spec.services.job.expose: is for services of kind service, and this one is of kind job
6:95: spec.services.job.release.strategy: must be rolling for services of kind job`},
		{"volumes", "services: {a: {kind: worker, image: x, volumes: [{mount: /a}, {mount: /b, emptyDir: 1Gi, claim: 1Gi}, {mount: /c, class: x, secret: x}]}}", `
2:52: spec.services.a.volumes[0]: must have exactly one of emptyDir, claim and secret
2:65: spec.services.a.volumes[1]: must have exactly one of emptyDir, claim and secret
2:124: spec.services.a.volumes[2].class: is for a claim`},
		{"probes", "services: {a: {kind: worker, image: x, probes: {ready: {}, live: {exec: [a], port: b, path: /}, startup: {path: /, grpc: true, port: a}}}}", `
2:51: spec.services.a.probes.ready: must have a port or exec
2:86: spec.services.a.probes.live.port: cannot stand beside exec; keep one of the two
2:95: spec.services.a.probes.live.path: cannot stand beside exec; keep one of the two
2:115: spec.services.a.probes.startup.path: cannot stand beside grpc; keep one of the two`},
		{"calls", "services: {a: {kind: worker, image: x, calls: [{port: 1}, {host: x}, {host: x, service: y}, {tenant: a, host: x, port: 1}, {service: a, port: 1}]}}", `
2:50: spec.services.a.calls[0]: must have exactly one of service, host, cidr and shared
2:61: spec.services.a.calls[1].port: is required
2:72: spec.services.a.calls[2]: must have exactly one of service, host, cidr and shared
2:104: spec.services.a.calls[3].tenant: goes with service, and this call has none
2:145: spec.services.a.calls[4].port: is for a host or cidr; a service has its own ports`},
		{"release", "services:\n    a: {kind: worker, image: x, release: {strategy: rolling, gate: {}, keepOldFor: 1h, duration: 1h}}\n    b: {kind: worker, image: x, release: {strategy: abTest}}\n    c: {kind: worker, image: x, release: {strategy: abTest, match: {header: x, cookie: y}}}\n    d: {kind: worker, image: x, release: {strategy: canary, weights: [20, 10], steps: []}}\n    e: {kind: worker, image: x, release: {strategy: canary, weights: []}}", `
3:62: spec.services.a.release.gate: is for strategy canary, blueGreen or abTest, and this is rolling
3:84: spec.services.a.release.keepOldFor: is for strategy blueGreen, and this is rolling
3:98: spec.services.a.release.duration: is for strategy abTest, and this is rolling
4:33: spec.services.b.release.duration: is required of strategy abTest
4:33: spec.services.b.release.match: is required of strategy abTest
5:33: spec.services.c.release.duration: is required of strategy abTest
5:61: spec.services.c.release.match: must have exactly one of header and cookie
5:61: spec.services.c.release.match.value: is required
6:75: spec.services.d.release.weights[1]: must be above the one before it, which is 20
6:80: spec.services.d.release.steps: cannot stand beside weights; keep one of the two
7:61: spec.services.e.release.weights: must not be empty`},
		{"leaving", "lifecycle: offboarding", `
2:14: spec.lifecycle: is offboarding, and offboarding.after is missing`},
		{"leaving when", "lifecycle: offboarding\n  offboarding: {reason: contract ended}", `
3:3: spec.offboarding.after: is required of tenants that leave`},
		{"staying", "lifecycle: suspended\n  offboarding: {after: 2027-01-31}", `
3:3: spec.offboarding: is for lifecycle offboarding, and this is suspended`},
		{"the rest", "databases: {a: {backup: {}}}\n  secrets: {b: {}}\n  backup: {schedule: 0 2 * * *}\n  notifications: {slack: {}, pagerduty: {}}\n  delivery: {sources: [{name: a}]}", `
2:15: spec.databases.a.engine: is required
2:15: spec.databases.a.storage: is required
2:19: spec.databases.a.backup.retention: is required
2:19: spec.databases.a.backup.schedule: is required
3:13: spec.secrets.b.path: is required
4:3: spec.backup.retention: is required
5:19: spec.notifications.slack.channels: is required
5:19: spec.notifications.slack.urlFrom: is required
5:30: spec.notifications.pagerduty.routingKeyFrom: is required
6:24: spec.delivery.sources[0].repository: is required, here or as delivery.repository`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			same(t, tt.want, c.session().rules(parseNode(t, "acme.yaml", "spec:\n  "+tt.spec+"\n  owners: [{group: a, role: admin}]\n")))
		})
	}
}

// TestExplainsResolve: what a problem says to run shows fields.
func TestExplainsResolve(t *testing.T) {
	files, err := filepath.Glob("testdata/load/*.txtar")
	require.NoError(t, err)
	named := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile("`tenantsmith explain(?: --kind (\\w+))?(?: ([^` ]+))?`").FindAllStringSubmatch(string(data), -1) {
			field, err := Known(cmp.Or(m[1], "tenant"), manifest.ParsePath(m[2]))
			require.NoError(t, err, "%s: %s", file, m[0])
			require.NotEmpty(t, field.Type, "%s: %s", file, m[0])
			named++
		}
	}
	require.Greater(t, named, 10)
}
