package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
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
func WriteProofs(w io.Writer, proofs []Proof, workloads bool) error {
	if len(proofs) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	h := words().Proof
	heads(t, h.Tenant, h.Environment, h.Resource, h.Steady, h.Entitled, h.Peak, h.Quota, "")
	for _, p := range proofs {
		who := p.Tenant + "\t" + p.Environment
		for _, l := range p.Lines {
			if l.Fits && l.Entitled == "" && l.Resource != "pods" {
				continue
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", who, l.Resource, l.Steady, cmp.Or(l.Entitled, "-"), l.Peak, l.Hard, verdict(l))
			who = "\t"
		}
	}
	if workloads {
		fmt.Fprintln(t)
		heads(t, h.Tenant, h.Environment, h.Workload, h.Pods, h.Peak, h.CPU, h.Memory, h.Why)
		for _, p := range proofs {
			who := p.Tenant + "\t" + p.Environment
			for _, n := range p.Workloads {
				fmt.Fprintf(t, "%s\t%s %s\t%d\t%d\t%s\t%s\t%s\n", who, n.Kind, n.Name,
					n.SteadyPods, n.PeakPods, cmp.Or(n.Pod["requests.cpu"], "-"), cmp.Or(n.Pod["limits.memory"], "-"), cmp.Or(n.Why, "-"))
				who = "\t"
			}
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, a := range assumptions(proofs) {
		if _, err := fmt.Fprintf(w, "%s: %s\n", words().Label.Assumes, Clean(a)); err != nil {
			return err
		}
	}
	return nil
}

// heads prints the names of the columns of a table.
func heads(w io.Writer, names ...phrase) {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	fmt.Fprintln(w, strings.Join(texts, "\t"))
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
