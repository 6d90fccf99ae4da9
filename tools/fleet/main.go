// Command fleet writes a platform repository with many tenants, all alike but for names, numbers and
// tags: the load of docs/performance.md.
//
//	go -C tools run ./fleet -n 1000 DIR
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"text/template"
)

const platform = `apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: fleet}
spec:
  clusters:
    main: {server: https://kubernetes.default.svc, region: eu-central-1, version: v1.34, operators: [rollouts, prometheus]}
  environments:
{{- range .}}
    - {name: {{.}}, cluster: main}
{{- end}}
`

const tenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata:
  name: tenant-{{printf "%05d" .N}}
spec:
  displayName: Tenant {{.N}}
  tier: premium
  owners:
    - {group: tenant-{{.N}}-admins, role: admin}
    - {group: tenant-{{.N}}-developers, role: developer}
  tags:
    team: team-{{.Team}}
    cost-center: cc-{{.Team}}
  resources: {cpu: "2", memory: 4Gi, storage: 20Gi}
  environments:
{{- range .Environments}}
    {{.}}: {}
{{- end}}
  services:
    web:
      image: ghcr.io/example/web:1.{{.N}}.0
      ports: {http: 8080, metrics: 9090}
      env:
        LOG_FORMAT: json
        GREETING: "hello from {{.N}}"
      files:
        /etc/web/web.yaml: |
          tenant: {{.N}}
          banner: true
      volumes: [{mount: /tmp, emptyDir: 128Mi}]
      probes:
        ready: {path: /ready, port: http}
        live: {path: /live, port: http}
      resources:
        requests: {cpu: 100m, memory: 128Mi}
        limits: {memory: 256Mi}
      autoscaling: {min: 2, max: 3, cpuPercent: 70}
      calls: [{service: api}]
      release:
        strategy: canary
        weights: [50]
        gate: {successRate: 99, p99: 500ms, noData: hold}
    api:
      image: ghcr.io/example/api:1.{{.N}}.0
      ports: {http: 8080}
      probes:
        ready: {path: /ready, port: http}
      resources:
        requests: {cpu: 100m, memory: 128Mi}
      replicas: 2
      calls:
        - {cidr: 10.20.0.0/16, port: 5432}
      release: {strategy: blueGreen, keepOldFor: 5m}
    mailer:
      kind: worker
      image: ghcr.io/example/mailer:1.{{.N}}.0
      replicas: 1
      env:
        SMTP_HOST: mail.example.com
      resources:
        requests: {cpu: 50m, memory: 64Mi}
      calls:
        - {cidr: 192.0.2.25/32, port: 587}
      release: {strategy: rolling}
`

func main() {
	log.SetFlags(0)
	n := flag.Int("n", 100, "number of tenants")
	envs := flag.Int("envs", 1, "number of environments: 1 to 3")
	flag.Parse()
	if flag.NArg() != 1 || *envs < 1 || *envs > 3 {
		log.Fatal("usage: fleet [-n TENANTS] [-envs 1..3] DIR")
	}
	if err := write(flag.Arg(0), *n, []string{"development", "staging", "production"}[3-*envs:]); err != nil {
		log.Fatal(err)
	}
}

func write(dir string, n int, envs []string) error {
	if err := os.MkdirAll(filepath.Join(dir, "tenants"), 0o755); err != nil {
		return err
	}
	if err := fill(filepath.Join(dir, "tenantsmith.yaml"), platform, envs); err != nil {
		return err
	}
	for i := range n {
		data := struct {
			N, Team      int
			Environments []string
		}{i, i % 17, envs}
		if err := fill(filepath.Join(dir, "tenants", fmt.Sprintf("tenant-%05d.yaml", i)), tenant, data); err != nil {
			return err
		}
	}
	return nil
}

func fill(file, text string, data any) error {
	t, err := template.New("").Parse(text)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}
