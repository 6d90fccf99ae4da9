package gitops

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Statement says what a publish made of what, in the form of in-toto's Statement v1 with SLSA's provenance v1 in it.
type Statement struct {
	Type          string     `json:"_type"`
	Subject       []resource `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     provenance `json:"predicate"`
}

const (
	statementType  = "https://in-toto.io/Statement/v1"
	provenanceType = "https://slsa.dev/provenance/v1"
	buildType      = "https://tenantsmith.dev/publish/v1"
	builderID      = "https://tenantsmith.dev/tenantsmith"
	// payloadType is what an envelope calls a statement.
	payloadType = "application/vnd.in-toto+json"
)

// resource is something with a digest: sha256, or what git calls it.
type resource struct {
	Name        string            `json:"name"`
	Digest      map[string]string `json:"digest"`
	Annotations map[string]bool   `json:"annotations,omitempty"`
}

type provenance struct {
	BuildDefinition buildDefinition `json:"buildDefinition"`
	RunDetails      runDetails      `json:"runDetails"`
}

type buildDefinition struct {
	BuildType          string     `json:"buildType"`
	ExternalParameters parameters `json:"externalParameters"`
	// ResolvedDependencies are the commit that was rendered, the files that people wrote, and what judged them.
	ResolvedDependencies []resource `json:"resolvedDependencies"`
}

// parameters are what the user chose.
type parameters struct {
	Repository string   `json:"repository"`
	Branch     string   `json:"branch"`
	Path       string   `json:"path,omitempty"`
	Tenants    []string `json:"tenants"`
}

type runDetails struct {
	Builder  builder  `json:"builder"`
	Metadata metadata `json:"metadata"`
}

type builder struct {
	ID                  string            `json:"id"`
	Version             map[string]string `json:"version,omitempty"`
	BuilderDependencies []resource        `json:"builderDependencies,omitempty"`
}

// metadata has the time of the commit (RFC 3339, UTC).
type metadata struct {
	FinishedOn string `json:"finishedOn"`
}

// NewStatement is about the commit (hexadecimal) that the updates became, as Options.Made hands them out. Its
// subjects are the commit and the record of each tenant, which lists the digest of every file. Judges are the files
// that decide about these tenants and that no record names, by path with their SHA-256 (hexadecimal); tool is that
// of the program, or empty.
func NewStatement(opts Options, commit string, updates []Update, judges map[string]string, tool string) (Statement, error) {
	t, err := newTarget(opts)
	if err != nil {
		return Statement{}, err
	}
	s := Statement{Type: statementType, PredicateType: provenanceType}
	s.Subject = []resource{{Name: t.branch.String(), Digest: map[string]string{"gitCommit": commit}}}
	inputs := inputs{}
	for file, digest := range judges {
		inputs[resourceKey{file, digest}] = true
	}
	names := []string{}
	for _, u := range updates {
		names = append(names, u.Tenant)
		file := manifest.RecordPath(u.Tenant)
		data, ok := u.Files[file]
		if !ok {
			continue // the tenant is removed
		}
		s.Subject = append(s.Subject, digested(path.Join(t.Path, file), manifest.Digest(data)))
		if err := inputs.add(u.Tenant, data); err != nil {
			return Statement{}, err
		}
	}
	slices.Sort(names)
	slices.SortFunc(s.Subject[1:], byName)
	s.Predicate = provenance{
		BuildDefinition: buildDefinition{
			BuildType:            buildType,
			ExternalParameters:   parameters{Repository: t.where, Branch: opts.Branch, Path: t.Path, Tenants: names},
			ResolvedDependencies: append(sourceOf(opts), inputs.sorted()...),
		},
		RunDetails: runDetails{Builder: builderOf(opts.Version, tool), Metadata: metadata{opts.When.UTC().Format(time.RFC3339)}},
	}
	return s, nil
}

// sourceOf is the commit that was rendered; none outside of a repository.
func sourceOf(opts Options) []resource {
	if opts.SourceCommit == "" {
		return []resource{}
	}
	r := resource{Name: "platform repository", Digest: map[string]string{"gitCommit": opts.SourceCommit}}
	if opts.SourceDirty {
		r.Annotations = map[string]bool{"dirty": true}
	}
	return []resource{r}
}

func builderOf(version, tool string) builder {
	b := builder{ID: builderID}
	if version != "" {
		b.Version = map[string]string{"tenantsmith": version}
	}
	if tool != "" {
		b.BuilderDependencies = []resource{digested("tenantsmith", tool)}
	}
	return b
}

func digested(name, sha256 string) resource {
	return resource{Name: name, Digest: map[string]string{"sha256": sha256}}
}

func byName(a, b resource) int { return cmp.Compare(a.Name, b.Name) }

// inputs are the files that people wrote, and what judged them, by name with their digests. Tenants share some.
type inputs map[resourceKey]bool

type resourceKey struct{ name, sha256 string }

// add takes the inputs that the record of a tenant names.
func (i inputs) add(tenant string, record []byte) error {
	r, err := manifest.ParseRecord(tenant, record)
	if err != nil {
		return fmt.Errorf("tenant %s: %w", tenant, err)
	}
	for file, digest := range r.Inputs {
		i[resourceKey{file, digest}] = true
	}
	i[resourceKey{"schemas", r.Schemas}] = true
	i[resourceKey{"policies", r.Policies}] = true
	return nil
}

func (i inputs) sorted() []resource {
	var out []resource
	for key := range maps.Keys(i) {
		out = append(out, digested(key.name, key.sha256))
	}
	slices.SortFunc(out, func(a, b resource) int {
		return cmp.Or(byName(a, b), cmp.Compare(a.Digest["sha256"], b.Digest["sha256"]))
	})
	return out
}

// Bytes are the statement as JSON, or with a signer an envelope of the kind DSSE that holds it and its signature.
func (s Statement) Bytes(signer *Signer) ([]byte, error) {
	payload, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	if signer == nil {
		return append(payload, '\n'), nil
	}
	armored, err := signer.sign(encodeForSigning(payload), statementNamespace)
	if err != nil {
		return nil, fmt.Errorf("sign the statement: %w", err)
	}
	type signature struct {
		KeyID string `json:"keyid"`
		Sig   string `json:"sig"`
	}
	data, err := json.Marshal(struct {
		PayloadType string      `json:"payloadType"`
		Payload     string      `json:"payload"`
		Signatures  []signature `json:"signatures"`
	}{payloadType, base64.StdEncoding.EncodeToString(payload), []signature{{signer.Key(), base64.StdEncoding.EncodeToString([]byte(armored))}}})
	return append(data, '\n'), err
}

// encodeForSigning is what DSSE signs: type and payload with their lengths, so that neither can pass for the other.
func encodeForSigning(payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}
