package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Proof is the certificate of a tenant's quota in an environment.
type Proof struct {
	Tenant      string     `json:"tenant"`
	Environment string     `json:"environment"`
	Lines       []Line     `json:"lines"`
	Workloads   []Workload `json:"workloads"`
	Assumptions []string   `json:"assumptions"`
}

// Line is a resource of a quota: what pods need between releases at most and may need (Entitled, empty
// where there is no such bound), what they need at the worst moment of a release, the mesh's sidecars
// among it, and what the quota admits.
type Line struct {
	Quota    string `json:"quota"`
	Resource string `json:"resource"`
	Steady   string `json:"steady"`
	Entitled string `json:"entitled"`
	Peak     string `json:"peak"`
	Hard     string `json:"hard"`
	Fits     bool   `json:"fits"`
}

// Workload is what one of them needs.
type Workload struct {
	Kind       string            `json:"kind"`
	Name       string            `json:"name"`
	SteadyPods int64             `json:"steadyPods"`
	PeakPods   int64             `json:"peakPods"`
	Why        string            `json:"why"`
	Pod        map[string]string `json:"pod"`
}

// WriteProofs prints certificates as tables: the resources that pods share, with what does not fit,
// and each workload where they are asked for.
func WriteProofs(w io.Writer, proofs []Proof, workloads bool, o Options) error {
	if len(proofs) == 0 {
		return nil
	}
	if err := writeTable(w, resourceRows(proofs), 3, o.Width); err != nil {
		return err
	}
	if workloads {
		fmt.Fprintln(w)
		if err := writeTable(w, workloadRows(proofs), 3, o.Width); err != nil {
			return err
		}
	}
	for _, a := range assumptions(proofs) {
		if _, err := fmt.Fprintf(w, "%s: %s\n", words().Label.Assumes, Clean(a)); err != nil {
			return err
		}
	}
	return nil
}

func resourceRows(proofs []Proof) [][]string {
	h := words().Proof
	rows := [][]string{heads(h.Tenant, h.Environment, h.Resource, h.Steady, h.Entitled, h.Peak, h.Quota, "")}
	for _, p := range proofs {
		tenant, environment := p.Tenant, p.Environment
		for _, l := range p.Lines {
			if l.Fits && l.Entitled == "" && l.Resource != "pods" {
				continue
			}
			rows = append(rows, []string{tenant, environment, l.Resource, l.Steady, cmp.Or(l.Entitled, "-"), l.Peak, l.Hard, verdict(l)})
			tenant, environment = "", ""
		}
	}
	return rows
}

func workloadRows(proofs []Proof) [][]string {
	h := words().Proof
	rows := [][]string{heads(h.Tenant, h.Environment, h.Workload, h.Pods, h.Peak, h.CPU, h.Memory, h.Why)}
	for _, p := range proofs {
		tenant, environment := p.Tenant, p.Environment
		for _, n := range p.Workloads {
			rows = append(rows, []string{
				tenant, environment, n.Kind + " " + n.Name, fmt.Sprint(n.SteadyPods), fmt.Sprint(n.PeakPods),
				cmp.Or(n.Pod["requests.cpu"], "-"), cmp.Or(n.Pod["limits.memory"], "-"), cmp.Or(n.Why, "-"),
			})
			tenant, environment = "", ""
		}
	}
	return rows
}

// heads are the names of the columns of a table.
func heads(names ...phrase) []string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return texts
}

func verdict(l Line) string {
	if l.Fits {
		return string(words().Proof.Fits)
	}
	return string(words().Proof.Short)
}

func assumptions(proofs []Proof) []string {
	var out []string
	for _, p := range proofs {
		out = append(out, p.Assumptions...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
