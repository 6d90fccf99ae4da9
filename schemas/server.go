package schemas

import (
	"net/url"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// judgeServers refuses two clusters behind one API server: what is apart by the names of clusters would meet in one.
func (p *platform) judgeServers() []manifest.Problem {
	var problems []manifest.Problem
	first := map[string]string{}
	for _, name := range sortedKeys(p.facts.Clusters) {
		server := p.facts.Clusters[name].Server
		if server == "" {
			continue
		}
		at := serverKey(server)
		other, taken := first[at]
		if !taken {
			first[at] = name
			continue
		}
		path := manifest.Path{"spec", "clusters", name, "server"}
		pos, _ := p.doc.Find(path)
		problem := fault(pos, path.String(), "is the server of cluster %s as well: both are one cluster, in which their tenants would not be kept apart", other)
		problem.Remedy = "give the environments of both one cluster, or each cluster the URL of its own API server"
		problems = append(problems, problem)
	}
	return problems
}

// serverKey is a URL without what makes no other server of it: upper case in the name, the usual port, a slash or a dot at the end.
func serverKey(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) + ":" + port + strings.TrimRight(u.Path, "/")
}
