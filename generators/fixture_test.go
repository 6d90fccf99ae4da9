package generators

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// sample is a tenant of a tier as the schemas hand it over: everything filled in, a development and a
// protected production environment.
func sample(tier string) *schemas.Tenant {
	spec, bounds := samples()[tier], tiers()[tier]
	spec.Tier, spec.Lifecycle = tier, "active"
	spec.Compliance.DataClassification = "confidential"
	spec.Resources = schemas.Resources{CPU: bounds.CPU.Default, Memory: bounds.Memory.Default, Storage: bounds.Storage.Default}
	platform := &schemas.Platform{
		ReleaseHeadroom: 100,
		Namespaces:      schemas.Namespaces{Gateway: "gateway", Monitoring: "monitoring", DNS: "kube-system"},
		// A label of ours stays what it is, whatever the platform asks for.
		Images: schemas.Images{Verification: schemas.Verification{Labels: map[string]string{
			"policy.sigstore.dev/include": "true", "tenantsmith.dev/tenant": "another",
		}}},
	}
	dns := map[string]string{"free": "coredns", "basic": "nodelocal", "premium": "openshift", "enterprise": "coredns"}[tier]
	cluster := &schemas.Cluster{Name: "main", Version: "v1.34", Router: "none", Mesh: "none", DNS: dns, Operators: []string{"rollouts"}}
	if tier == "free" {
		cluster.Operators = nil
	}
	env := func(name string, protected bool) schemas.Environment {
		e := schemas.Environment{Name: name, Protected: protected, Platform: platform, Cluster: cluster, Tier: bounds, Spec: spec}
		if name != "" {
			e.Namespace = tier + "-client-" + name
		}
		return e
	}
	return &schemas.Tenant{
		Name: tier + "-client", Files: []string{"tenants/" + tier + "-client.yaml"}, Base: env("", false),
		Environments: []schemas.Environment{env("development", false), env("production", true)},
	}
}

func tiers() map[string]*schemas.Tier {
	tier := func(name, cpu, memory, storage string, replicas int32) *schemas.Tier {
		same := func(s string) schemas.Bound {
			return schemas.Bound{Default: resource.MustParse(s), Maximum: resource.MustParse(s)}
		}
		return &schemas.Tier{Name: name, CPU: same(cpu), Memory: same(memory), Storage: same(storage),
			Replicas: schemas.IntBound{Default: replicas, Maximum: replicas}}
	}
	return map[string]*schemas.Tier{
		"free":       tier("free", "500m", "512Mi", "5Gi", 1),
		"basic":      tier("basic", "1000m", "1Gi", "10Gi", 2),
		"premium":    tier("premium", "2000m", "4Gi", "25Gi", 3),
		"enterprise": tier("enterprise", "4000m", "8Gi", "50Gi", 5),
	}
}

func samples() map[string]schemas.Spec {
	return map[string]schemas.Spec{
		"free": {
			DisplayName: "Free Client",
			Owners:      []schemas.Owner{{Group: "free-people", Role: "viewer"}},
			Monitoring:  schemas.Monitoring{Level: "basic"},
		},
		"basic": {
			DisplayName: "Basic Client",
			Owners:      []schemas.Owner{{Group: "basic-people", Role: "developer"}},
			Domains:     []string{"basic.example.com"},
			Monitoring:  schemas.Monitoring{Level: "standard"},
			Services: map[string]schemas.Service{"web": {
				Kind: "service", Image: "ghcr.io/example/web:1.0.0", Replicas: new(int32(2)),
				Ports:     map[string]schemas.Port{"http": {Port: 8080}},
				Resources: containerResources("100m", "128Mi", "", "256Mi"),
				Expose:    []schemas.Expose{{Host: "basic.example.com", Path: "/", Port: "http"}},
				Release:   schemas.Release{Strategy: "rolling"},
			}},
		},
		"premium": {
			DisplayName: "Premium Client",
			Owners:      []schemas.Owner{{Group: "premium-leads", Role: "admin"}, {Group: "premium-ops", Role: "deployer"}},
			Tags:        map[string]string{"team": "shop", "cost-center": "retail"},
			Monitoring:  schemas.Monitoring{Level: "none"},
			Services: map[string]schemas.Service{"shop": {
				Kind: "service", Image: "ghcr.io/example/shop:2.0.0", Replicas: new(int32(3)),
				Ports:     map[string]schemas.Port{"http": {Port: 8080}, "metrics": {Port: 9090}},
				Resources: containerResources("200m", "256Mi", "", ""),
				Calls:     []schemas.Call{{Service: "stock"}, {Host: "api.example.com", Port: 443}, {Host: "mail.example.com", Port: 587}},
				Release:   schemas.Release{Strategy: "blueGreen"},
			}},
		},
		"enterprise": enterprise(),
	}
}

