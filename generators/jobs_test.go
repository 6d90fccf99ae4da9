package generators

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// nightly runs by a schedule and says nothing else about it.
func nightly() schemas.Service {
	return schemas.Service{
		Kind: "cronjob", Image: "ghcr.io/example/report:1.0.0", Args: []string{"report"}, Resources: small(), Schedule: "0 2 * * *",
		Files: map[string]string{"/etc/report.yaml": "to: all\n"},
		Calls: []schemas.Call{{CIDR: "10.1.0.0/16", Port: 5432}},
	}
}

// hourly says all that a cron job may.
func hourly() schemas.Service {
	s := nightly()
	s.TimeZone, s.Concurrency, s.StartingDeadline, s.Deadline = "Europe/Berlin", "replace", "90s", "1500ms"
	s.History = schemas.RunHistory{Succeeded: new(int32(0)), Failed: new(int32(7))}
	s.Retries, s.Parallelism, s.Completions = new(int32(0)), new(int32(2)), new(int32(5))
	s.Ports = map[string]schemas.Port{"metrics": {Port: 9090}}
	return s
}

func once() schemas.Service {
	s := full()
	s.Kind, s.Ports, s.Probes = "job", nil, schemas.Probes{}
	return s
}

// migrating has steps before its release, one with what the service has and one with its own.
func migrating() schemas.Service {
	s := full()
	s.Volumes = append(s.Volumes, schemas.Volume{Mount: "/shared", Claim: size("1Gi"), AccessMode: "ReadWriteMany"})
	s.Init = []schemas.InitStep{
		{Name: "migrate", Once: true, Args: []string{"migrate", "up"}, Env: map[string]schemas.EnvValue{"DB_URI": {Secret: "db", Key: "uri"}},
			Mounts: []string{"/tmp", "/etc/app/app.yaml", "/shared"}},
		{Name: "index", Once: true, Image: "ghcr.io/example/index:2.0.0", Deadline: "1h", Retries: new(int32(0)),
			Resources:       containerResources("1", "", "", "1Gi"),
			SecurityContext: schemas.SecurityContext{RunAsUser: new(int64(70))}},
	}
	return s
}

func TestGoldenJobs(t *testing.T) {
	meshed := func(in input) input {
		in.env.Cluster.Mesh = schemas.Istio
		return in
	}
	asleep := func(in input) input {
		in.env.Spec.Lifecycle = "suspended"
		return in
	}
	flux := func(in input) input {
		in.env.Platform.GitOps.Engine = "flux"
		return in
	}
	same := func(in input) input { return in }
	for name, c := range map[string]struct {
		service schemas.Service
		with    func(input) input
	}{
		"cronjob":        {nightly(), same},
		"cronjob-full":   {hourly(), same},
		"cronjob-mesh":   {hourly(), meshed},
		"cronjob-asleep": {nightly(), asleep},
		"job":            {once(), same},
		"job-asleep":     {once(), asleep},
		"once-argocd":    {migrating(), same},
		"once-flux":      {migrating(), flux},
		"once-mesh":      {migrating(), meshed},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, "jobs-"+name, render(c.with(serving(map[string]schemas.Service{"web": c.service}, "rollouts"))))
		})
	}
}

// A Job is another one exactly when it could not be changed into the new one.
func TestJobsAreNamedByWhatCannotChange(t *testing.T) {
	name := func(change func(*schemas.Service)) string {
		s := once()
		change(&s)
		in := serving(map[string]schemas.Service{"web": s})
		if s.Schedule == "asleep" {
			in.env.Spec.Lifecycle = "suspended"
		}
		for _, o := range render(in) {
			if o.Kind() == "Job" {
				return o.Name()
			}
		}
		return ""
	}
	first := name(func(*schemas.Service) {})
	require.Regexp(t, `^web-[0-9a-f]{8}$`, first)
	for word, change := range map[string]func(*schemas.Service){
		"deadline": func(s *schemas.Service) { s.Deadline = "1h" }, "retries": func(s *schemas.Service) { s.Retries = new(int32(9)) },
		"sleep": func(s *schemas.Service) { s.Schedule = "asleep" }, "critical": func(s *schemas.Service) { s.Critical = true },
	} {
		require.Equal(t, first, name(change), word)
	}
	for word, change := range map[string]func(*schemas.Service){
		"image": func(s *schemas.Service) { s.Image = "ghcr.io/example/web:2" }, "files": func(s *schemas.Service) { s.Files = map[string]string{"/a": "b"} },
		"completions": func(s *schemas.Service) { s.Completions = new(int32(2)) },
	} {
		require.NotEqual(t, first, name(change), word)
	}
}

// The longest names that the schemas let through fit where Kubernetes puts them: a Job's name becomes a label, and a
// CronJob's has to leave room for the time of a run.
func TestNamesOfJobsFit(t *testing.T) {
	long := strings.Repeat("a", 50)
	s := migrating()
	s.Init[0].Name, s.Init[1].Name = long, long+"b"
	for _, o := range render(serving(map[string]schemas.Service{long: s, "c" + long[1:]: nightly(), "j" + long[1:]: once()})) {
		require.LessOrEqual(t, len(o.Name()), map[bool]int{false: 63, true: 52}[o.Kind() == "CronJob"], o.Name())
	}
}

// Pods of a step are in the network of the service, and in nothing that selects the pods of a service.
func TestPodsOfAStepAreNoneOfTheService(t *testing.T) {
	in := serving(map[string]schemas.Service{"web": migrating()}, "rollouts")
	seen := 0
	for _, o := range render(in) {
		if o.Kind() != "Job" {
			continue
		}
		seen++
		labels, _ := at(t, o, "spec.template.metadata.labels").(map[string]any)
		require.Equal(t, "web", labels[podSelectorKey(t)])
		for key, value := range in.workloadSelector("web") {
			if labels[key] != value {
				labels = nil
				break
			}
		}
		require.Nil(t, labels, "the selector of the service finds a pod of %s", o.Name())
		require.Equal(t, "web", at(t, o, "spec.template.spec.serviceAccountName"))
	}
	require.Equal(t, 2, seen)
}

// podSelectorKey is the label by which policies select the pods of a service.
func podSelectorKey(t *testing.T) string {
	for key := range podsOf("web").MatchLabels {
		return key
	}
	t.FailNow()
	return ""
}

// A second version of a test runs no step: both share what it works on.
func TestASecondVersionRunsNoStep(t *testing.T) {
	s := shop(byHeader("14d"))
	s.Release.Image = "example/web:2"
	s.Init = []schemas.InitStep{{Name: "migrate", Once: true}, {Name: "wait"}}
	in := serving(map[string]schemas.Service{"web": s}, "rollouts")
	in.env.Cluster.Router = schemas.Istio
	jobs := 0
	for _, o := range render(in) {
		if o.Kind() == "Job" {
			jobs++
		}
	}
	require.Equal(t, 1, jobs)
	require.Len(t, second(s).Init, 1)
	require.Len(t, s.Init, 2)
}
