package schemas

import (
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// oldestAdmission is the minor version of Kubernetes from which an API server takes policies in CEL.
const oldestAdmission = 30

// Guarded reports whether the API server of an environment is to ask guards, and can.
func (p *Platform) Guarded(env PlatformEnvironment) bool {
	cluster := p.Clusters[env.Cluster]
	return cluster != nil && p.Policies.Admission != "" && p.Policies.Admission != "off" && minorOf(cluster.Version) >= oldestAdmission
}

// judgeAdmission warns of a cluster whose API server cannot ask what the platform wants it to ask.
func (p *platform) judgeAdmission(cluster string) []manifest.Problem {
	version := p.facts.Clusters[cluster].Version
	if p.facts.Policies.Admission == "off" || minorOf(version) >= oldestAdmission {
		return nil
	}
	at := manifest.Path{"spec", "clusters", cluster, "version"}
	pos, _ := p.doc.Find(at)
	problem := caution(pos, at.String(), "%s takes no policies in CEL, so that nothing guards what is in the cluster: v1.%d is the first that does", version, oldestAdmission)
	problem.Remedy = "bring the cluster up to date, or set spec.policies.admission to off"
	return []manifest.Problem{problem}
}

// minorOf is the second number of a version, as in v1.34; one that says none is the newest.
func minorOf(version string) int {
	parts := strings.Split(version, ".")
	if len(parts) < 2 {
		return oldestAdmission
	}
	minor, _ := strconv.Atoi(parts[1]) // the schema lets nothing else through
	return minor
}
