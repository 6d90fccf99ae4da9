package gitops

import (
	"context"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Author is who a commit names as author and committer.
type Author struct{ Name, Email string }

// Auth is what an https remote asks for. It never belongs in a URL. Bearer wins over a password; a
// password without a user name is sent with the user of the URL, or "git".
type Auth struct {
	Username, Password, Bearer string
	// From says where they were found, for messages; it may be empty.
	From string
}

// Options say where and how to publish.
type Options struct {
	// URL is the path of a local repository, https://host/path, http://host/path on a loopback host,
	// ssh://user@host/path or user@host:path.
	URL string
	// Branch is a name such as main; it is created when the repository has no such branch.
	Branch string
	// From is the branch that a new Branch begins at; it is made, too, where it does not exist.
	From string
	// Onto is the branch that Branch proposes a change to: the commit goes on top of Onto, and Branch moves to it
	// wherever it was before. Replace is asked about the commit that Branch leaves; its error is returned, and
	// nothing is written.
	Onto    string
	Replace func(tip Tip) error
	// Path is the folder of the repository that the files live in, with slashes; empty for its root.
	Path string

	// Version is the version of tenantsmith, SourceCommit the commit of the platform repository that
	// was rendered; each becomes a trailer of the commit unless it is empty.
	Version, SourceCommit string
	// SourceDirty says that files were rendered which that commit does not hold so; it becomes a trailer, too.
	SourceDirty bool
	// SourceDir is a folder of the platform repository. Its history tells a run that is late: what a younger
	// commit of it has put into the GitOps repository is not put back. Empty for no such test.
	SourceDir string
	// Rewind lets an older commit of the platform repository put back what it renders.
	Rewind bool
	// Reason says why, in lines of text; it stands in the message of the commit, above the trailers. Trailers
	// follow those that every commit has.
	Reason   string
	Trailers []Trailer
	Author   Author
	// Subject is the first line of the message; empty for one that names the tenants.
	Subject string
	// When is the time of the commit, and that by which holds end.
	When time.Time
	// Sign, if not nil, signs the commits that are made: in comes a commit as git stores it, out goes the
	// armored signature.
	Sign func(commit []byte) (signature string, err error)
	// Trust, if not nil, is whose signatures count: nothing is published of a platform repository, that of
	// SourceDir, whose commits since the last publish are not all signed by a trusted key.
	Trust *Trust
	// Made, if not nil, is told of a commit (hexadecimal) before it goes out, with the updates of the tenants that it
	// changes as they stand in it. Its error is returned, and nothing is written. A commit that loses a race is
	// followed by another.
	Made func(commit string, updates []Update) error
	// Notes go out with the commit.
	Notes []Note

	// DryRun does everything but write.
	DryRun bool
	// Atomic writes nothing when any tenant is skipped or held.
	Atomic bool
	// Approve, if not nil, is asked about the changes before they are committed, each time that they are worked
	// out; its error is returned, and nothing is written.
	Approve func(changed []Change) error
	// Losing, if not nil, is asked about what the commit takes away, like Approve and before it. Where nothing
	// goes, the loss is only counted for the tenants that the updates name.
	Losing func(manifest.Loss) error
	// Share, if not nil, tells which tenants at the head count as what there is besides; all otherwise.
	Share func(tenant string) bool
	// Beside makes files that go along with changes and that no record names, by path relative to Path. It sees
	// what the commit goes on top of. Content nil takes a file away.
	Beside func(head *Commit, changed []Change) (map[string][]byte, error)
	// Together, if not nil, judges the updates that change something with what stays beside them at the head: the
	// folders of all other tenants there, those of skipped ones among them. Its problems name tenants of the
	// updates, which are skipped.
	Together func(ctx context.Context, head *Commit, changing []Update) ([]manifest.Problem, error)
	// Retries bounds how often Publish starts over when somebody else moves the branch: 0 means 30,
	// a negative number never.
	Retries int

	// Cache is a folder for what was fetched from remote repositories, from one run to the next; empty for none. It
	// may be deleted at any time, and serve several processes at once.
	Cache string

	// Auth counts before Credentials, which find what it lacks; nil finds nothing.
	Auth        Auth
	Credentials *Credentials
	// SSHKey is the file of a private key; empty for the ssh agent. KnownHosts is the file that holds
	// the server's host key; empty for the user's and the system's known_hosts.
	SSHKey, KnownHosts string
}

// Trailer is a line at the end of a commit's message, such as Approved-By: Ann.
type Trailer struct{ Key, Value string }

// The keys of the trailers that tenantsmith writes and reads again.
const (
	// SourceTrailer names the commit of the platform repository that was published, DirtyTrailer says that its files
	// were not those of the commit.
	SourceTrailer = "Source-Commit"
	DirtyTrailer  = "Source-Dirty"
	// VersionTrailer is the version of tenantsmith, and the mark of a commit that it made.
	VersionTrailer = "Tenantsmith-Version"
	// TenantTrailer is a tenant that the commit is about. A commit about very many has their number instead.
	TenantTrailer  = "Tenantsmith-Tenant"
	tenantsTrailer = "Tenantsmith-Tenants"
	// RollbackTrailer is the commit to whose state the tenant went back or, with ServiceTrailer, one service of it.
	RollbackTrailer = "Rollback-To"
	ServiceTrailer  = "Tenantsmith-Service"
	// baseTrailer says what the base of a proposal held of its tenants.
	baseTrailer = "Tenantsmith-Base"
)

// Validate reports what is wrong with the options, without reaching for the repository.
func (o Options) Validate() error {
	_, err := newTarget(o)
	return err
}