func enterprise() schemas.Spec {
	return schemas.Spec{
		DisplayName: "Enterprise Client",
		Owners: []schemas.Owner{
			{Group: "enterprise-leads", Role: "admin"}, {Group: "enterprise-b", Role: "developer"},
			{Group: "enterprise-a", Role: "developer"}, {Group: "enterprise-ops", Role: "deployer"},
			{Group: "enterprise-audit", Role: "viewer"},
		},
		Tags:       map[string]string{"team": "platform"},
		Monitoring: schemas.Monitoring{Level: "advanced"},
		Accepts:    []schemas.Accept{{Tenant: "shop", Service: "api"}, {Tenant: "crm", Service: "api"}},
		Secrets:    map[string]schemas.Secret{"db": {Path: "enterprise-client/db", Refresh: "1h"}},
		Databases:  map[string]schemas.Database{"main": {Engine: "postgres", Instances: 2, Storage: resource.MustParse("10Gi")}},
		Services: map[string]schemas.Service{
			"api": {
				Kind: "service", Image: "ghcr.io/example/api:3.1.0",
				Autoscaling: &schemas.Autoscaling{Min: 5, Max: 8},
				Ports: map[string]schemas.Port{
					"http": {Port: 8080}, "dns": {Port: 5300, Protocol: "UDP"}, "metrics": {Port: 9090},
				},
				Resources: containerResources("200m", "256Mi", "500m", "512Mi"),
				Expose:    []schemas.Expose{{Host: "enterprise.example.com", Path: "/", Port: "http"}},
				Calls: []schemas.Call{
					{Tenant: "billing", Service: "invoices"}, {CIDR: "10.1.0.0/16", Port: 5432},
					{CIDR: "169.0.0.0/8", Port: 80}, {CIDR: "169.254.169.254/32", Port: 80},
				},
				Release: schemas.Release{Strategy: "canary", Weights: []int32{10, 50}},
			},
			"mailer": {
				Kind: "worker", Image: "ghcr.io/example/mailer:1.2.0", Replicas: new(int32(1)),
				Resources: containerResources("50m", "64Mi", "", "128Mi"),
				Release:   schemas.Release{Strategy: "rolling"},
			},
		},
	}
}

func containerResources(cpu, memory, cpuLimit, memoryLimit string) schemas.ContainerResources {
	parse := func(s string) *resource.Quantity {
		if s == "" {
			return nil
		}
		return new(resource.MustParse(s))
	}
	return schemas.ContainerResources{
		Requests: schemas.ComputeResources{CPU: parse(cpu), Memory: parse(memory)},
		Limits:   schemas.ComputeResources{CPU: parse(cpuLimit), Memory: parse(memoryLimit)},
	}
}

func proxyResources(cpu, memory, cpuLimit, memoryLimit string) schemas.ProxyResources {
	r := containerResources(cpu, memory, cpuLimit, memoryLimit)
	return schemas.ProxyResources{Requests: r.Requests, Limits: r.Limits}
}
