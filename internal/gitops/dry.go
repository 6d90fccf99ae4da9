package gitops

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// HydratorFile is the file that says what a folder was rendered from, and the name of the note that says it of a
// commit, for Argo CD and GitOps Promoter.
const HydratorFile = "hydrator.metadata"

// Dry is a commit of the platform repository in the words of Argo CD's source hydrator, which GitOps Promoter reads
// as well: the file hydrator.metadata. Dry is what people write, as opposed to what is rendered from it.
type Dry struct {
	RepoURL string `json:"repoURL,omitempty"`
	// DrySHA is the commit's full hash.
	DrySHA string `json:"drySha"`
	// Commands render the folder that the file stands in; only below the top.
	Commands []string `json:"commands,omitempty"`
	Author   string   `json:"author,omitempty"`
	// Date is when it was authored, as RFC 3339 has it.
	Date    string `json:"date,omitempty"`
	Subject string `json:"subject,omitempty"`
	// Body is the rest of the message, without the trailers that References come from.
	Body       string      `json:"body,omitempty"`
	References []Reference `json:"references,omitempty"`
}

// Reference is a commit of another repository that led to the dry one, as its trailers name it.
type Reference struct {
	Commit RelatedCommit `json:"commit"`
}

// RelatedCommit is what a reference says; each field may be empty.
type RelatedCommit struct {
	Author  string `json:"author,omitempty"`
	Date    string `json:"date,omitempty"`
	Subject string `json:"subject,omitempty"`
	Body    string `json:"body,omitempty"`
	SHA     string `json:"sha,omitempty"`
	RepoURL string `json:"repoURL,omitempty"`
}

// ReadDry describes the commit that is checked out in the repository around a folder. It refuses a shallow or
// broken clone that lacks it, and a repository without commits.
func ReadDry(dir string) (Dry, error) {
	top, _, err := around(dir)
	if err != nil {
		return Dry{}, err
	}
	r, err := openLocal(top)
	if err != nil {
		return Dry{}, err
	}
	defer r.Close()
	head, err := r.resolve("HEAD")
	if err != nil {
		return Dry{}, err
	}
	return dry(head, r.web()), nil
}

func dry(c *object.Commit, repository string) Dry {
	first, body, _ := strings.Cut(strings.TrimSpace(c.Message), "\n\n")
	d := Dry{
		RepoURL: repository, DrySHA: c.Hash.String(), Date: c.Author.When.Format(time.RFC3339),
		Author: fmt.Sprintf("%s <%s>", ident(c.Author.Name, "unknown"), ident(c.Author.Email, "unknown@localhost")),
		// Git takes the lines of the first paragraph as one.
		Subject: printable(strings.Join(strings.Fields(first), " ")),
	}
	var related RelatedCommit
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(body)) {
		if !related.takes(strings.TrimSpace(line)) {
			lines = append(lines, printable(strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")))
		}
	}
	d.Body = strings.TrimSpace(strings.Join(lines, "\n"))
	if related != (RelatedCommit{}) {
		d.References = []Reference{{related}}
	}
	return d
}

// referenceTrailer begins the trailers by which Argo CD follows a commit to the one it came from.
const referenceTrailer = "Argocd-reference-commit-"

var fullHash = pattern.Of(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// takes reads a trailer of a reference. What does not have the form that its readers demand stays a line of the
// message.
func (r *RelatedCommit) takes(line string) bool {
	trailer, ok := strings.CutPrefix(line, referenceTrailer)
	key, value, found := strings.Cut(trailer, ": ")
	value = strings.TrimSpace(value)
	if !ok || !found || value == "" {
		return false
	}
	switch key {
	case "author":
		address, err := mail.ParseAddress(value)
		if ok = err == nil; ok {
			r.Author = address.String()
		}
	case "date":
		when, err := time.Parse(time.RFC3339, value)
		if ok = err == nil; ok {
			r.Date = when.Format(time.RFC3339)
		}
	case "subject":
		r.Subject = printable(value)
	case "body":
		ok = json.Unmarshal([]byte(value), &r.Body) == nil
	case "sha":
		if ok = fullHash().MatchString(value); ok {
			r.SHA = value
		}
	case "repourl":
		if ok = web(value) != ""; ok {
			r.RepoURL = web(value)
		}
	default:
		return false
	}
	return ok
}

// web is where people look at the repository: the address of origin, for https. Empty for one that has none.
func (r *localRepo) web() string {
	origin := r.config.Remotes["origin"]
	if origin == nil || len(origin.URLs) == 0 {
		return ""
	}
	return web(origin.URLs[0])
}

// web makes an address of git one for a browser: without user and password, without the port of ssh. Readers of the
// contract take nothing but http and https.
func web(address string) string {
	if m := scpLike().FindStringSubmatch(address); m != nil {
		return "https://" + m[2] + "/" + strings.TrimPrefix(m[3], "/")
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Path == "" {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
	case "ssh":
		return (&url.URL{Scheme: "https", Host: u.Hostname(), Path: u.Path}).String()
	}
	return ""
}

// JSON is the content of hydrator.metadata.
func (d Dry) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		panic(fmt.Sprintf("gitops: write hydrator.metadata: %v", err))
	}
	return b.Bytes()
}

// maxBody bounds a message that travels in a trailer, in bytes.
const maxBody = 4 << 10

// Trailers name the dry commit, and who wrote it, in the message of a rendered one. Argo CD shows them beside what
// it syncs.
func (d Dry) Trailers() []Trailer {
	author := ""
	if address, err := mail.ParseAddress(d.Author); err == nil {
		author = address.String()
	}
	body, err := json.Marshal(d.Body)
	if err != nil || len(body) > maxBody || d.Body == "" {
		body = nil
	}
	var out []Trailer
	for _, t := range []Trailer{
		{"author", author}, {"sha", d.DrySHA}, {"subject", d.Subject}, {"body", string(body)}, {"repourl", d.RepoURL}, {"date", d.Date},
	} {
		if t.Value != "" {
			out = append(out, Trailer{referenceTrailer + t.Key, t.Value})
		}
	}
	if author != "" {
		out = append(out, Trailer{"Co-authored-by", d.Author})
	}
	return out
}

// Oldest is the commit among revisions that all others come after, or else the youngest that they all come after.
func Oldest(dir string, revs []string) (string, error) {
	top, _, err := around(dir)
	if err != nil {
		return "", err
	}
	r, err := openLocal(top)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var oldest *object.Commit
	for _, rev := range revs {
		c, err := r.resolve(rev)
		if err == nil && oldest != nil {
			c, err = r.mergeBase(oldest, c)
		}
		if err != nil {
			return "", err
		}
		oldest = c
	}
	if oldest == nil {
		return "", errAbsent
	}
	return oldest.Hash.String(), nil
}
