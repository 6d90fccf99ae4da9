package schemas

import "github.com/tenantsmith/tenantsmith/internal/manifest"

// changeLimits leave room for what the removal of a large tenant deletes. One that deletes more is better
// looked at in parts.
var changeLimits = manifest.Limits{File: 1 << 20, Scalar: 8 << 10, Depth: 8, Keys: 100, Nodes: 50_000, Documents: 1}

// ReadChange reads what a job of CI says about a change: JSON, or YAML. With problems there is no
// document.
func ReadChange(file string, data []byte) (*manifest.Node, []manifest.Problem, error) {
	docs, problems := manifest.Parse(file, data, changeLimits)
	if len(problems) > 0 || len(docs) == 0 {
		return nil, problems, nil
	}
	if problems = header(docs[0], "Change"); len(problems) > 0 {
		return nil, problems, nil
	}
	c, _, err := newChecker(nil)
	if err != nil {
		return nil, nil, err
	}
	if problems = c.session().input("Change", docs[0]); len(problems) > 0 {
		return nil, problems, nil
	}
	return docs[0], nil, nil
}
